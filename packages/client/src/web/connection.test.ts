import { MemoryCore, Refusal, testClock } from "@axion/testkit";
import type { CommandName, Params } from "@axion/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket as ServerSocket } from "ws";
import type { ConnectionStatus, GatewayAdapter } from "../gateway/adapter.ts";
import { BadReply, CommandRefused, Disconnected } from "../gateway/errors.ts";
import { makeGateway, type Transport } from "../gateway/gateway.ts";
import { backoffMs } from "./backoff.ts";
import { type ConnectionOptions, connectWeb } from "./connection.ts";

const token = "right";
interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}
/** `axion serve` in small: hello, commands of a MemoryCore, pushed batches. `hear` may take a request away. */
const serve = async (port = 0) => {
  const clock = testClock();
  const core = new MemoryCore({ now: () => clock.now(), after: clock.after });
  const server = new WebSocketServer({ host: "127.0.0.1", port });
  const heard: Request[] = [];
  const sockets = new Set<ServerSocket>();
  const behaviour: { hear?: (request: Request, socket: ServerSocket) => boolean } = {};
  server.on("connection", (socket) => {
    sockets.add(socket);
    let greeted = false;
    const cursors = new Map<string, number>();
    const pump = (stream: string) => {
      const after = cursors.get(stream);
      if (after === undefined || socket.readyState !== socket.OPEN) return;
      const events = core.streams.after(stream, after);
      if (events.length === 0) return;
      cursors.set(stream, after + events.length);
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "events", params: { type: "stream-batch", stream, epoch: core.streams.log(stream).epoch, events } }));
    };
    const stop = core.streams.onAppend((stream) => queueMicrotask(() => pump(stream)));
    socket.on("close", () => {
      stop();
      sockets.delete(socket);
    });
    socket.on("message", (data) => {
      const request = JSON.parse(String(data)) as Request;
      const answer = (rest: object) => socket.send(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...rest }));
      heard.push(request);
      if (!greeted) {
        greeted = request.method === "hello" && request.params.token === token;
        if (greeted) answer({ result: {} });
        else {
          answer({ error: { code: -32000, message: "no", data: { code: "forbidden", message: "The token is not the one of this server." } } });
          socket.close(1008);
        }
        return;
      }
      if (behaviour.hear?.(request, socket) === true) return;
      try {
        const result = core.answer(request.method as CommandName, request.params as Params<CommandName>);
        answer({ result });
        if (request.method === "subscribe") {
          const stream = String(request.params.stream);
          cursors.set(stream, typeof request.params.after === "number" ? request.params.after : core.streams.head(stream));
          pump(stream);
        }
      } catch (error) {
        answer({ error: { code: -32000, message: "refused", data: error instanceof Refusal ? error.info : { code: "internal", message: String(error) } } });
      }
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  const cut = () => {
    for (const socket of sockets) socket.terminate();
  };
  return {
    core, heard, behaviour, cut, port: address.port,
    stop: () => {
      cut();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
const started = async (port?: number) => {
  const server = await serve(port);
  open.push({ close: server.stop });
  return server;
};
const after = (ms: number, run: () => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
const connect = (port: number, options: Partial<ConnectionOptions> = {}): GatewayAdapter => {
  const transport: Transport = connectWeb({
    open: () => new WebSocket(`ws://127.0.0.1:${port}/rpc`), token, client: "test", now: Date.now, random: () => 0.1, after, patienceMs: 5_000, helloMs: 2_000, ...options,
  });
  const gateway = makeGateway(transport, { kind: "web", capabilities: { window: false, shell: "serve" }, window: undefined, windowId: "t", after, watchdogMs: 0 });
  open.push(gateway);
  return gateway;
};
const reached = (gateway: GatewayAdapter, state: ConnectionStatus["state"]): Promise<ConnectionStatus> =>
  new Promise((resolve) => {
    const now = gateway.status.get();
    if (now.state === state) return resolve(now);
    const stop = gateway.status.subscribe((status) => {
      if (status.state !== state) return;
      stop();
      resolve(status);
    });
  });
const rejected = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => expect.unreachable("should have failed"), (error: unknown) => error);

describe("a connection", () => {
  test("says hello first; commands asked before that wait and are answered", async () => {
    const server = await started();
    const gateway = connect(server.port);
    expect(gateway.status.get()).toEqual({ state: "connecting", attempt: 0 });
    const { projects } = await gateway.callPromise("list_projects", {});
    expect(projects).toHaveLength(1);
    expect(server.heard.map((request) => request.method)).toEqual(["hello", "list_projects"]);
    expect(server.heard[0]?.params).toEqual({ token, client: "test" });
  });

  test("with a wrong or no token is refused for good", async () => {
    const server = await started();
    for (const wrong of ["wrong", undefined]) {
      const gateway = connect(server.port, { token: wrong });
      const waiting = rejected(gateway.callPromise("list_projects", {}));
      expect(await reached(gateway, "offline")).toMatchObject({ cause: "refused" });
      expect(await waiting).toMatchObject({ _tag: "Disconnected", sent: false });
      expect(await rejected(gateway.callPromise("list_projects", {}))).toMatchObject({ _tag: "Disconnected", sent: false });
    }
    expect(server.heard.filter((request) => request.method === "hello")).toHaveLength(1);
  });

  test("that breaks comes back by itself", async () => {
    const server = await started();
    const gateway = connect(server.port);
    await reached(gateway, "ready");
    server.cut();
    expect(await reached(gateway, "offline")).toMatchObject({ cause: "unreachable" });
    await reached(gateway, "ready");
    expect((await gateway.callPromise("list_projects", {})).projects).toHaveLength(1);
  });

  test("to nobody tries on, and finds the server when it is there", async () => {
    const first = await started();
    const { port } = first;
    await first.stop();
    const gateway = connect(port);
    const asked = gateway.callPromise("list_projects", {});
    await reached(gateway, "offline");
    await started(port);
    expect((await asked).projects).toHaveLength(1);
  });

  test("gives up waiting for a command after a while, unsent", async () => {
    const server = await started();
    await server.stop();
    const gateway = connect(server.port, { patienceMs: 30 });
    expect(await rejected(gateway.callPromise("create_project", { projectId: "p", name: "P" }))).toMatchObject({ _tag: "Disconnected", sent: false });
  });
});

describe("a command under way when the connection breaks", () => {
  test("is asked again if it changes nothing", async () => {
    const server = await started();
    const gateway = connect(server.port);
    await reached(gateway, "ready");
    let cuts = 2;
    server.behaviour.hear = (_request, socket) => {
      if (cuts === 0) return false;
      cuts -= 1;
      socket.terminate();
      return true;
    };
    expect((await gateway.callPromise("list_projects", {})).projects).toHaveLength(1);
    expect(server.heard.filter((request) => request.method === "list_projects")).toHaveLength(3);
  });

  test("is never repeated if it changes something", async () => {
    const server = await started();
    const gateway = connect(server.port);
    await reached(gateway, "ready");
    server.behaviour.hear = (request, socket) => {
      server.core.answer(request.method as "create_project", request.params as Params<"create_project">);
      socket.terminate();
      return true;
    };
    const error = await rejected(gateway.callPromise("create_project", { projectId: "p1", name: "P" }));
    expect(error).toBeInstanceOf(Disconnected);
    expect(error).toMatchObject({ sent: true, command: "create_project" });
    delete server.behaviour.hear;
    await reached(gateway, "ready");
    expect((await gateway.callPromise("list_projects", {})).projects.map((project) => project.projectId)).toEqual(["main", "p1"]);
    expect(server.heard.filter((request) => request.method === "create_project")).toHaveLength(1);
  });
});

describe("answers", () => {
  test("that are refusals carry the protocol's error", async () => {
    const server = await started();
    const error = await rejected(connect(server.port).callPromise("get_graph", { graphId: "none" }));
    expect(error).toBeInstanceOf(CommandRefused);
    expect(error).toMatchObject({ code: "not_found", command: "get_graph" });
  });

  test("that are not of the protocol are bad replies, and other frames are let be", async () => {
    const server = await started();
    server.behaviour.hear = ({ id }, socket) => {
      for (const noise of ["{", "[]", "null", '{"jsonrpc":"2.0","id":99999,"result":{}}', '{"jsonrpc":"2.0","method":"of-later","params":{}}', '{"jsonrpc":"2.0","method":"events","params":{"type":"no"}}'])
        socket.send(noise);
      socket.send(Buffer.from([1, 2, 3]));
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: { projects: [{ projectId: 7 }] } }));
      return true;
    };
    const error = await rejected(connect(server.port).callPromise("list_projects", {}));
    expect(error).toBeInstanceOf(BadReply);
  });
});

test("a stream goes on through breaks without a gap or a repetition", async () => {
  const server = await started();
  const gateway = connect(server.port, { random: () => 0.01 });
  const seqs: number[] = [];
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  gateway.subscribe("workspace", { epoch: "e1", after: 0 }, {
    onEvents: (events, place) => {
      seqs.push(...events.map((event) => event.seq));
      if (place.after === 60) done();
    },
    onSnapshotNeeded: (head) => Promise.resolve(head),
  });
  await reached(gateway, "ready");
  for (let round = 0; round < 6; round += 1) {
    for (let each = 0; each < 10; each += 1) server.core.streams.append("workspace", [{ type: "run-deleted", ts: 1, runId: "r" }]);
    server.cut();
    await reached(gateway, "offline");
    await reached(gateway, "ready");
  }
  await all;
  expect(seqs).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

test("the wait between attempts grows, has a limit, and is spread", () => {
  expect([0, 1, 2, 3, 10, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([250, 500, 1_000, 2_000, 15_000, 15_000]);
  expect(backoffMs(3, 0.25)).toBe(500);
});
