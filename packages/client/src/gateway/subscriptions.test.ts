import { createMemoryGateway, MemoryCore, seededRandom, testClock } from "@axion/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StreamName, StreamPlace } from "./adapter.ts";
import { CommandRefused, type GatewayError } from "./errors.ts";

const stream: StreamName = "workspace";
const event = (index: number) => ({ type: "run-deleted", ts: 1, runId: `r${index}` });

const setup = (options: { watchdogMs?: number; connected?: boolean } = {}) => {
  const clock = testClock();
  const core = new MemoryCore({ now: clock.now, after: clock.after });
  const gateway = createMemoryGateway({ core, after: clock.after, ...options });
  const count = () => core.streams.head(stream);
  const append = (many = 1) => core.streams.append(stream, Array.from({ length: many }, (_, index) => event(count() + index)));
  return { clock, core, gateway, append, total: count };
};
const reader = (gateway: ReturnType<typeof setup>["gateway"], from: StreamPlace | undefined, snapshot?: (head: StreamPlace) => Promise<StreamPlace>) => {
  const seqs: number[] = [];
  const places: StreamPlace[] = [];
  const snapshots: StreamPlace[] = [];
  const refused: GatewayError[] = [];
  const stop = gateway.subscribe(stream, from, {
    onEvents: (events, place) => {
      seqs.push(...events.map((each) => each.seq));
      places.push(place);
    },
    onSnapshotNeeded: (head) => {
      snapshots.push(head);
      return snapshot?.(head) ?? Promise.resolve(head);
    },
    onRefused: (error) => void refused.push(error),
  });
  return { seqs, places, snapshots, refused, stop };
};
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("a reader sees each event once and in order", () => {
  test("whatever is lost, repeated, reordered or cut off", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 30 }), async (seed, rounds) => {
        const random = seededRandom(seed);
        const { clock, gateway, append, total } = setup({ watchdogMs: 1_000 });
        const kept: unknown[] = [];
        gateway.faults.push = (message) => {
          const dice = random();
          if (dice < 0.2) return [];
          if (dice < 0.35) return [message, message];
          if (dice < 0.5) {
            kept.push(message);
            return [];
          }
          if (dice < 0.65) return [message, ...kept.splice(0)];
          return [message];
        };
        gateway.faults.command = (name) => (name === "subscribe" && random() < 0.2 ? "lost" : name === "read_stream" && random() < 0.2 ? "answer-lost" : "ok");
        const one = reader(gateway, { epoch: "e1", after: 0 });
        const two = reader(gateway, { epoch: "e1", after: 0 });
        for (let round = 0; round < rounds; round += 1) {
          append(1 + Math.floor(random() * 4));
          if (random() < 0.2) gateway.setConnected(false);
          if (random() < 0.5) gateway.setConnected(true);
          await clock.advance(random() * 300);
        }
        delete gateway.faults.push;
        delete gateway.faults.command;
        gateway.setConnected(true);
        await clock.advance(20_000);
        expect(one.seqs).toEqual(upTo(total()));
        expect(two.seqs).toEqual(upTo(total()));
        expect(one.snapshots).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("the last message is lost and no other comes: the watchdog finds out", async () => {
    const { clock, gateway, append } = setup({ watchdogMs: 1_000 });
    const { seqs } = reader(gateway, { epoch: "e1", after: 0 });
    await clock.settle();
    gateway.faults.push = () => [];
    append(2);
    await clock.settle();
    delete gateway.faults.push;
    expect(seqs).toEqual([]);
    await clock.advance(1_100);
    expect(seqs).toEqual([1, 2]);
  });

  test("readers at different places of one stream", async () => {
    const { clock, gateway, append } = setup();
    append(5);
    const early = reader(gateway, { epoch: "e1", after: 1 });
    await clock.settle();
    const late = reader(gateway, { epoch: "e1", after: 4 });
    await clock.settle();
    append(1);
    await clock.settle();
    expect(early.seqs).toEqual(upTo(6, 2));
    expect(late.seqs).toEqual([5, 6]);
    early.stop();
    append(1);
    await clock.settle();
    expect(early.seqs).toEqual(upTo(6, 2));
    expect(late.seqs).toEqual([5, 6, 7]);
  });

  test("events of unknown types are passed over but counted", async () => {
    const { clock, core, gateway, append } = setup();
    const { seqs, places } = reader(gateway, { epoch: "e1", after: 0 });
    await clock.settle();
    append(1);
    core.streams.append(stream, [{ type: "of-a-later-version", ts: 1 }]);
    append(1);
    await clock.settle();
    expect(seqs).toEqual([1, 3]);
    expect(places.at(-1)).toEqual({ epoch: "e1", after: 3 });
  });
});

describe("a snapshot is asked for", () => {
  test("at the start without a place, and events go on after what was read", async () => {
    const { clock, gateway, append } = setup();
    append(3);
    const { seqs, snapshots } = reader(gateway, undefined, async (head) => {
      append(1);
      return head;
    });
    await clock.settle();
    await clock.advance(100);
    expect(snapshots).toEqual([{ epoch: "e1", after: 3 }]);
    expect(seqs).toEqual([4]);
  });

  test("when history was replaced", async () => {
    const { clock, core, gateway, append } = setup();
    append(3);
    const { seqs, snapshots } = reader(gateway, { epoch: "e1", after: 2 });
    await clock.settle();
    gateway.setConnected(false);
    core.streams.newEpoch(stream, "e2");
    append(1);
    gateway.setConnected(true);
    await clock.settle();
    append(1);
    await clock.settle();
    expect(snapshots).toEqual([{ epoch: "e2", after: 4 }]);
    expect(seqs).toEqual([3, 5]);
  });

  test("again, if the reading failed", async () => {
    const { clock, gateway, append } = setup();
    let tries = 0;
    const { seqs, snapshots } = reader(gateway, undefined, (head) => {
      tries += 1;
      return tries < 3 ? Promise.reject(new CommandRefused({ command: "list_runs", info: { code: "storage", message: "Locked." } })) : Promise.resolve(head);
    });
    await clock.advance(5_000);
    append(1);
    await clock.settle();
    expect(snapshots).toHaveLength(3);
    expect(seqs).toEqual([1]);
  });
});

test("a stream that is not to be had is told once and not asked for again", async () => {
  const { clock, gateway } = setup();
  let asked = 0;
  gateway.faults.command = (name) => {
    if (name !== "subscribe") return "ok";
    asked += 1;
    return new CommandRefused({ command: "subscribe", info: { code: "not_found", message: "Gone." } });
  };
  const { refused } = reader(gateway, undefined);
  await clock.advance(60_000);
  expect(refused).toMatchObject([{ code: "not_found" }]);
  expect(asked).toBe(1);
});
