/**
 * The request of the next step: system prompt, tools and conversation, made to fit the window. Room is made in the order of what is missed least: outputs of
 * tools that lie back are shortened, then the history is compacted (by the turn, which is asked for it here), then the first steps of the turn itself become an extract.
 * What was shortened stays shortened, so that the beginning of the request is the same from step to step.
 */
import type { ContextUse, Message, TurnStartParams } from "@axion/protocol";
import type { ModelRequest, ModelTool } from "../model.ts";
import type { Scope } from "../scope.ts";
import type { Item, Of } from "../state.ts";
import { headAndTail } from "../wire.ts";
import { type Entry, blobTexts, entryOf, itemEntries, joined, messageEntries, summaryEntry } from "./conversation.ts";
import { stepsExtract } from "./extract.ts";
import { type Instruction, systemPrompt } from "./system.ts";
import { TokenScale, estimateTokens } from "./tokens.ts";
import { type Limits, limitsOf } from "./window.ts";

/** Tool outputs at the end that are left whole. */
const WHOLE_OUTPUTS = 4;
const SHORT_HEAD = 1_200;
const SHORT_TAIL = 400;
/** Making room goes down to this share of the limit, so that it is not made at each step. */
const DOWN_TO = 0.7;
/** Steps at the end of a turn that never become an extract. */
const WHOLE_STEPS = 6;
const MAX_EXTRACT = 12_000;

export interface Assembled { readonly request: ModelRequest; readonly estimate: number; readonly use: ContextUse }

export class Assembly {
  readonly #scope: Scope;
  readonly #scale = new TokenScale();
  readonly limits: Limits;
  readonly #blobs: ReadonlyMap<string, string>;
  #messages: readonly Message[];
  #summary: TurnStartParams["summary"];
  #history: readonly Entry[] | undefined;
  readonly #ofItem = new WeakMap<Item, readonly Entry[]>();
  readonly #shortened = new Map<string, Entry>();
  /** The first steps of the turn, once they have gone. */
  #extract = "";
  readonly #tools: readonly ModelTool[];
  readonly #toolTokens: number;
  instructions: readonly Instruction[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
    const { params, tools } = scope;
    this.limits = limitsOf(params.model.model, params.compaction.threshold);
    this.#blobs = blobTexts(params.blobs);
    this.#messages = params.messages;
    this.#summary = params.summary;
    const can = params.model.model.claims.find((claim) => claim.capability === "tools")?.has !== false;
    this.#tools = can ? [...tools.values()].map((tool) => ({ name: tool.name, description: tool.description, parameters: tool.parameters })) : [];
    this.#toolTokens = this.#tools.length === 0 ? 0 : estimateTokens(JSON.stringify(this.#tools));
    if (scope.state.compacted !== undefined) this.useCompaction(scope.state.compacted);
  }

  get messages(): readonly Message[] { return this.#messages; }
  get summary(): string | undefined { return this.#summary?.text; }
  get scale(): TokenScale { return this.#scale; }

  /** From now on the summary stands for what came up to its message. */
  useCompaction(compacted: Of<"compacted">): void {
    const upTo = this.#messages.findIndex((message) => message.id === compacted.upTo);
    const kept = new Set<string>(compacted.kept);
    const gone = this.#messages.filter((message, index) => index <= upTo && !kept.has(message.id));
    const goneIds = new Set<string>(gone.map((message) => message.id));
    this.#summary = { text: compacted.summary, messageIds: gone.map((message) => message.id) };
    this.#messages = this.#messages.filter((message) => !goneIds.has(message.id));
    this.#history = undefined;
  }

  /** Entries of the messages, made once. */
  historyEntries(): readonly Entry[] {
    const images = this.#scope.params.model.model.claims.some((claim) => claim.capability === "images" && claim.has);
    this.#history ??= this.#messages.flatMap((message) => [...messageEntries(message, { blobs: this.#blobs, images, output: this.limits.output })]);
    return this.#history;
  }

  #turnEntries(): Entry[] {
    const { state, memory } = this.#scope;
    const entries: Entry[] = this.#extract === "" ? [] : [entryOf({ role: "user", parts: [{ type: "text", text: `[From Axion: this answer is long. What you did first, in short; recall finds more.]\n${this.#extract}` }] }, "summary")];
    for (const item of state.items) {
      const known = this.#ofItem.get(item);
      if (known !== undefined) {
        entries.push(...known);
        continue;
      }
      const made = itemEntries(item, memory, this.limits.output);
      if (item.type === "told" || (item.closed && item.contents.every((content) => content.type !== "call" || content.call.finished !== undefined) && item !== state.items.at(-1))) this.#ofItem.set(item, made);
      entries.push(...made);
    }
    return entries;
  }

  /** The request as it is now; `fits` says whether room has to be made. */
  assemble(): Assembled & { readonly overSoft: boolean; readonly overHard: boolean } {
    const { params, ports: _, ...scope } = this.#scope;
    const system = systemPrompt({ mode: scope.mode(), folders: params.folders, graphs: params.graphs, today: params.now, own: params.instructions, files: this.instructions, tools: this.#tools.length > 0 });
    const systemTokens = estimateTokens(system);
    const entries = [...(this.#summary === undefined ? [] : [summaryEntry(this.#summary)]), ...this.historyEntries(), ...this.#turnEntries()];
    const fixed = systemTokens + this.#toolTokens;
    const shown = this.#shorten(entries, fixed);
    const estimate = shown.reduce((sum, entry) => sum + entry.tokens, fixed);
    const tokens = this.#scale.of(estimate);
    const of = (source: Entry["source"]) => this.#scale.of(shown.reduce((sum, entry) => entry.source === source ? sum + entry.tokens : sum, 0));
    const use: ContextUse = {
      window: this.limits.window, instructions: this.#scale.of(systemTokens), tools: this.#scale.of(this.#toolTokens), summary: of("summary"), history: of("history"), toolOutput: of("toolOutput"), files: of("files"), counted: this.#scale.counted,
    };
    const request: ModelRequest = { model: params.model.model, system, messages: joined(shown.map((entry) => entry.message)), tools: this.#tools, contextWindow: this.limits.window };
    return { request, estimate, use, overSoft: tokens > this.limits.soft, overHard: tokens > this.limits.hard };
  }

  #shorten(entries: readonly Entry[], fixed: number): readonly Entry[] {
    const list = entries.map((entry) => (entry.message.role === "tool" ? this.#shortened.get(entry.message.callId) : undefined) ?? entry);
    let total = this.#scale.of(list.reduce((sum, entry) => sum + entry.tokens, fixed));
    if (total <= this.limits.soft) return list;
    const outputs = list.flatMap((entry, index) => entry.message.role === "tool" ? [index] : []);
    for (const index of outputs.slice(0, Math.max(0, outputs.length - WHOLE_OUTPUTS))) {
      if (total <= this.limits.soft * DOWN_TO) break;
      const entry = list[index] as Entry;
      if (entry.message.role !== "tool" || entry.message.output.length <= (SHORT_HEAD + SHORT_TAIL) * 1.5) continue;
      const short = entryOf({ ...entry.message, output: headAndTail(entry.message.output, SHORT_HEAD, SHORT_TAIL) }, entry.source, entry.messageId);
      this.#shortened.set(entry.message.callId, short);
      total -= this.#scale.of(entry.tokens - short.tokens);
      list[index] = short;
    }
    return list;
  }

  /** Turns the first half of the turn's own steps into an extract, and forgets them. `false` if there is nothing to give. */
  dropSteps(): boolean {
    const { state } = this.#scope;
    const count = Math.floor((state.items.length - WHOLE_STEPS) / 2) + (state.items.length > WHOLE_STEPS ? 1 : 0);
    if (count <= 0) return false;
    const gone = state.items.splice(0, count);
    this.#extract = stepsExtract(gone, this.#extract, MAX_EXTRACT);
    for (const item of gone) {
      if (item.type !== "step") continue;
      for (const content of item.contents) {
        if (content.type === "call") {
          state.calls.delete(content.call.callId);
          this.#shortened.delete(content.call.callId);
        } else this.#scope.memory.signatures.delete(content.part);
      }
    }
    return true;
  }

  /** The last resort: what is left of the newest outputs is shortened too. */
  shortenAll(): void {
    for (const entry of [...this.historyEntries(), ...this.#turnEntries()]) {
      if (entry.message.role !== "tool" || entry.message.output.length <= (SHORT_HEAD + SHORT_TAIL) * 1.5) continue;
      this.#shortened.set(entry.message.callId, entryOf({ ...entry.message, output: headAndTail(entry.message.output, SHORT_HEAD, SHORT_TAIL) }, entry.source, entry.messageId));
    }
  }

  /** The provider counted what was sent. */
  learn(estimate: number, counted: number): void { this.#scale.learn(estimate, counted); }
}
