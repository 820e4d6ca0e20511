/**
 * From what a provider says went wrong to one of the classes that the agent acts on, and to words for the person: what happened, and what to do.
 * Status codes are believed first; texts only decide where a status means several things (400 may be a context that is too long).
 */
import { ModelFailure, type ModelFailureKind } from "@axion/agent/model";
import { at, isUnknowns, listOf, parsed, textAt } from "../reply/json.ts";

const MAX_MESSAGE = 500;
const MAX_RETRY_MS = 86_400_000;

const TOO_LONG = /context[ _-]?(length|window|size)|maximum context|prompt is too long|(too many|exceeds?.{0,40}) tokens|exceed_context_size|input is too long|request_too_large|model_context_window/i;
const NO_MONEY = /insufficient_quota|exceeded your current quota|credit balance|billing|payment/i;
/** What looks like a key in a provider's own words is not repeated. */
const KEY_LIKE = /\b(sk|pk|key|gsk|xai|hf|Bearer)[-_ ][A-Za-z0-9._*-]{6,}/g;
const AFTER_KEY = /\b((?:api[ _-]?)?key|token|authorization|secret|password)\b([^.:=]{0,40}[:=]\s*["']?)[^\s"']{6,}/gi;

/** One line, without control characters and without what looks like a key. */
export const oneLine = (text: string): string => {
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, " ").replace(/\s+/g, " ").trim().replace(KEY_LIKE, "[key]").replace(AFTER_KEY, "$1$2[key]").toWellFormed();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE - 1).toWellFormed()}…` : line;
};

/** The same as a sentence: it ends like one. */
export const said = (text: string): string => {
  const line = oneLine(text);
  return /[.!?…:]$/.test(line) ? line : `${line}.`;
};

/** The sentence in an error's body: the shapes that the four protocols and their imitators use. */
const sentenceOf = (value: unknown): string | undefined => {
  const found = textAt(value, "error", "message") ?? textAt(value, "error") ?? textAt(value, "message") ?? textAt(value, "detail") ?? textAt(value, "response", "error", "message") ?? textAt(value, "detail", 0, "msg") ?? textAt(value, "errors", 0, "message");
  return found === undefined || found.trim() === "" ? undefined : found;
};
/** What to call a page that came instead of an answer. */
export const pageOf = (html: string): string => {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(html)?.[1];
  return `a page of HTML${title === undefined ? "" : ` ("${oneLine(title)}")`}`;
};
const sentenceOfText = (text: string): string | undefined => {
  const json = parsed(text);
  if (json !== undefined) return sentenceOf(Array.isArray(json.value) ? json.value[0] : json.value);
  if (/^\s*</.test(text)) return pageOf(text);
  return text.trim() === "" ? undefined : text;
};

const HINTS: Readonly<Record<ModelFailureKind, string>> = {
  auth: "Check the provider's key under Settings → Models, or with `axion keys set`.",
  rate: "Wait a little and try again, or choose another model.",
  server: "Try again in a while, or choose another model.",
  protocol: "Check that the provider's address and kind are right under Settings → Models.",
  timeout: "Try again; if it stays silent, look whether the server is running and not busy loading a model.",
  refused: "Check the model's name and what it can do, or choose another model.",
  context: "Compact the chat, or choose a model with a larger context window.",
  network: "Look whether the server is running and can be reached, then try again.",
  blocked: "Allow the host under Settings → Network if you want this.",
};

export const failure = (kind: ModelFailureKind, message: string, more: { readonly retryAfterMs?: number | undefined; readonly status?: number | undefined; readonly hint?: string | undefined } = {}): ModelFailure =>
  new ModelFailure(kind, message, {
    hint: more.hint ?? HINTS[kind],
    ...(more.retryAfterMs !== undefined && { retryAfterMs: more.retryAfterMs }),
    ...(more.status !== undefined && { status: more.status }),
  });

/** Nothing came for as long as the person lets a provider be silent. */
export const failureOfSilence = ({ provider, local, ms }: { readonly provider: string; readonly local: boolean; readonly ms: number }): ModelFailure => {
  const key = local ? "models.localSilenceSeconds" : "models.silenceSeconds";
  const seconds = Math.round(ms / 1000);
  return failure("timeout", `The provider ${provider} said nothing for ${seconds} ${seconds === 1 ? "second" : "seconds"}, the limit that is set (${key}).`, {
    hint: `Look whether the server is running and not busy loading a model, then retry. A longer silence is allowed under Settings → Models, or with \`axion call update_config '{"key":"${key}","value":${Math.min(3600, seconds * 2)}}'\`.`,
  });
};

/** `retry-after` in seconds or as a date, or `retry-after-ms`. */
export const retryAfter = (headers: Headers, now: number): number | undefined => {
  const exact = headers.get("retry-after-ms");
  const value = headers.get("retry-after");
  const number = exact !== null ? Number.parseFloat(exact) : value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number.parseFloat(value) * 1000 : Date.parse(value ?? "") - now;
  return Number.isFinite(number) ? Math.min(Math.max(0, Math.round(number)), MAX_RETRY_MS) : undefined;
};

const kindOfStatus = (status: number, words: string): ModelFailureKind => {
  if (status === 401 || status === 403) return "auth";
  if (status === 408) return "timeout";
  if (status === 413) return "context";
  if (status === 429) return NO_MONEY.test(words) ? "refused" : "rate";
  if (status >= 500) return TOO_LONG.test(words) ? "context" : "server";
  if (status >= 400) return TOO_LONG.test(words) ? "context" : "refused";
  return "protocol";
};

/** A reply whose status says that it failed. */
export const failureOfStatus = (status: number, headers: Headers, body: string, now: number): ModelFailure => {
  const sentence = sentenceOfText(body);
  const kind = kindOfStatus(status, body);
  const what: Readonly<Record<ModelFailureKind, string>> = {
    auth: "The provider refused the key",
    rate: "The provider takes no more requests for now",
    server: "The provider failed",
    protocol: "The provider answered with something that is no answer",
    timeout: "The provider gave up waiting",
    refused: status === 404 ? "The provider does not know this model or address" : NO_MONEY.test(body) ? "The provider wants to be paid first" : "The provider refused the request",
    context: "The conversation is longer than the model can take",
    network: "The provider was not reached",
    blocked: "The request was not let out",
  };
  const detail = sentence === undefined ? "." : `: ${said(sentence)}`;
  return failure(kind, `${what[kind]} (${status})${detail}`, { status, retryAfterMs: retryAfter(headers, now) });
};

const KINDS: ReadonlyArray<readonly [RegExp, ModelFailureKind]> = [
  [TOO_LONG, "context"],
  [/authentication|permission|invalid_api_key|unauthorized/i, "auth"],
  [NO_MONEY, "refused"],
  [/rate[_ -]?limit|too many requests|slow_down/i, "rate"],
  [/timeout|timed out/i, "timeout"],
  [/overloaded|server_error|api_error|internal|unavailable|capacity/i, "server"],
  [/invalid|not_found|not found|unsupported|does not support|policy|refus/i, "refused"],
];

/** An error that came inside a reply that had begun well: `{error: …}`, `{type: "error", …}`, or the error itself. */
export const failureInReply = (value: unknown): ModelFailure => {
  const sentence = sentenceOf(value) ?? (typeof value === "string" ? value : "no reason given");
  const words = [textAt(value, "error", "type"), textAt(value, "error", "code"), textAt(value, "code"), textAt(value, "response", "error", "code"), sentence].filter((word) => word !== undefined).join(" ");
  const status = at(value, "error", "code") ?? at(value, "code") ?? at(value, "status");
  if (typeof status === "number" && status >= 400 && status <= 999) return failure(kindOfStatus(status, words), `The provider broke its reply off (${status}): ${said(sentence)}`, { status });
  const kind = KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? "server";
  return failure(kind, `The provider broke its reply off: ${said(sentence)}`);
};

/** Whether a value is an error rather than a piece of a reply. */
export const isErrorValue = (value: unknown): boolean => {
  const error = at(value, "error");
  return (typeof error === "string" && error !== "") || isUnknowns(error) || at(value, "type") === "error" || at(value, "object") === "error" || listOf(error).length > 0;
};

/** An error of the way there: what the broker said, or anything else that broke the connection. */
export const failureOfWay = (error: unknown): ModelFailure => {
  if (error instanceof ModelFailure) return error;
  const words = error instanceof Error ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ""}` : String(error);
  return failure("network", `The connection to the provider failed: ${said(words)}`);
};
