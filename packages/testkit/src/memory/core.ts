/**
 * Core in memory: the commands of the protocol over maps, enough of them to open, edit and run graphs on a screen. It keeps Core's
 * promises that the client relies on (idempotent batches, last writer wins, streams without gaps), not its files or jails.
 */
import type {
  Approval, CommandName, Example, Grant, GraphDocument, GraphLayout, GraphOp, GraphSnapshot, GraphSummary, Params, Project, Result, RunSummary, Settings,
} from "@axion/protocol";
import { documentOf, emptyModel, GraphRegisters, modelOf, RunReducer, type StreamName } from "@axion/client";
import { MemoryModels } from "./models.ts";
import { Refusal } from "./refusal.ts";
import { type SessionCommandName, sessionHandlers } from "./sessionHandlers.ts";
import { MemorySessions } from "./sessions.ts";
import { MemoryStreams } from "./streams.ts";
import type { TurnLine } from "./demoTurn.ts";
import { type ScriptLine, scriptOf } from "./script.ts";

interface StoredGraph {
  summary: GraphSummary;
  registers: GraphRegisters;
  stamps: Map<string, string>;
  seen: Map<string, number>;
}
interface StoredRun {
  summary: RunSummary;
  document: GraphDocument;
  script: ScriptLine[];
  cancelScript: (() => void) | undefined;
}

export interface MemoryCoreOptions {
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly script?: (document: GraphDocument, runId: string) => ScriptLine[];
  /** What an agent does for a message; without it the demo of the testkit. */
  readonly turn?: (said: string, messageId: string, id: string) => TurnLine[];
  /** A local and a hosted model beside the demo agent. */
  readonly withModels?: boolean;
  readonly examples?: ReadonlyArray<{ readonly example: Example; readonly document: GraphDocument; readonly layout?: GraphLayout }>;
}

const defaultSettings: Settings = {
  theme: "system", density: "auto", motion: "system", strongLines: false, systemFont: false, fontSize: 13, language: "en", runner: "auto", dockerHost: null,
  allowUnjailed: false, concurrency: 8,
};
const noSteps = { total: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 };
export type Handlers = { readonly [N in CommandName]: (params: Params<N>) => Result<N> };

export class MemoryCore {
  readonly streams = new MemoryStreams();
  readonly sessions: MemorySessions;
  readonly models: MemoryModels;
  readonly #options: MemoryCoreOptions;
  readonly #projects = new Map<string, Project>();
  readonly #graphs = new Map<string, StoredGraph>();
  readonly #grants = new Map<string, Grant>();
  readonly #runs = new Map<string, StoredRun>();
  readonly #approvals = new Map<string, Approval>();
  readonly #views = new Map<string, Params<"set_view_state">["state"]>();
  #settings = defaultSettings;
  #deletedRuns = 0;

  constructor(options: MemoryCoreOptions) {
    this.#options = options;
    const announce = (event: Readonly<Record<string, unknown>>) => this.#announce(event);
    this.models = new MemoryModels({ now: options.now, announce, withModels: options.withModels ?? false });
    this.sessions = new MemorySessions({
      now: options.now, after: options.after, streams: this.streams, announce, ...(options.turn === undefined ? {} : { turn: options.turn }),
    });
    this.#handlers = { ...this.#graphHandlers(), ...sessionHandlers(this.sessions, this.models) };
    this.#projects.set("main", { projectId: "main", name: "Main", createdAt: options.now() });
  }

  /** Answers as the wire would: a plain copy of the result, or a Refusal. */
  answer<N extends CommandName>(name: N, params: Params<N>): Result<N> {
    const handler: Handlers[N] | undefined = this.#handlers[name];
    if (handler === undefined) throw new Refusal("unknown_command", `There is no command ${name}.`);
    return structuredClone(handler(structuredClone(params)));
  }

  addGraph(document: GraphDocument, layout?: GraphLayout, projectId = "main"): GraphSnapshot {
    if (this.#graphs.has(document.id)) throw new Refusal("conflict", "A graph with this id exists already.");
    const now = this.#options.now();
    const model = modelOf(document, layout);
    const summary = { graphId: document.id, projectId, name: document.name, nodeCount: model.nodes.size, createdAt: now, updatedAt: now };
    this.#graphs.set(document.id, { summary, registers: new GraphRegisters(model), stamps: new Map(), seen: new Map() });
    this.#announce({ type: "graph-changed", graph: summary });
    return this.#snapshot(document.id);
  }

  #announce(event: Readonly<Record<string, unknown>>): void {
    this.streams.append("workspace", [{ ts: this.#options.now(), ...event }]);
  }
  #graph(graphId: string): StoredGraph {
    const graph = this.#graphs.get(graphId);
    if (graph === undefined) throw new Refusal("not_found", "There is no such graph.");
    return graph;
  }
  #snapshot(graphId: string): GraphSnapshot {
    const { summary, registers, stamps } = this.#graph(graphId);
    const maxStamp = [...stamps.values()].reduce<GraphOp["stamp"] | undefined>((most, stamp) => (most === undefined || stamp > most ? stamp : most), undefined);
    const model = registers.model;
    const stream: StreamName = `graph:${graphId}`;
    return {
      summary,
      document: documentOf(model),
      layout: {
        axion: 1,
        nodes: [...model.nodes.values()].map(({ id, x, y, w, h, collapsed }) => ({
          id, x, y, ...(w === undefined ? {} : { w }), ...(h === undefined ? {} : { h }), ...(collapsed === undefined ? {} : { collapsed }),
        })),
        notes: [...model.notes.values()],
      },
      epoch: this.streams.log(stream).epoch,
      seq: this.streams.head(stream),
      ...(maxStamp === undefined ? {} : { maxStamp }),
    };
  }

  #applyOps({ graphId, opsId, clientId, ops }: Params<"apply_graph_ops">): { seq: number } {
    const graph = this.#graph(graphId);
    if (graph.summary.deleted === true) throw new Refusal("conflict", "The graph is in the trash.");
    const known = graph.seen.get(opsId);
    if (known !== undefined) return { seq: known };
    const recorded = ops.map((op): GraphOp => {
      const { prev: _, ...bare } = op;
      const key = `${op.entity}/${op.id}/${op.field}`;
      const met = graph.stamps.get(key);
      if (met === undefined || met < op.stamp) graph.stamps.set(key, op.stamp);
      return met === undefined ? bare : { ...bare, prev: met };
    });
    const { model } = graph.registers.apply(recorded);
    const now = this.#options.now();
    graph.summary = { ...graph.summary, name: model.name, nodeCount: model.nodes.size, updatedAt: now };
    const [event] = this.streams.append(`graph:${graphId}`, [{ type: "graph-edited", graphId, ts: now, opsId, clientId, ops: recorded }]);
    graph.seen.set(opsId, event?.seq ?? 0);
    this.#announce({ type: "graph-changed", graph: graph.summary });
    return { seq: event?.seq ?? 0 };
  }

  #run(runId: string): StoredRun {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new Refusal("not_found", "There is no such run.");
    return run;
  }
  #startRun({ runId, graphId, document, grants }: Params<"start_run">): RunSummary {
    if (this.#runs.has(runId)) throw new Refusal("conflict", "A run with this id exists already.");
    // A document given as JSON is not checked here: scripts are made by tests.
    const graph = graphId === undefined ? (document as unknown as GraphDocument) : documentOf(this.#graph(graphId).registers.model);
    const bound = new Set([...(grants ?? []).map((grant) => grant.slot), ...[...this.#grants.values()].filter((grant) => grant.graphId === graphId).map((grant) => grant.slot)]);
    const unbound = graph.slots.filter((slot) => !bound.has(slot.id));
    if (unbound.length > 0) throw new Refusal("slots_unbound", "Folders must be chosen first.", { slots: unbound });
    const summary: RunSummary = {
      runId, number: this.#runs.size + this.#deletedRuns + 1, ...(graphId === undefined ? {} : { graphId }), graphName: graph.name, graphHash: "0".repeat(64), state: "running",
      startedBy: "window", createdAt: this.#options.now(), steps: noSteps, waitingApprovals: 0,
    };
    const script = (this.#options.script ?? scriptOf)(graph, runId);
    const run: StoredRun = { summary, document: graph, script, cancelScript: undefined };
    this.#runs.set(runId, run);
    this.#announce({ type: "run-changed", run: summary });
    this.#play(run);
    return summary;
  }

  #play(run: StoredRun): void {
    const line = run.script[0];
    if (line === undefined) return;
    if (line.waitFor !== undefined && this.#approvals.get(line.waitFor)?.status === "pending") return;
    run.cancelScript = this.#options.after(line.afterMs, () => {
      run.script.shift();
      this.emit(run.summary.runId, line.event);
      this.#play(run);
    });
  }

  /** Appends one event to a run, as its runner would. */
  emit(runId: string, draft: ScriptLine["event"]): void {
    const run = this.#run(runId);
    const now = this.#options.now();
    this.streams.append(`run:${runId}`, [{ ...draft, runId, ts: now }]);
    if (draft.type === "approval-requested") {
      const approval: Approval = {
        approvalId: draft.approvalId, runId, ...(run.summary.graphId === undefined ? {} : { graphId: run.summary.graphId }), graphName: run.summary.graphName,
        node: draft.node, ...(draft.scope === undefined ? {} : { scope: draft.scope }), title: draft.title, facts: draft.facts, status: "pending", requestedAt: now,
      };
      this.#approvals.set(approval.approvalId, approval);
      this.#announce({ type: "approval-changed", approval });
    }
    const waiting = [...this.#approvals.values()].filter((approval) => approval.runId === runId && approval.status === "pending").length;
    run.summary = {
      ...run.summary, waitingApprovals: waiting, state: waiting > 0 ? "waiting" : "running",
      ...(draft.type === "run-finished" ? { state: draft.state, finishedAt: now, ms: draft.ms, steps: draft.steps } : {}),
    };
    if (draft.type === "run-finished" || draft.type === "approval-requested" || draft.type === "run-started") this.#announce({ type: "run-changed", run: run.summary });
  }

  #answer({ approvalId, decision, note }: Params<"answer_approval">): Approval {
    const asked = this.#approvals.get(approvalId);
    if (asked === undefined) throw new Refusal("not_found", "There is no such approval.");
    if (asked.status !== "pending") throw new Refusal("conflict", "This was answered already.");
    const approval: Approval = { ...asked, status: decision, answeredAt: this.#options.now(), ...(note === undefined ? {} : { note }) };
    this.#approvals.set(approvalId, approval);
    this.#announce({ type: "approval-changed", approval });
    this.emit(asked.runId, { type: "approval-answered", approvalId, decision, ...(note === undefined ? {} : { note }) });
    this.#play(this.#run(asked.runId));
    return approval;
  }
  #cancel(runId: string): RunSummary {
    const run = this.#run(runId);
    run.cancelScript?.();
    run.script = [];
    if (run.summary.finishedAt === undefined) {
      this.emit(runId, { type: "run-cancelling" });
      this.emit(runId, { type: "run-finished", state: "cancelled", ms: this.#options.now() - run.summary.createdAt, outputs: {}, steps: noSteps });
    }
    return run.summary;
  }

  readonly #handlers: Handlers;
  #graphHandlers(): Omit<Handlers, SessionCommandName> {
    return {
      get_system: () => ({ version: "0.1.0", shell: "serve", platform: "memory", home: "/home/person/.axion", pid: 1, capabilities: [], notices: [] }),
      open_link: () => null,
      run_doctor: () => ({
        checkedAt: this.#options.now(),
        checks: [
          { id: "engine", status: "missing", title: "No container engine", why: "Nothing answers on the known sockets.", tries: [{ what: "/var/run/docker.sock", result: "not there", ok: false }] },
          { id: "runner", status: "ok", title: "Jailed process", why: "Runs work in a jailed process." },
          { id: "jail", status: "ok", title: "Landlock and seccomp", why: "The kernel has both." },
          { id: "runtime", status: "ok", title: "Node 24.21.0", why: "Found on the PATH." },
          { id: "database", status: "ok", title: "Database", why: "Whole." },
          { id: "disk", status: "ok", title: "Disk", why: "120 GB free." },
        ],
      }),
      get_runtime: () => ({ state: "ready", path: "/usr/bin/node", version: "24.21.0" }),
      install_runtime: () => ({ state: "ready", path: "/usr/bin/node", version: "24.21.0" }),
      browse_folders: ({ path = "/home/person" }) => ({
        path, ...(path === "/" ? {} : { parent: path.slice(0, path.lastIndexOf("/")) || "/" }),
        folders: ["Documents", "invoices", "reports"].map((name) => ({ name, path: `${path === "/" ? "" : path}/${name}` })), truncated: false, writable: true,
      }),
      subscribe: ({ stream, epoch, after }) => {
        const log = this.streams.log(stream);
        const place = { stream, epoch: log.epoch, head: log.events.length };
        const served = after === undefined || ((epoch === undefined || epoch === log.epoch) && after <= log.events.length);
        return { ...place, mode: served ? "tail" : "snapshot" };
      },
      unsubscribe: () => ({}),
      read_stream: ({ stream, after = 0, limit = 1_000 }) => ({
        // Stored events are JSON; the type of the page is JSON too.
        stream, epoch: this.streams.log(stream).epoch, events: this.streams.after(stream, after, limit) as unknown as Result<"read_stream">["events"], head: this.streams.head(stream),
      }),
      get_view_state: ({ windowId }) => ({ state: this.#views.get(windowId) ?? null }),
      set_view_state: ({ windowId, state }) => {
        this.#views.set(windowId, state);
        return {};
      },
      get_settings: () => this.#settings,
      update_setting: ({ key, value }) => {
        this.#settings = { ...this.#settings, [key]: value };
        this.#announce({ type: "setting-changed", key, value });
        return this.#settings;
      },
      list_projects: () => ({ projects: [...this.#projects.values()] }),
      create_project: ({ projectId, name }) => this.#putProject({ projectId, name, createdAt: this.#options.now() }),
      rename_project: ({ projectId, name }) => this.#putProject({ createdAt: this.#options.now(), ...this.#projects.get(projectId), projectId, name }),
      delete_project: ({ projectId }) => {
        const project = this.#projects.get(projectId);
        if (project !== undefined) this.#announce({ type: "project-changed", project: { ...project, deleted: true } });
        this.#projects.delete(projectId);
        return {};
      },
      list_graphs: ({ deleted = false }) => ({ graphs: [...this.#graphs.values()].map((graph) => graph.summary).filter((summary) => (summary.deleted === true) === deleted) }),
      get_graph: ({ graphId }) => this.#snapshot(graphId),
      create_graph: ({ graphId, name, projectId }) => this.addGraph(documentOf(emptyModel(graphId, name)), undefined, projectId),
      import_graph: ({ graphId, name, text, layout, projectId }) => {
        try {
          // The real Core reads the file leniently and checks it; here it is trusted to be a document.
          const document = JSON.parse(text) as GraphDocument;
          return this.addGraph({ ...document, id: graphId, name: name ?? document.name }, layout === undefined ? undefined : (JSON.parse(layout) as GraphLayout), projectId);
        } catch (error) {
          if (error instanceof Refusal) throw error;
          throw new Refusal("graph_invalid", "This file is not a graph.", { problems: [{ code: "not_json", message: String(error) }] });
        }
      },
      export_graph: ({ graphId }) => {
        const { document, layout } = this.#snapshot(graphId);
        return { text: JSON.stringify(document), layout: JSON.stringify(layout) };
      },
      duplicate_graph: ({ graphId, copyId, name }) => {
        const { document, layout, summary } = this.#snapshot(graphId);
        return this.addGraph({ ...document, id: copyId, name }, layout, summary.projectId);
      },
      apply_graph_ops: (params) => this.#applyOps(params),
      delete_graph: ({ graphId }) => this.#trash(graphId, true),
      restore_graph: ({ graphId }) => {
        this.#trash(graphId, false);
        return this.#graph(graphId).summary;
      },
      list_examples: () => ({ examples: (this.#options.examples ?? []).map(({ example }) => example) }),
      open_example: ({ exampleId, graphId }) => {
        const found = this.#options.examples?.find(({ example }) => example.exampleId === exampleId);
        if (found === undefined) throw new Refusal("not_found", "There is no such example.");
        return {
          graph: this.addGraph({ ...found.document, id: graphId }, found.layout),
          folders: found.document.slots.map((slot) => ({ slot: slot.id, path: `/examples/${exampleId}/${slot.id}`, access: slot.access })),
        };
      },
      list_grants: ({ graphId }) => ({ grants: [...this.#grants.values()].filter((grant) => graphId === undefined || grant.graphId === graphId) }),
      set_grant: ({ grantId, graphId, slot, path, access }) => {
        for (const other of [...this.#grants.values()]) if (other.graphId === graphId && other.slot === slot) this.#revoke(other.grantId);
        const grant = { grantId, graphId, slot, path, access, createdAt: this.#options.now() };
        this.#grants.set(grantId, grant);
        this.#announce({ type: "grant-changed", grant });
        return grant;
      },
      revoke_grant: ({ grantId }) => this.#revoke(grantId),
      start_run: (params) => this.#startRun(params),
      validate_graph: () => ({ ok: true, nodes: 0, problems: [] }),
      list_runs: ({ graphId, before = Infinity, limit = 100 }) => {
        const runs = [...this.#runs.values()].map((run) => run.summary).filter((run) => run.number < before && (graphId === undefined || run.graphId === graphId)).reverse();
        return { runs: runs.slice(0, limit), more: runs.length > limit };
      },
      get_run: ({ runId }) => {
        const { summary } = this.#run(runId);
        const log = this.streams.log(`run:${runId}`);
        return { summary, input: null, grants: [], epoch: log.epoch, head: log.events.length };
      },
      get_run_graph: ({ runId }) => ({ document: this.#run(runId).document }),
      cancel_run: ({ runId }) => this.#cancel(runId),
      delete_run: ({ runId }) => {
        if (this.#runs.delete(runId)) this.#deletedRuns += 1;
        this.#announce({ type: "run-deleted", runId });
        return {};
      },
      get_value: () => {
        throw new Refusal("not_found", "No values are kept in memory.");
      },
      read_run_file: ({ path }) => ({ path, text: "", bytes: 0, truncated: false }),
      list_approvals: ({ status }) => ({ approvals: [...this.#approvals.values()].filter((approval) => status === undefined || approval.status === status) }),
      answer_approval: (params) => this.#answer(params),
    };
  }

  #putProject(project: Project): Project {
    this.#projects.set(project.projectId, project);
    this.#announce({ type: "project-changed", project });
    return project;
  }
  #trash(graphId: string, deleted: boolean): Record<never, never> {
    const graph = this.#graph(graphId);
    const { deleted: _, ...summary } = graph.summary;
    graph.summary = deleted ? { ...summary, deleted } : summary;
    this.#announce({ type: "graph-changed", graph: graph.summary });
    return {};
  }
  #revoke(grantId: string): Record<never, never> {
    const grant = this.#grants.get(grantId);
    if (grant !== undefined) this.#announce({ type: "grant-changed", grant: { ...grant, revoked: true } });
    this.#grants.delete(grantId);
    return {};
  }
  /** The events of a run as its view would show them: to compare with what a client has. */
  viewOf(runId: string): RunReducer {
    const reducer = new RunReducer();
    // Appended by `emit`, which takes only run events.
    reducer.apply(this.streams.after(`run:${runId}`, 0) as unknown as Parameters<RunReducer["apply"]>[0]);
    return reducer;
  }
}
