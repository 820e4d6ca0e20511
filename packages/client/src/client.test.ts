import { createMemoryGateway, graphOf, MemoryCore, type MemoryGateway, memoryStorage, sampleGraph, testClock, testEnvironment } from "@axion/testkit";
import { describe, expect, test } from "vitest";
import { type AxionClient, createClient } from "./client.ts";
import { CommandRefused } from "./gateway/errors.ts";
import { renameNode } from "./graphs/edits.ts";

const graphId = "sample";
const world = async (graph = sampleGraph(graphId)) => {
  const clock = testClock();
  const core = new MemoryCore({
    now: clock.now, after: clock.after,
    examples: [{ example: { exampleId: "sample", name: "Sample", description: "", nodeCount: 6 }, document: sampleGraph("example") }],
  });
  core.addGraph(graph);
  const open = (name: string, connected = true): { client: AxionClient; gateway: MemoryGateway } => {
    const gateway = createMemoryGateway({ core, after: clock.after, windowId: name, connected });
    return { gateway, client: createClient(gateway, testEnvironment(clock, { ids: `${name}-`, storage: memoryStorage() })) };
  };
  const { client, gateway } = open("a");
  await clock.advance(10);
  return { clock, core, open, client, gateway, lists: () => client.workspace.store.getState() };
};

describe("the workspace", () => {
  test("is read once and then kept by its stream, in every window", async () => {
    const { clock, client, lists, open } = await world();
    const other = open("b").client;
    await clock.advance(10);
    expect(lists()).toMatchObject({ status: "ready", system: { version: "0.1.0" }, settings: { theme: "system" }, graphs: [{ graphId }] });
    const created = await client.commands.createGraph("New");
    expect(lists().graphs.map((graph) => graph.name)).toContain("New");
    await client.commands.updateSetting("theme", "dark");
    await client.commands.deleteGraph(graphId);
    await clock.advance(10);
    for (const each of [client, other]) {
      const state = each.workspace.store.getState();
      expect(state.graphs.map((graph) => graph.graphId)).toEqual([created.summary.graphId]);
      expect(state.settings?.theme).toBe("dark");
    }
  });

  test("keeps what it shows while the connection is away, and catches up", async () => {
    const { clock, core, client, gateway, lists } = await world();
    gateway.setConnected(false);
    expect(client.connection.getState()).toMatchObject({ status: { state: "offline" }, everReady: true });
    core.answer("create_project", { projectId: "p2", name: "Second" });
    await clock.advance(1_000);
    expect(lists()).toMatchObject({ status: "ready", projects: [{ projectId: "main" }] });
    gateway.setConnected(true);
    await clock.advance(100);
    expect(lists().projects.map((project) => project.projectId)).toEqual(["main", "p2"]);
  });

  test("that cannot be read says why, and is read when it can be", async () => {
    const { clock, open } = await world();
    const { client, gateway } = open("b", false);
    gateway.faults.command = (name) => (name === "list_runs" ? new CommandRefused({ command: name, info: { code: "storage", message: "The database is locked." } }) : "ok");
    gateway.setConnected(true);
    await clock.advance(100);
    expect(client.workspace.store.getState()).toMatchObject({ status: "failed", error: { message: "The database is locked." } });
    delete gateway.faults.command;
    await clock.advance(20_000);
    expect(client.workspace.store.getState()).toMatchObject({ status: "ready", error: undefined });
  });

  test("pages of runs, and the doctor", async () => {
    const { clock, client, lists } = await world(graphOf(graphId, [{ id: "a", kind: "start" }]));
    for (let index = 0; index < 5; index += 1) await client.commands.startRun(graphId);
    await clock.advance(2_000);
    expect(lists().runs.map((run) => run.number)).toEqual([5, 4, 3, 2, 1]);
    expect(lists().runs.every((run) => run.state === "succeeded")).toBe(true);
    await client.workspace.runDoctor();
    expect(lists().doctor).toMatchObject({ checking: false, report: { checks: [{ id: "engine" }, {}, {}, {}, {}, {}] } });
  });
});

describe("a run", () => {
  test("asks for folders first, then starts with the graph as it is shown", async () => {
    const { clock, core, client } = await world();
    const graph = client.graph(graphId);
    await clock.settle();
    const asked = await client.commands.startRun(graphId);
    expect(asked).toMatchObject({ kind: "slots-unbound", slots: [{ id: "invoices", access: "ro" }] });
    await client.commands.setGrant({ graphId, slot: "invoices", path: "/home/person/invoices", access: "ro" });
    graph.edit(renameNode("start", "Begin"));
    const outcome = await client.commands.startRun(graphId);
    expect(outcome.kind).toBe("started");
    const runId = outcome.kind === "started" ? outcome.run.runId : "";
    expect(core.answer("get_run_graph", { runId }).document.nodes.find((node) => node.id === "start")?.name).toBe("Begin");
  });

  test("is shown live, waits for the person, and ends; a window that comes later sees the same", async () => {
    const { clock, client, open, lists } = await world();
    await client.commands.setGrant({ graphId, slot: "invoices", path: "/in", access: "ro" });
    const started = await client.commands.startRun(graphId);
    if (started.kind !== "started") throw new Error(started.kind);
    const { runId } = started.run;
    const run = client.run(runId);
    client.retain(run);
    const view = () => run.store.getState().view;
    await clock.advance(10_000);
    expect(view()).toMatchObject({ state: "waiting", approvals: [{ status: "pending", title: "Send the report?" }] });
    expect(lists().approvals).toMatchObject([{ status: "pending" }]);
    expect(view().node("parse")).toMatchObject({ instances: 3, state: "succeeded" });
    await client.commands.answerApproval(view().approvals[0]?.approvalId ?? "", "approved");
    expect(lists().approvals).toMatchObject([{ status: "approved" }]);
    await clock.advance(10_000);
    expect(view()).toMatchObject({ state: "succeeded", approvals: [{ status: "approved" }] });
    const later = open("b").client.run(runId);
    await clock.advance(100);
    expect(later.store.getState()).toMatchObject({ status: "live", view: { state: "succeeded", seq: view().seq, counts: view().counts } });
    expect((await later.graph()).document.nodes).toHaveLength(6);
  });

  test("whose history is replaced while it is shown is read anew", async () => {
    const { clock, core, client, gateway } = await world(graphOf(graphId, [{ id: "a", kind: "start" }]));
    const started = await client.commands.startRun(graphId);
    const run = client.run(started.kind === "started" ? started.run.runId : "");
    client.retain(run);
    await clock.advance(5_000);
    gateway.setConnected(false);
    core.streams.newEpoch(`run:${run.runId}`, "e2");
    gateway.setConnected(true);
    await clock.advance(5_000);
    expect(run.store.getState()).toMatchObject({ status: "live", view: { state: "succeeded", counts: { total: 1 } } });
  });

  test("can be cancelled; one that is not there says so", async () => {
    const { clock, client } = await world(graphOf(graphId, [{ id: "a", kind: "start" }]));
    const started = await client.commands.startRun(graphId);
    const run = client.run(started.kind === "started" ? started.run.runId : "");
    await clock.advance(10);
    await client.commands.cancelRun(run.runId);
    await clock.advance(100);
    expect(run.store.getState().view.state).toBe("cancelled");
    const missing = client.run("nope");
    await clock.advance(100);
    expect(missing.store.getState()).toMatchObject({ status: "failed", error: { code: "not_found" } });
  });

  test("whose answer to the start was lost is found under its id", async () => {
    const { client, gateway } = await world(graphOf(graphId, [{ id: "a", kind: "start" }]));
    gateway.faults.command = (name) => (name === "start_run" ? "answer-lost" : "ok");
    expect(await client.commands.startRun(graphId)).toMatchObject({ kind: "started", run: { number: 1 } });
  });
});

describe("the view of a window", () => {
  test("is there again in the next one of the same name", async () => {
    const { clock, client, open } = await world();
    client.view.openGraph(graphId);
    client.view.setPanel("side", 240);
    client.view.setGraphPlace(graphId, { viewport: { x: 1, y: 2, zoom: 0.5 } });
    client.view.setGraphPlace(graphId, { selection: ["start"] });
    await clock.advance(500);
    const next = open("a").client.view;
    await clock.settle();
    expect(next.store.getState()).toEqual({ ...client.view.store.getState(), loaded: true });
    expect(next.store.getState()).toMatchObject({ route: { place: "graph", graphId }, tabs: [{ graphId }], panels: { side: 240 }, graphs: { [graphId]: { selection: ["start"], viewport: { zoom: 0.5 } } } });
    expect(open("b").client.view.store.getState().tabs).toEqual([]);
  });

  test("is written at once where a crash would hurt, and after a break", async () => {
    const { clock, core, client, gateway } = await world();
    const kept = () => JSON.stringify(core.answer("get_view_state", { windowId: "a" }));
    client.view.openGraph("g1");
    await clock.advance(1);
    expect(kept()).toContain("g1");
    gateway.setConnected(false);
    client.view.openGraph("g2");
    await clock.advance(1_000);
    expect(kept()).not.toContain("g2");
    gateway.setConnected(true);
    await clock.advance(1);
    expect(kept()).toContain("g2");
  });

  test("closing tabs goes to a neighbour, the last one home", async () => {
    const { client } = await world();
    const { view } = client;
    for (const id of ["g1", "g2", "g3"]) view.openGraph(id);
    view.moveTab("g3", 0);
    view.go({ place: "graph", graphId: "g1" });
    view.closeTab("g1");
    expect(view.store.getState()).toMatchObject({ route: { place: "graph", graphId: "g2" }, tabs: [{ graphId: "g3" }, { graphId: "g2" }], recents: ["g3", "g2", "g1"] });
    view.closeTab("g2");
    view.closeTab("g3");
    expect(view.store.getState()).toMatchObject({ route: { place: "home" }, tabs: [] });
  });

  test("keeps chats in tabs beside graphs, two side by side, and what was typed and not sent", async () => {
    const { clock, open } = await world();
    const { view } = open("v").client;
    await clock.settle();
    view.openGraph("g1");
    view.openChat("s1");
    view.openChat("s2", true);
    expect(view.store.getState()).toMatchObject({ route: { place: "chat", sessionId: "s1", beside: "s2" }, tabs: [{ graphId: "g1" }, { sessionId: "s1" }, { sessionId: "s2" }] });
    view.setDraft("s1", { text: "half a thought", files: [{ folderId: "f", path: "a.js" }] });
    view.setDraft("s2", { text: "x".repeat(100_000) });
    await view.flush();
    const again = open("v").client.view;
    await clock.settle();
    expect(again.store.getState()).toMatchObject({ route: { place: "chat", sessionId: "s1", beside: "s2" }, drafts: { s1: { text: "half a thought", files: [{ path: "a.js" }] } } });
    expect(again.store.getState().drafts.s2).toBeUndefined();
    view.closeTab("s2");
    expect(view.store.getState().route).toEqual({ place: "chat", sessionId: "s1" });
    view.closeTab("s1");
    expect(view.store.getState()).toMatchObject({ route: { place: "graph", graphId: "g1" } });
    view.setDraft("s1", { text: "" });
    expect(view.store.getState().drafts.s1).toBeUndefined();
  });

  test("that is nonsense is left at the defaults", async () => {
    const { clock, core, open } = await world();
    core.answer("set_view_state", { windowId: "c", state: { route: { place: "moon" }, tabs: [7, { graphId: "g1" }], panels: [1], recents: "x", graphs: { g1: { viewport: { x: "a" } } } } });
    const { view } = open("c").client;
    await clock.settle();
    expect(view.store.getState()).toEqual({ loaded: true, route: { place: "home" }, tabs: [{ graphId: "g1" }], panels: {}, recents: [], graphs: { g1: {} }, drafts: {} });
  });
});

describe("commands", () => {
  test("rename, duplicate and open examples; the open graph is saved first", async () => {
    const { clock, core, client, lists } = await world();
    const graph = client.graph(graphId);
    await clock.settle();
    graph.edit(renameNode("start", "Begin"));
    const copy = await client.commands.duplicateGraph(graphId, "Copy");
    expect(copy.document.nodes.find((node) => node.id === "start")?.name).toBe("Begin");
    const renamed = client.commands.renameGraph(copy.summary.graphId, "Copy of it");
    await clock.advance(500);
    await renamed;
    expect(core.answer("get_graph", { graphId: copy.summary.graphId }).summary.name).toBe("Copy of it");
    const opened = await client.commands.openExample("sample");
    expect(opened.folders).toMatchObject([{ slot: "invoices", access: "ro" }]);
    await clock.settle();
    expect(lists().graphs).toHaveLength(3);
  });

  test("fail while edits cannot be saved, and say so", async () => {
    const { clock, client, gateway } = await world();
    const graph = client.graph(graphId);
    await clock.settle();
    gateway.faults.command = (name) => (name === "apply_graph_ops" ? new CommandRefused({ command: name, info: { code: "storage", message: "The disk is full." } }) : "ok");
    graph.edit(renameNode("start", "Begin"));
    await expect(client.commands.duplicateGraph(graphId, "Copy")).rejects.toMatchObject({ _tag: "CommandRefused", message: "The disk is full." });
    expect(graph.store.getState().save).toMatchObject({ state: "failed", pending: 1 });
    delete gateway.faults.command;
    await clock.advance(2_000);
    expect(graph.store.getState().save.state).toBe("saved");
  });
});

test("stores of graphs are shared, and closed a while after the last user has left", async () => {
  const { clock, client } = await world();
  const graph = client.graph(graphId);
  const release = [client.retain(graph), client.retain(graph)];
  await clock.advance(60_000);
  expect(client.graph(graphId)).toBe(graph);
  for (const each of release) each();
  await clock.advance(5_000);
  expect(client.graph(graphId)).toBe(graph);
  await clock.advance(30_000);
  expect(client.graph(graphId)).not.toBe(graph);
});
