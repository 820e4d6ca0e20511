/**
 * What a scripted model server says, as data: the same script can be spoken in each protocol, and read from a JSON file by the stand-alone server.
 * The first reply that fits the request and is not used up is taken; where none fits, the server repeats what was said.
 */
export type ScriptedPart =
  | { readonly text: string }
  | { readonly reasoning: string; readonly signature?: string }
  /** `arguments` as text is sent as it is, broken or not. */
  | { readonly tool: { readonly name: string; readonly arguments: string | { readonly [key: string]: unknown }; readonly id?: string } }
  | { readonly waitMs: number };

export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string; readonly message?: string; readonly html?: boolean }
  /** 200 and a page of HTML; 200 and nothing. */
  | { readonly kind: "html" | "empty" }
  /** After `after` frames of the reply: half a frame and the end; the end; a frame that is not JSON; the connection torn; an error as the protocol says it; frames of a future version; frames that do not belong there. */
  | { readonly kind: "half-frame" | "cut" | "broken-frame" | "reset" | "error-event" | "unknown-events" | "wrong-order"; readonly after?: number; readonly message?: string }
  /** A line that does not end; frame after frame; both until `bytes`, or until the reader is gone. */
  | { readonly kind: "endless-line" | "huge"; readonly bytes?: number }
  /** Nothing at all; after `after` frames nothing any more; the connection stays. */
  | { readonly kind: "silence"; readonly after?: number }
  /** Half a frame a byte at a time, `ms` apart, for ever. */
  | { readonly kind: "drip"; readonly ms: number }
  /** The end is said twice, with text between. */
  | { readonly kind: "two-finishes" }
  /** Tool calls have no id. */
  | { readonly kind: "no-tool-id" };

export interface ScriptedUsage { readonly input: number; readonly output: number; readonly cacheRead?: number; readonly cacheWrite?: number; readonly reasoning?: number }
export type ScriptedFinish = "stop" | "length" | "tool-calls" | "filter";

export interface ScriptedReply {
  /** Only where the last words of the person contain this, in any case. */
  readonly when?: string;
  /** Only after a tool has answered (`true`), or only before (`false`). */
  readonly afterTool?: boolean;
  /** How often; no end where it is left out. */
  readonly times?: number;
  readonly parts?: readonly ScriptedPart[];
  readonly usage?: ScriptedUsage;
  readonly finish?: ScriptedFinish;
  /** The model that the reply says it is from; else the one that was asked for. */
  readonly model?: string;
  /** Characters of each piece of text, and milliseconds between pieces. */
  readonly pieceChars?: number;
  readonly pieceMs?: number;
  /** One JSON document, although a stream was asked for. */
  readonly whole?: boolean;
  readonly fault?: Fault;
}

export interface ScriptedModel { readonly name: string; readonly contextWindow?: number; readonly tools?: boolean; readonly reasoning?: boolean; readonly images?: boolean; readonly bytes?: number }
export interface ServerScript {
  readonly models?: readonly ScriptedModel[];
  readonly replies?: readonly ScriptedReply[];
  /** Requests must carry it. */
  readonly key?: string;
}

export const DEFAULT_MODELS: readonly ScriptedModel[] = [{ name: "scripted-model", contextWindow: 32_768, tools: true, reasoning: true, images: true, bytes: 4_000_000 }];

/** What of a request decides which reply it gets. */
export interface AskedFor { readonly model: string; readonly lastWords: string; readonly afterTool: boolean }

export class ReplyChooser {
  readonly #replies: readonly ScriptedReply[];
  readonly #used = new Map<ScriptedReply, number>();
  constructor(replies: readonly ScriptedReply[]) { this.#replies = replies; }

  choose(asked: AskedFor): ScriptedReply {
    const fits = (reply: ScriptedReply) =>
      (this.#used.get(reply) ?? 0) < (reply.times ?? Number.POSITIVE_INFINITY)
      && (reply.when === undefined || asked.lastWords.toLowerCase().includes(reply.when.toLowerCase()))
      && (reply.afterTool === undefined || reply.afterTool === asked.afterTool);
    const found = this.#replies.find(fits);
    if (found === undefined) return { parts: [{ text: `You said: ${asked.lastWords}` }] };
    this.#used.set(found, (this.#used.get(found) ?? 0) + 1);
    return found;
  }
}

export const usageOf = (reply: ScriptedReply): ScriptedUsage => reply.usage ?? { input: 10, output: (reply.parts ?? []).length };
export const finishOf = (reply: ScriptedReply): ScriptedFinish => reply.finish ?? (reply.parts?.some((part) => "tool" in part) === true ? "tool-calls" : "stop");
export const argumentsText = (given: string | { readonly [key: string]: unknown }): string => typeof given === "string" ? given : JSON.stringify(given);

/** Pieces of a text, never between the halves of a character. */
export const piecesOf = (text: string, chars: number): readonly string[] => {
  const letters = [...text];
  return Array.from({ length: Math.ceil(letters.length / chars) }, (_, index) => letters.slice(index * chars, (index + 1) * chars).join(""));
};
