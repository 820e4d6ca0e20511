/** The runs of this process: starts them, hands them what the host says, forgets them when they end. */
import { type Json, Run, checkInput, compile } from "@axion/engine";
import type { ApprovalAnswerParams, Problem, RunStartParams, ValidateResult } from "@axion/protocol";
import type { FilePort } from "@axion/engine";
import type { Methods, Peer } from "./peer.ts";
import { idOf, invalid, record, refuse } from "./read.ts";
import { worldOf } from "./world.ts";

/** Checks as much of the frame as the engine does not check itself. */
const startParams = (params: unknown): RunStartParams => {
  const given = record(params);
  idOf(given, "runId");
  const { concurrency, journal, blobs, input } = given;
  if (!Number.isSafeInteger(concurrency) || (concurrency as number) < 1 || (concurrency as number) > 256) throw invalid("concurrency must be a whole number from 1 to 256");
  if (!Array.isArray(journal) || !Array.isArray(blobs)) throw invalid("journal and blobs must be lists");
  if (input === undefined) throw invalid("input is missing");
  return given as unknown as RunStartParams;
};

const counted = (problems: readonly Problem[]) => problems.length === 1 ? "1 problem" : `${problems.length} problems`;

export const readText = (text: string): { readonly document: unknown } | { readonly problem: Problem } => {
  try {
    return { document: JSON.parse(text) };
  } catch (thrown) {
    return { problem: { code: "not_json", message: `This is not JSON: ${thrown instanceof Error ? thrown.message : "unreadable"}.`.slice(0, 2000).toWellFormed() } };
  }
};

const validate = (params: unknown): ValidateResult => {
  const { text } = record(params);
  if (typeof text !== "string") throw invalid("text is missing");
  const read = readText(text);
  if ("problem" in read) return { ok: false, nodes: 0, problems: [read.problem] };
  const compiled = compile(read.document);
  return compiled.plan === undefined
    ? { ok: false, nodes: 0, problems: compiled.problems }
    : { ok: true, nodes: compiled.plan.nodeCount, problems: [] };
};

export class Runs {
  private readonly active = new Map<string, Run>();
  private readonly files: FilePort;
  private readonly peer: () => Peer;

  /** `peer` is asked for late, because it needs the methods first. */
  constructor(files: FilePort, peer: () => Peer) {
    this.files = files;
    this.peer = peer;
  }

  methods(shutdown: () => void): Methods {
    return new Map<string, (params: unknown) => unknown>([
      ["run_start", (params) => this.start(startParams(params))],
      ["run_cancel", (params) => { this.active.get(idOf(record(params), "runId"))?.cancel(); return {}; }],
      ["approval_answer", (params) => this.answer(record(params))],
      ["validate", validate],
      ["ping", () => ({})],
      ["shutdown", () => { setImmediate(shutdown); return {}; }],
    ]);
  }

  private start(params: RunStartParams): { readonly nodes: number } {
    const { runId } = params;
    if (this.active.has(runId)) throw refuse({ code: "conflict", message: `The run ${runId} is at work here already.` });
    const { plan, problems } = compile(params.graph);
    if (plan === undefined) {
      throw refuse({ code: "graph_invalid", message: `The graph has ${counted(problems)}. Nothing was executed.`, problems });
    }
    const wrong = params.journal.length === 0 ? checkInput(plan, params.input as Json) : [];
    if (wrong.length > 0) throw refuse({ code: "invalid_params", message: wrong.map((problem) => problem.message).join(" "), problems: wrong });
    const run = new Run({
      runId, plan, input: params.input as Json, concurrency: params.concurrency, journal: params.journal,
      blobs: new Map(params.blobs.map((blob) => [blob.hash, blob.json])), host: worldOf(runId, this.peer(), this.files),
    });
    this.active.set(runId, run);
    run.done.catch((thrown: unknown) => {
      // Its history cannot be kept, so it stopped; the host knows, unless it is the one that is wrong.
      this.log("error", `run ${runId} stopped: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }).finally(() => this.active.delete(runId));
    // The answer goes first: what the run writes is ordered after it.
    setImmediate(() => run.start());
    return { nodes: plan.nodeCount };
  }

  private answer(params: Readonly<Record<string, unknown>>): object {
    const { decision, note, ts } = params as Partial<ApprovalAnswerParams>;
    if (decision !== "approved" && decision !== "rejected") throw invalid("decision must be approved or rejected");
    this.active.get(idOf(params, "runId"))?.answer(idOf(params, "approvalId"), { decision, at: typeof ts === "number" ? ts : Date.now(), ...(typeof note === "string" && { note }) });
    return {};
  }

  log(level: "warn" | "error", text: string): void {
    this.peer().tell("runner_log", JSON.stringify({ level, text: text.slice(0, 8000).toWellFormed() }));
  }
}
