/**
 * What a journal says about each instance, so that a run can go on: what finished, what was in flight, what waits.
 * An instance is a node in a scope; its key joins the two.
 */
import type { JournalEvent, PortValue, StepError } from "@axion/protocol";

export interface Past {
  /** When it first started. */
  startedAt?: number;
  attempt: number;
  /** An effect's intent is on disk and no end is known. */
  unknown: boolean;
  /** Set while it waits between two attempts. */
  retryAt?: number;
  until?: number;
  approvalId?: string;
  finished?: { readonly state: string; readonly outputs: { readonly [port: string]: PortValue } | undefined; readonly error: StepError | undefined; readonly reason: string | undefined };
}
export interface Answer { readonly decision: "approved" | "rejected"; readonly note?: string; readonly at: number }

export const instanceKey = (node: string, scope: string | undefined): string => scope === undefined ? node : `${scope}|${node}`;

/** Why a step was stopped that had begun its effect. */
export const unknownOutcome: StepError = { code: "cancelled", message: "It was stopped while it ran. Whether its effect happened is not known.", outcomeUnknown: true };

export class History {
  readonly instances = new Map<string, Past & { readonly node: string; readonly scope: string | undefined }>();
  readonly answers = new Map<string, Answer>();
  cancelling = false;
  startedAt: number | undefined;

  constructor(journal: readonly JournalEvent[]) {
    for (const event of journal) this.take(event);
  }

  private past(node: string, scope: string | undefined): Past {
    const key = instanceKey(node, scope);
    let past = this.instances.get(key);
    if (past === undefined) { past = { node, scope, attempt: 1, unknown: false }; this.instances.set(key, past); }
    return past;
  }

  private take(event: JournalEvent): void {
    switch (event.type) {
      case "run-started": this.startedAt = event.ts; break;
      case "run-cancelling": this.cancelling = true; break;
      case "step-started": this.past(event.node, event.scope).startedAt ??= event.ts; break;
      case "effect-intent": this.past(event.node, event.scope).unknown = true; break;
      case "step-waiting": {
        const past = this.past(event.node, event.scope);
        past.startedAt ??= event.ts;
        if (event.until !== undefined) past.until = event.until;
        if (event.approvalId !== undefined) past.approvalId = event.approvalId;
        break;
      }
      case "step-retrying": {
        const past = this.past(event.node, event.scope);
        past.unknown = false;
        past.attempt = event.attempt + 1;
        past.retryAt = event.nextAt;
        break;
      }
      case "step-finished":
        this.past(event.node, event.scope).finished = { state: event.state, outputs: event.outputs, error: event.error, reason: event.reason };
        break;
      case "approval-requested": this.past(event.node, event.scope).approvalId = event.approvalId; break;
      case "approval-answered":
        this.answers.set(event.approvalId, { decision: event.decision, at: event.ts, ...(event.note !== undefined && { note: event.note }) });
        break;
      default: break;
    }
  }
}
