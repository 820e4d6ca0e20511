import { emit } from "@tauri-apps/api/event";
import { clearMocks, mockIPC, mockWindows } from "@tauri-apps/api/mocks";
import { MemoryCore, Refusal, testClock } from "@axion/testkit";
import type { CommandName, Params } from "@axion/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { createTauriGateway } from "./index.ts";

let core: MemoryCore;
let invoked: { command: string; args: unknown }[];
let gateway: GatewayAdapter;
const frame = new Set(["plugin:window|show", "plugin:window|minimize", "plugin:window|toggle_maximize", "plugin:window|is_maximized", "plugin:window|close", "plugin:window|start_dragging"]);

beforeEach(() => {
  // Tauri's API talks to `window`.
  vi.stubGlobal("window", globalThis);
  const clock = testClock();
  core = new MemoryCore({ now: clock.now, after: clock.after });
  invoked = [];
  mockWindows("main");
  mockIPC(
    (command, args) => {
      invoked.push({ command, args });
      if (frame.has(command)) return command.endsWith("is_maximized") ? true : null;
      try {
        return core.answer(command as CommandName, args as Params<CommandName>);
      } catch (error) {
        // A Tauri command rejects with the serialised error.
        throw error instanceof Refusal ? error.info : error;
      }
    },
    { shouldMockEvents: true },
  );
  gateway = createTauriGateway();
});
afterEach(() => {
  gateway.close();
  clearMocks();
  vi.unstubAllGlobals();
});

describe("the gateway of the desktop window", () => {
  test("invokes each command by its name with the parameters as arguments", async () => {
    const project = await gateway.callPromise("create_project", { projectId: "p1", name: "P" });
    expect(project).toMatchObject({ projectId: "p1", name: "P" });
    expect(invoked).toEqual([{ command: "create_project", args: { projectId: "p1", name: "P" } }]);
    expect(gateway).toMatchObject({ kind: "tauri", windowId: "main", capabilities: { window: true, shell: "desktop" } });
    expect(gateway.status.get()).toEqual({ state: "ready" });
  });

  test("knows a refusal of Core from one of Tauri itself", async () => {
    await expect(gateway.callPromise("get_graph", { graphId: "none" })).rejects.toMatchObject({ _tag: "CommandRefused", code: "not_found" });
    mockIPC((command) => {
      // As Tauri does: a plain sentence, not an Error.
      return command === "get_graph" ? Promise.reject("Command get_graph not allowed by ACL") : null;
    });
    await expect(gateway.callPromise("get_graph", { graphId: "none" })).rejects.toMatchObject({ _tag: "BadReply", detail: expect.stringContaining("not allowed") });
  });

  test("hands on the events of a stream", async () => {
    const seqs: number[] = [];
    const got = new Promise<void>((resolve) => {
      gateway.subscribe("workspace", { epoch: "e1", after: 0 }, {
        onEvents: (events) => {
          seqs.push(...events.map((event) => event.seq));
          if (seqs.length === 2) resolve();
        },
        onSnapshotNeeded: (head) => Promise.resolve(head),
      });
    });
    await gateway.callPromise("get_system", {});
    const events = core.streams.append("workspace", [{ type: "run-deleted", ts: 1, runId: "r1" }, { type: "run-deleted", ts: 1, runId: "r2" }]);
    await emit("gateway-event", { type: "stream-batch", stream: "workspace", epoch: "e1", events });
    await got;
    expect(seqs).toEqual([1, 2]);
  });

  test("moves the window's own frame", async () => {
    const controls = gateway.window;
    await controls?.show();
    await controls?.minimise();
    await controls?.toggleMaximise();
    await controls?.startDragging();
    expect(await controls?.isMaximised()).toBe(true);
    await controls?.close();
    expect(invoked.map(({ command }) => command)).toEqual([
      "plugin:window|show", "plugin:window|minimize", "plugin:window|toggle_maximize", "plugin:window|start_dragging", "plugin:window|is_maximized", "plugin:window|close",
    ]);
  });
});
