/**
 * Events as JSON text, written by hand: a run of 100,000 steps writes 100,000 of them, and building an object to have it
 * turned into text costs several times as much. Ids are plain ASCII by their pattern and need no escaping.
 */
import type { StepError } from "@axion/protocol";
import type { ApprovalRequest } from "../kind.ts";
import { jsonText } from "./values.ts";

const instance = (node: string, scope: string | undefined): string => scope === undefined ? `"node":"${node}"` : `"node":"${node}","scope":"${scope}"`;
const head = (type: string, now: number): string => `{"type":"${type}","ts":${Math.floor(now)}`;
const duration = (ms: number): number => ms > 0 ? Math.round(ms * 1000) / 1000 : 0;

export const stepStarted = (now: number, node: string, scope: string | undefined, attempt: number, items: number | undefined): string =>
  `${head("step-started", now)},${instance(node, scope)}${attempt > 1 ? `,"attempt":${attempt}` : ""}${items === undefined ? "" : `,"items":${items}`}}`;

export const stepSucceeded = (now: number, node: string, scope: string | undefined, ms: number, outputs: string): string =>
  `${head("step-finished", now)},${instance(node, scope)},"state":"succeeded","ms":${duration(ms)},"outputs":${outputs}}`;

export const stepEnded = (
  now: number, node: string, scope: string | undefined, state: "failed" | "skipped" | "cancelled", ms: number,
  more: { readonly error?: StepError; readonly reason?: string; readonly outputs?: string },
): string =>
  `${head("step-finished", now)},${instance(node, scope)},"state":"${state}","ms":${duration(ms)}${more.outputs === undefined ? "" : `,"outputs":${more.outputs}`}${more.error === undefined ? "" : `,"error":${jsonText(more.error)}`}${more.reason === undefined ? "" : `,"reason":${jsonText(more.reason)}`}}`;

export const effectIntent = (now: number, node: string, scope: string | undefined, key: string, what: string): string =>
  `${head("effect-intent", now)},${instance(node, scope)},"key":${jsonText(key)},"what":${jsonText(what)}}`;

export const stepWaiting = (now: number, node: string, scope: string | undefined, wait: { readonly until: number } | { readonly approvalId: string }): string =>
  `${head("step-waiting", now)},${instance(node, scope)},${"until" in wait ? `"reason":"timer","until":${Math.floor(wait.until)}` : `"reason":"approval","approvalId":"${wait.approvalId}"`}}`;

export const stepRetrying = (now: number, node: string, scope: string | undefined, attempt: number, error: StepError, nextAt: number): string =>
  `${head("step-retrying", now)},${instance(node, scope)},"attempt":${attempt},"error":${jsonText(error)},"nextAt":${Math.floor(nextAt)}}`;

export const approvalRequested = (now: number, node: string, scope: string | undefined, approvalId: string, request: ApprovalRequest, details: string | undefined): string =>
  `${head("approval-requested", now)},${instance(node, scope)},"approvalId":"${approvalId}","title":${jsonText(request.title)},"facts":${jsonText(request.facts)}${details === undefined ? "" : `,"details":${details}`}}`;

export const log = (now: number, level: string, node: string, scope: string | undefined, text: string): string =>
  `${head("log", now)},"level":"${level}",${instance(node, scope)},"text":${jsonText(text)}}`;

export interface Counts { total: number; succeeded: number; failed: number; skipped: number; cancelled: number }

export const runFinished = (now: number, state: string, ms: number, outputs: string, error: StepError | undefined, counts: Counts): string =>
  `${head("run-finished", now)},"state":"${state}","ms":${duration(ms)},"outputs":${outputs}${error === undefined ? "" : `,"error":${jsonText(error)}`},"steps":${JSON.stringify({ ...counts, running: 0, waiting: 0 })}}`;
