/** The built bundle, as a process on the other end of a real socket. Needs `node services/runner/build.mjs` to have run. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEvent } from "@axion/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Host } from "./host.ts";

const graph = (nodes: Record<string, { kind: string; config?: object; parent?: string }>, edges: readonly string[] = [], slots: readonly object[] = []) => ({
  axion: 1, id: "g", name: "G", slots,
  nodes: Object.entries(nodes).map(([id, node]) => ({ id, name: id, config: {}, ...node })),
  edges: edges.map((edge, index) => { const [from, to] = edge.split(" > ").map((end) => { const [node, port] = end.split("."); return { node, port }; }); return { id: `e${index}`, from, to }; }),
});
const simple = graph({ a: { kind: "constant", config: { value: 20 } }, b: { kind: "map", config: { expression: "value + 1" } }, out: { kind: "output" } }, ["a.value > b.value", "b.value > out.value"]);
const waiting = graph({ wait: { kind: "wait", config: { seconds: 3600 } } });

let scratch = "";
const hosts: Host[] = [];
const start = async (grants: ConstructorParameters<typeof Host>[0] = []): Promise<Host> => {
  const host = new Host(grants);
  hosts.push(host);
  await host.ready;
  return host;
};
beforeEach(() => { scratch = mkdtempSync(join(tmpdir(), "axion-runner-")); });
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe("the channel", () => {
  it("opens with hello, and runs a graph", async () => {
    const host = await start();
    expect(host.hello).toMatchObject({ token: "token", protocol: 1, node: process.versions.node });
    expect(host.hello?.["pid"]).toBe(host.child.pid);
    const end = await host.run(simple);
    expect([end.state, end.outputs]).toEqual(["succeeded", { result: { type: "inline", value: 21 } }]);
  });
  it("lives through broken, unknown and early messages", async () => {
    const host = await start();
    host.socket.write("no json\n{}\n[]\n7\n{\"jsonrpc\":\"1.0\",\"method\":\"ping\",\"id\":9}\n\n{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":1}\n");
    await expect(host.ask("no_such_method")).rejects.toMatchObject({ code: -32601 });
    await expect(host.ask("run_start", { runId: "../x" })).rejects.toMatchObject({ code: -32602 });
    await expect(host.ask("run_start", { runId: "r", concurrency: 0 })).rejects.toMatchObject({ code: -32602 });
    await expect(host.ask("approval_answer", { runId: "r", approvalId: "a", decision: "perhaps" })).rejects.toMatchObject({ code: -32602 });
    expect(await host.ask("run_cancel", { runId: "never-was" })).toEqual({});
    expect(await host.ask("ping")).toEqual({});
  });
  it("ends with the channel, with a frame that is too large, and when told", async () => {
    const [closed, flooded, told] = [await start(), await start(), await start()];
    closed.socket.destroy();
    expect(await closed.exited).toBe(0);
    const chunk = Buffer.alloc(8 * 1024 * 1024, 120);
    for (let part = 0; part < 9; part++) flooded.socket.write(chunk);
    expect(await flooded.exited).toBe(0);
    await told.ask("shutdown");
    expect(await told.exited).toBe(0);
  });
});

describe("runs", () => {
  it("refuses a wrong graph with its problems, and wrong input", async () => {
    const host = await start();
    await expect(host.run(graph({ a: { kind: "nope" } }))).rejects.toMatchObject({ data: { code: "graph_invalid", problems: [{ code: "unknown_kind", node: "a" }] } });
    await expect(host.run(graph({ s: { kind: "start", config: { fields: [{ name: "n", type: "number", required: true }] } } }))).rejects.toMatchObject({ data: { code: "invalid_params", problems: [{ field: "input.n" }] } });
    expect(await host.ask("validate", { text: "{" })).toMatchObject({ ok: false, problems: [{ code: "not_json" }] });
    expect(await host.ask("validate", { text: JSON.stringify(simple) })).toEqual({ ok: true, nodes: 3, problems: [] });
    expect(host.events).toEqual([]);
  });
  it("does several at once, and one only once", async () => {
    const host = await start();
    await host.ask("run_start", { runId: "w", graph: waiting, input: {}, concurrency: 1, journal: [], blobs: [], attempt: 1 });
    await expect(host.ask("run_start", { runId: "w", graph: waiting, input: {}, concurrency: 1, journal: [], blobs: [], attempt: 1 })).rejects.toMatchObject({ data: { code: "conflict" } });
    expect((await host.run(simple)).state).toBe("succeeded");
  });
  it("cancels a step that waits", async () => {
    const host = await start();
    const end = host.run(waiting);
    await host.event((event) => event.type === "step-waiting");
    await host.ask("run_cancel", { runId: "r1" });
    expect((await end).state).toBe("cancelled");
  });
  it("asks, and takes the answer", async () => {
    const host = await start();
    const end = host.run(graph({ a: { kind: "constant", config: { value: 1 } }, ask: { kind: "approval" }, out: { kind: "output" } }, ["a.value > ask.value", "ask.approved > out.value"]));
    const asked = await host.event((event) => event.type === "approval-requested") as Extract<JournalEvent, { type: "approval-requested" }>;
    await host.ask("approval_answer", { runId: "r1", approvalId: asked.approvalId, decision: "approved", ts: 1 });
    expect((await end).outputs).toEqual({ result: { type: "inline", value: 1 } });
  });
  it("puts large values before the event that names them", async () => {
    const host = await start();
    host.onAppend = (events) => {
      for (const [, hash] of JSON.stringify(events).matchAll(/"hash":"([0-9a-f]{64})"/g)) if (!host.blobs.has(hash as string)) throw new Error("a value was named before it was put");
    };
    const end = await host.run(graph({ a: { kind: "map", config: { expression: "map(range(1, 20000), n, n)" } }, out: { kind: "output" } }, ["a.value > out.value"]));
    expect(end.outputs["result"]).toMatchObject({ type: "blob" });
    expect(JSON.parse(host.blobs.values().next().value as string)).toHaveLength(20_000);
  });
  it("goes on elsewhere after kill -9, without doing again what finished", async () => {
    const first = await start([{ slot: "out", path: scratch, access: "rw" }]);
    const work = graph({
      text: { kind: "constant", config: { value: "once\n" } }, write: { kind: "file.write", config: { slot: "out", path: "log.txt", mode: "append" } }, wait: { kind: "wait", config: { seconds: 0.4 } }, out: { kind: "output" },
    }, ["text.value > write.text", "write.file > wait.value", "wait.value > out.value"], [{ id: "out", access: "rw" }]);
    void first.run(work).catch(() => undefined);
    await first.event((event) => event.type === "step-waiting");
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await start([{ slot: "out", path: scratch, access: "rw" }]);
    const end = await second.run(work, { journal: first.events, attempt: 2 });
    expect([end.state, readFileSync(join(scratch, "log.txt"), "utf8")]).toEqual(["succeeded", "once\n"]);
    expect(second.events.filter((event) => event.type === "step-finished").map((event) => event.node)).toEqual(["wait", "out"]);
  });
  it("stops when its journal is refused, and says so", async () => {
    const host = await start();
    host.onAppend = () => { throw new Error("disk full"); };
    const logged = new Promise<void>((resolve) => { host.logged = resolve; });
    await host.ask("run_start", { runId: "x", graph: simple, input: {}, concurrency: 1, journal: [], blobs: [], attempt: 1 });
    await logged;
    expect(host.logs[0]).toContain("run x stopped: Error: disk full");
    host.onAppend = () => undefined;
    host.events.length = 0;
    expect((await host.run(simple)).state).toBe("succeeded");
  });
});

describe("files", () => {
  let runs = 0;
  const error = async (host: Host, nodes: Parameters<typeof graph>[0], edges: readonly string[] = []) =>
    (await host.run(graph(nodes, edges, [{ id: "in", access: "ro" }, { id: "out", access: "rw" }]), { runId: `r${++runs}` }).catch((thrown: { data?: { problems?: { code: string }[] } }) => ({ error: { code: thrown.data?.problems?.[0]?.code } }))).error?.code;
  const read = (host: Host, path: string) => { host.events.length = 0; return error(host, { r: { kind: "file.read", config: { slot: "in", path } } }); };
  const write = (host: Host, slot: string, path: string) => {
    host.events.length = 0;
    return error(host, { p: { kind: "constant", config: { value: path } }, t: { kind: "constant", config: { value: "x" } }, w: { kind: "file.write", config: { slot } } }, ["t.value > w.text", "p.value > w.path"]);
  };

  it("stay inside the grants", async () => {
    const [inside, outside, out] = ["in", "secret", "out"].map((name) => join(scratch, name)) as [string, string, string];
    for (const folder of [inside, outside, out, join(inside, "sub")]) mkdirSync(folder);
    writeFileSync(join(outside, "key.txt"), "secret");
    writeFileSync(join(inside, "fine.txt"), "fine");
    writeFileSync(join(inside, "bytes.bin"), Buffer.from([0xff, 0xfe, 0]));
    symlinkSync(join(outside, "key.txt"), join(inside, "link.txt"));
    symlinkSync(outside, join(inside, "dir"));
    symlinkSync(outside, join(out, "dir"));
    symlinkSync(join(outside, "key.txt"), join(out, "link.txt"));
    symlinkSync("/etc/passwd", join(out, "gone.txt"));
    const host = await start([{ slot: "in", path: inside, access: "ro" }, { slot: "out", path: out, access: "rw" }]);
    expect(await read(host, "fine.txt")).toBeUndefined();
    for (const path of ["link.txt", "dir/key.txt"]) expect(await read(host, path)).toBe("outside_grant");
    expect([await read(host, "nope.txt"), await read(host, "sub"), await read(host, "bytes.bin")]).toEqual(["file_enoent", "not_a_file", "not_text"]);
    for (const path of ["../secret/key.txt", "/etc/passwd", "sub/../../secret/key.txt"]) expect(await read(host, path)).toBe("bad_config");
    for (const path of ["../x", "/tmp/x", ""]) expect(["path_outside", "bad_path"]).toContain(await write(host, "out", path));
    expect(await write(host, "out", "dir/x.txt")).toBe("outside_grant");
    for (const path of ["link.txt", "gone.txt"]) expect(await write(host, "out", path)).toBe("not_a_file");
    expect(await write(host, "in", "x.txt")).toBe("slot_read_only");
    expect(await write(host, "out", "new/deep/x.txt")).toBeUndefined();
    expect([readFileSync(join(out, "new/deep/x.txt"), "utf8"), readFileSync(join(outside, "key.txt"), "utf8"), readdirSync(outside)]).toEqual(["x", "secret", ["key.txt"]]);
    // Nothing half-written is left beside it.
    expect(readdirSync(join(out, "new/deep"))).toEqual(["x.txt"]);
  });
  it("of a slot that was not given are refused by name", async () => expect(await write(await start(), "out", "x.txt")).toBe("no_grant"));
});
