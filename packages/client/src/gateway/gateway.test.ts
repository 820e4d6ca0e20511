import { createMemoryGateway, MemoryCore, testClock } from "@axion/testkit";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";

const gateway = () => {
  const clock = testClock();
  return createMemoryGateway({ core: new MemoryCore({ now: clock.now, after: clock.after }), after: clock.after });
};

describe("a call as an Effect", () => {
  test("does nothing until it is run, and each run is a call", async () => {
    const adapter = gateway();
    const create = adapter.call("create_project", { projectId: "p1", name: "P" });
    expect((await adapter.callPromise("list_projects", {})).projects).toHaveLength(1);
    expect(await Effect.runPromise(create)).toMatchObject({ projectId: "p1" });
    expect((await adapter.callPromise("list_projects", {})).projects).toHaveLength(2);
  });

  test("fails with typed errors that are told apart by their tag", async () => {
    const adapter = gateway();
    const name = (graphId: string) =>
      adapter.call("get_graph", { graphId }).pipe(
        Effect.map(({ summary }) => summary.name),
        Effect.catchTag("CommandRefused", (error) => Effect.succeed(`refused: ${error.code}`)),
        Effect.catchTag("Disconnected", (error) => Effect.succeed(`disconnected, sent: ${error.sent}`)),
        Effect.catchTag("BadReply", (error) => Effect.succeed(`bad reply to ${error.command}`)),
      );
    expect(await Effect.runPromise(name("none"))).toBe("refused: not_found");
    adapter.setConnected(false);
    expect(await Effect.runPromise(name("none"))).toBe("disconnected, sent: false");
    adapter.setConnected(true);
    adapter.faults.command = () => "answer-lost";
    await adapter.callPromise("create_graph", { graphId: "g1", name: "G" }).catch(() => undefined);
    expect(await Effect.runPromise(name("g1"))).toBe("disconnected, sent: true");
  });
});
