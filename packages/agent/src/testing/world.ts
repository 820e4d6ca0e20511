/** A world for tests: a model that plays a script, files in a map, a journal in a list, time that jumps to the next timer when nothing else is to be done. Nothing waits for real time. */
import { createHash } from "node:crypto";
import { type FileEntry, StepFailure } from "@axion/engine";
import type { Message, ModelInfo, RequestAnswer, SessionRequest, TurnEvent, TurnStartParams } from "@axion/protocol";
import type { ModelClient, ModelPart, ModelRequest } from "../model.ts";
import type { AgentFiles, FileFacts, TextPiece, TurnPorts } from "../ports.ts";
import type { Tool } from "../tools/tool.ts";
import { Turn } from "../turn.ts";
import { Rules } from "./rules.ts";

export class JumpingClock {
  time = 1_800_000_000_000;
  private timers: { readonly at: number; readonly wake: () => void }[] = [];
  private scheduled = false;
  now(): number { return this.time; }
  pause(): Promise<void> { return new Promise((resolve) => { setImmediate(resolve); }); }
  timer(ms: number, wake: () => void): () => void {
    const timer = { at: this.time + ms, wake };
    this.timers.push(timer);
    this.schedule();
    return () => { this.timers = this.timers.filter((each) => each !== timer); };
  }
  /** A few turns of the loop later, whatever was ready has run. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => setImmediate(() => setImmediate(() => {
      this.scheduled = false;
      const next = this.timers.reduce<(typeof this.timers)[number] | undefined>((best, each) => best === undefined || each.at < best.at ? each : best, undefined);
      if (next === undefined) return;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.wake();
      if (this.timers.length > 0) this.schedule();
    })));
  }
}

export class MemoryFiles implements AgentFiles {
  readonly content = new Map<string, { bytes: Uint8Array; changedAt: number }>();
  /** Paths in the order in which they were written. */
  readonly written: string[] = [];
  private count = 0;
  constructor(files: Readonly<Record<string, string>>) { for (const [path, text] of Object.entries(files)) this.set(path, text); }
  set(path: string, text: string | Uint8Array): void { this.content.set(path, { bytes: typeof text === "string" ? new TextEncoder().encode(text) : text, changedAt: ++this.count }); }
  text(path: string): string | undefined { const found = this.content.get(path); return found === undefined ? undefined : new TextDecoder().decode(found.bytes); }

  list(folder: string, inside: string): Promise<readonly FileEntry[]> {
    const start = inside === "" ? `${folder}/` : `${folder}/${inside}/`;
    return Promise.resolve([...this.content].filter(([path]) => path.startsWith(start)).map(([path, { bytes }]) => this.entry(folder, path.slice(folder.length + 1), bytes.length)));
  }
  readText(folder: string, path: string): Promise<string> {
    const text = this.text(`${folder}/${path}`);
    return text === undefined ? Promise.reject(new StepFailure("file_enoent", `Reading ${folder}/${path} failed.`)) : Promise.resolve(text);
  }
  writeText(folder: string, path: string, text: string): Promise<FileEntry> {
    this.set(`${folder}/${path}`, text);
    this.written.push(`${folder}/${path}`);
    return Promise.resolve(this.entry(folder, path, text.length));
  }
  facts(folder: string, path: string): Promise<FileFacts | undefined> {
    const found = this.content.get(`${folder}/${path}`);
    return Promise.resolve(found === undefined ? undefined : { bytes: found.bytes.length, changedAt: found.changedAt, folder: false });
  }
  piece(folder: string, path: string, offset: number, bytes: number): Promise<Uint8Array> {
    const found = this.content.get(`${folder}/${path}`);
    return found === undefined ? Promise.reject(new StepFailure("file_enoent", "gone")) : Promise.resolve(found.bytes.slice(offset, offset + bytes));
  }
  private entry(slot: string, path: string, bytes: number): FileEntry { return { slot, path, name: path.slice(path.lastIndexOf("/") + 1), bytes }; }
}

/** A reply: parts, or something thrown, or a wait for the abort. */
export type Reply = readonly (ModelPart | Error | "hang")[];
/** Says what the model answers to a request; `undefined` is a plain "Done.". */
export type Script = (request: ModelRequest, number: number) => Reply | undefined;

export const says = (text: string): Reply => [{ type: "text", text }, { type: "usage", inputTokens: 10, outputTokens: 5 }, { type: "finish", reason: "stop" }];
export const calls = (...list: readonly (readonly [string, unknown])[]): Reply => [
  ...list.map(([name, args], index): ModelPart => ({ type: "tool-call", callId: `model-${index}`, name, arguments: typeof args === "string" ? args : JSON.stringify(args) })),
  { type: "usage", inputTokens: 10, outputTokens: 5 }, { type: "finish", reason: "tool-calls" },
];

class ScriptedModel implements ModelClient {
  readonly requests: ModelRequest[] = [];
  readonly #script: Script;
  constructor(script: Script) { this.#script = script; }
  async *stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart> {
    this.requests.push(request);
    for (const part of this.#script(request, this.requests.length) ?? says("Done.")) {
      await Promise.resolve();
      signal.throwIfAborted();
      if (part instanceof Error) throw part;
      if (part === "hang") await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
      else yield part;
    }
  }
}

export const model = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  id: "demo/test" as ModelInfo["id"], provider: "demo" as ModelInfo["provider"], capabilities: [], contextWindow: 100_000, name: "test", title: "Test", claims: [], contextSource: "server", local: true, demo: false, ...more,
});
export const message = (id: string, role: "user" | "assistant", text: string, more: Partial<Message> = {}): Message => ({
  id, sessionId: "session", role, content: text, parts: [{ type: "text", text }], timestamp: "2026-11-21T00:00:00.000Z", state: "complete", seq: 1, ...more,
});
export const params = (more: Partial<TurnStartParams> = {}): TurnStartParams => ({
  sessionId: "session", turnId: "turn", messageId: "answer", attempt: 1, model: { provider: "demo", kind: "demo", model: model() }, mode: "ask", instructions: "",
  guards: { maxSteps: 50, maxMinutes: 60, maxTokens: 1_000_000, maxCost: null, sameCalls: 3 }, compaction: { automatic: true, threshold: 80 },
  folders: [{ folderId: "work", access: "rw", name: "work" }], seenInstructions: [], graphs: [], messages: [message("question", "user", "Do it.")], blobs: [], journal: [], now: 1_800_000_000_000, ...more,
});

/** Answers a request, or leaves it open. */
export type Answering = (request: SessionRequest) => RequestAnswer | undefined;
export const allowing: Answering = (request) => ({ option: request.options[0]?.id ?? "allow", by: "person" });

export interface WorldOptions { readonly files?: Readonly<Record<string, string>>; readonly answering?: Answering; readonly tools?: readonly Tool[]; readonly memoryFiles?: MemoryFiles; readonly kept?: Map<string, string> }

export class World {
  readonly clock = new JumpingClock();
  readonly files: MemoryFiles;
  readonly model: ScriptedModel;
  readonly events: TurnEvent[] = [];
  readonly shown: TextPiece[] = [];
  readonly kept: Map<string, string>;
  readonly graphRuns: { readonly runId: string; readonly graphId: string }[] = [];
  answering: Answering | undefined;
  /** Called with each group before it is acknowledged. */
  onAppend: (events: readonly TurnEvent[]) => void | Promise<void> = () => undefined;
  readonly #tools: readonly Tool[] | undefined;
  #rules = new Rules();
  /** The first event that a host would have refused. */
  broken: Error | undefined;
  private ids = 0;
  turn!: Turn;

  constructor(script: Script, options: WorldOptions = {}) {
    this.files = options.memoryFiles ?? new MemoryFiles(options.files ?? {});
    this.model = new ScriptedModel(script);
    this.answering = options.answering ?? allowing;
    this.kept = options.kept ?? new Map();
    this.#tools = options.tools;
  }

  ports(prefix = ""): TurnPorts {
    return {
      clock: this.clock, model: this.model, files: this.files,
      blobs: { put: (json) => {
        const hash = createHash("sha256").update(json).digest("hex");
        this.kept.set(hash, json);
        return Promise.resolve(hash);
      } },
      append: async (events) => {
        for (const event of events) {
          this.#judge(event);
          this.events.push(JSON.parse(JSON.stringify(event)) as TurnEvent);
        }
        await this.onAppend(events);
        for (const event of events) if (event.type === "request-opened") this.#answerLater(event.request);
      },
      showText: (piece) => { this.shown.push(piece); },
      showTool: () => undefined,
      runGraph: ({ runId, graphId }) => {
        if (!this.graphRuns.some((each) => each.runId === runId)) this.graphRuns.push({ runId, graphId });
        return Promise.resolve({ runId, state: "succeeded", outputs: { ran: graphId } });
      },
      recall: () => Promise.resolve({ messages: [{ messageId: "old", role: "user", text: "the password is 42" }] }),
      hash: (text) => createHash("sha256").update(text).digest("hex"),
      random: () => 0.5,
      newId: () => `${prefix}id-${++this.ids}-abcdefabcdef`,
    };
  }
  #judge(event: TurnEvent): void {
    try {
      this.#rules.check(event);
    } catch (thrown) {
      this.broken ??= thrown as Error;
      throw thrown;
    }
  }
  #answerLater(request: SessionRequest): void {
    const answer = this.answering?.(request);
    if (answer !== undefined) setImmediate(() => this.answer(request.requestId, answer));
  }
  /** As the host does it: on disk first, then to the turn. */
  answer(requestId: string, answer: RequestAnswer): void {
    // It was decided by a change of mode, or the turn is over: the host refuses the person's answer.
    if (!this.#rules.waitsFor(requestId)) return;
    const ts = this.clock.now();
    const event: TurnEvent = { type: "request-answered", ts, turnId: "turn", requestId, answer };
    this.#judge(event);
    this.events.push(event);
    this.turn.answer(requestId, answer, ts);
  }

  begin(given: TurnStartParams = params(), prefix = ""): Turn {
    this.#rules = new Rules();
    for (const event of given.journal) this.#rules.check(event);
    this.turn = new Turn({ params: given, ports: this.ports(prefix), ...(this.#tools !== undefined && { tools: this.#tools }) });
    this.turn.start();
    return this.turn;
  }
  async run(given: TurnStartParams = params(), prefix = ""): Promise<readonly TurnEvent[]> {
    await this.begin(given, prefix).done;
    if (this.broken !== undefined) throw this.broken;
    return this.events;
  }
  of<T extends TurnEvent["type"]>(type: T): readonly Extract<TurnEvent, { readonly type: T }>[] {
    return this.events.filter((event): event is Extract<TurnEvent, { readonly type: T }> => event.type === type);
  }
  get outcome() { return this.of("turn-finished")[0]; }
  get said(): string { return this.of("text-added").filter((event) => event.kind === "text").map((event) => event.text).join(""); }
  /** Resolves when an event of this type was written. */
  until(type: TurnEvent["type"]): Promise<void> {
    if (this.events.some((event) => event.type === type)) return Promise.resolve();
    const before = this.onAppend;
    return new Promise((resolve) => {
      this.onAppend = async (events) => {
        await before(events);
        if (events.some((event) => event.type === type)) resolve();
      };
    });
  }
}
