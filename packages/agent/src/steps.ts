/**
 * Steps of the model, one after the other: room is made, the model asked, its reply counted and judged. Failures that may pass are tried again; text that came before one is
 * kept, and the model goes on from there.
 */
import type { Assembled, Assembly } from "./context/assembly.ts";
import { choose, previewOf, sizedOf, summarise } from "./context/compaction.ts";
import { estimateTokens } from "./context/tokens.ts";
import type { ModelFailure } from "./model.ts";
import { retryAfter, triesOf } from "./retry.ts";
import { type Scope, pause } from "./scope.ts";
import type { Of } from "./state.ts";
import { type Reply, askModel, isOtherModel } from "./step.ts";
import { TurnFailure, failureOf } from "./turn-failure.ts";
import { costOf, safeCount } from "./usage.ts";
import type { Draft } from "./writer.ts";

/** How often a reply that stopped at the length limit is gone on with, and an empty one asked for again. */
const MAX_LENGTH = 3;
const MAX_EMPTY = 1;
/** Characters that make a reply which broke off worth its try; after less the next failure is one more in a row. */
const PROGRESS = 400;

export class Steps {
  readonly #scope: Scope;
  readonly #assembly: Assembly;
  #failed = 0;
  #empty = 0;
  #compactedNow = 0;
  #lastUse = "";
  #tried = 0;

  constructor(scope: Scope, assembly: Assembly) {
    this.#scope = scope;
    this.#assembly = assembly;
  }

  /** One step. Gives the last events if the answer is complete and `mayEnd` says so, to be written together with the end; else writes them. */
  async next(mayEnd: () => boolean): Promise<readonly Draft[] | undefined> {
    const { writer, state } = this.#scope;
    const assembled = await this.#roomy();
    await this.#measure(assembled);
    const reply = await askModel(this.#scope, assembled.request, assembled.estimate);
    if (reply.counted) this.#assembly.learn(assembled.estimate, reply.usage.inputTokens);
    const usage: Draft = { type: "usage-reported", step: state.steps + 1, usage: reply.usage, ...(reply.reportedModel !== undefined && { reportedModel: reply.reportedModel }) };
    if (reply.failure !== undefined && reply.calls === 0) return this.#failedReply(reply.failure, reply, usage);
    this.#failed = 0;
    const others = this.#otherModel(reply);
    // Asked to go on with what was complete already, a model rightly says nothing more.
    const before = state.items.at(-1);
    const said = reply.said > 0 || (before?.type === "step" && before.cut);
    const complete = reply.calls === 0 && said && reply.reason !== "length" && reply.reason !== "filter";
    if (complete && mayEnd()) return [usage, ...others];
    await writer.emit(usage, ...others);
    if (complete || reply.calls > 0) {
      this.#empty = 0;
      return undefined;
    }
    return this.#odd(reply);
  }

  /** Cut off, held back, or empty. */
  async #odd(reply: Reply): Promise<readonly Draft[] | undefined> {
    const { writer, state } = this.#scope;
    if (reply.reason === "filter") throw new TurnFailure("filtered", "The provider held the reply back. What was said so far is kept.", "Ask differently, or choose another model.");
    if (reply.reason === "length" && reply.said > 0) {
      if ((state.notes.get("length") ?? 0) >= MAX_LENGTH) return [note(writer.nextPart(), "stopped-at-length", "The reply reached the model's limit of length once more and ends here. Send a message to have it go on.")];
      await writer.emit(note(writer.nextPart(), "length", "The reply reached the model's limit of length and goes on."));
      return undefined;
    }
    this.#empty++;
    // Some models end their work without a word.
    if (this.#empty > MAX_EMPTY && state.calls.size > 0) return [];
    if (this.#empty > MAX_EMPTY) throw new TurnFailure("empty_reply", `The model answered nothing, ${this.#empty} times. What was said so far is kept.`, "Retry, or choose another model.");
    await writer.emit(note(writer.nextPart(), "empty", "The model answered nothing and is asked again."));
    return undefined;
  }

  async #failedReply(failure: ModelFailure, reply: Reply, usage: Draft): Promise<undefined> {
    const { writer, ports, signal, params } = this.#scope;
    this.#failed = reply.said >= PROGRESS ? 1 : this.#failed + 1;
    this.#tried++;
    if (failure.kind === "context" && this.#compactedNow < 2 && (await this.#makeRoom())) return undefined;
    const wait = this.#tried > 20 ? undefined : retryAfter(failure, this.#failed, () => ports.random());
    // What came before the failure was paid for.
    const counted = reply.counted || reply.said > 0 ? [usage] : [];
    if (wait === undefined) {
      await writer.emit(...counted);
      throw failureOf(failure);
    }
    const seconds = Math.max(1, Math.round(wait / 1000));
    await writer.emit(note(writer.nextPart(), "retry", `${failure.message} Trying ${params.model.model.title} again in ${seconds} s (${this.#failed + 1} of ${triesOf(failure)}).`), ...counted);
    await pause(ports, wait, signal);
    return undefined;
  }

  #otherModel(reply: Reply): readonly Draft[] {
    const { params, state, writer } = this.#scope;
    const asked = params.model.model;
    if (reply.reportedModel === undefined || state.notes.has("other-model") || asked.demo || !isOtherModel(asked.name, reply.reportedModel)) return [];
    return [note(writer.nextPart(), "other-model", `Asked for ${asked.name}; the reply says it is from ${reply.reportedModel}.`)];
  }

  async #measure({ use }: Assembled): Promise<void> {
    const shown = JSON.stringify(use);
    if (shown === this.#lastUse) return;
    this.#lastUse = shown;
    await this.#scope.writer.emit({ type: "context-measured", context: use });
  }

  // ── room

  async #roomy(): Promise<Assembled> {
    let now = this.#assembly.assemble();
    const { automatic } = this.#scope.params.compaction;
    if (now.overSoft && automatic && this.#compactedNow === 0 && (await this.#compact())) now = this.#assembly.assemble();
    while ((automatic ? now.overSoft : now.overHard) && this.#assembly.dropSteps()) now = this.#assembly.assemble();
    if (now.overHard) {
      this.#assembly.shortenAll();
      now = this.#assembly.assemble();
    }
    // Where nobody knows the window, the provider is the one to say.
    if (now.overHard && this.#assembly.limits.known) {
      throw new TurnFailure("context_full", `This needs about ${this.#assembly.scale.of(now.estimate)} tokens, and ${this.#scope.params.model.model.title} takes ${this.#assembly.limits.window}. Nothing was sent; the chat is kept.`,
        automatic ? "Choose a model with a larger window, or give long texts as files instead of pasting them." : "Compact the chat, switch automatic compaction on, or choose a model with a larger window.");
    }
    return now;
  }

  /** The provider says that it was too much, whatever the estimate said. */
  async #makeRoom(): Promise<boolean> {
    const compacted = await this.#compact(true);
    const dropped = this.#assembly.dropSteps();
    if (!compacted && !dropped && this.#compactedNow > 0) return false;
    this.#compactedNow++;
    this.#assembly.shortenAll();
    await this.#scope.writer.emit(note(this.#scope.writer.nextPart(), "made-room", "The provider says that the chat is too long for the model. Room was made, and it is asked again."));
    return true;
  }

  /** `tight`: the window is smaller than was thought, so that what there is now is the measure. */
  async #compact(tight = false): Promise<boolean> {
    const { params, ports, writer, signal, state } = this.#scope;
    this.#compactedNow++;
    const messages = this.#assembly.messages;
    const sized = sizedOf(messages, this.#assembly.historyEntries());
    const total = sized.reduce((sum, each) => sum + each.tokens, 0);
    const { window } = this.#assembly.limits;
    const choice = choose(sized, tight ? Math.min(window, total) : window);
    const upTo = choice.dropped.at(-1)?.message.id;
    if (upTo === undefined) return false;
    const previous = this.#assembly.summary;
    const summary = await summarise({
      model: params.model, client: ports.model, window, dropped: choice.dropped.map((each) => each.message), previous, wish: undefined, mark: ports.newId().slice(-12),
    }, signal);
    const place = new Map(messages.map((message, index) => [message.id as string, index]));
    const before = choice.kept.filter((each) => (place.get(each.message.id) ?? 0) < (place.get(upTo) ?? 0)).map((each) => each.message.id);
    const { kept: _kept, dropped: _dropped, problem, ...counts } = previewOf(choice, summary, { tokens: total, summary: estimateTokens(previous ?? "") });
    const compacted = { type: "compacted" as const, compactionId: ports.newId(), upTo, kept: before, ...counts };
    const drafts: Draft[] = [compacted];
    if (summary.usage !== undefined) {
      const usage = { inputTokens: safeCount(summary.usage.inputTokens), outputTokens: safeCount(summary.usage.outputTokens) };
      const cost = costOf(usage, params.model.model.price);
      drafts.push({ type: "usage-reported", step: state.steps + 1, usage: { ...usage, ...(cost !== undefined && { cost }) } });
    }
    drafts.push(note(writer.nextPart(), "compacted", `${choice.dropped.length} earlier messages were summarised to make room.${problem === undefined ? "" : ` ${problem}`}`));
    await writer.emit(...drafts);
    if (state.compacted !== undefined) this.#assembly.useCompaction(state.compacted satisfies Of<"compacted">);
    return true;
  }
}

const note = (part: number, code: string, text: string): Draft => ({ type: "turn-noted", part, code, text: text.slice(0, 2000).toWellFormed() });
