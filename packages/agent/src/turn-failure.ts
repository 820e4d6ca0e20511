/** A turn that cannot go on, with what the person is told: what happened, what is kept, what to do. */
import type { StepError } from "@axion/protocol";
import type { ModelFailure } from "./model.ts";
import { cut } from "./wire.ts";

export class TurnFailure extends Error {
  readonly error: StepError;
  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.error = { code, message: cut(message, 4000), ...(hint !== undefined && { hint: cut(hint, 2000) }) };
  }
}

const hints: Readonly<Record<ModelFailure["kind"], string>> = {
  auth: "Check the key of this provider in Settings, then send again.",
  rate: "Wait a little, or choose another model, then retry.",
  server: "The fault is the provider's. Retry later, or choose another model.",
  protocol: "Retry; if it happens again, the server may speak another protocol than it is configured for.",
  timeout: "Check that the server is up, or choose a smaller model, then retry.",
  refused: "Read what the provider says, or choose another model.",
  context: "Compact the chat, or choose a model with a larger window.",
  network: "Check that the server is up and can be reached, then retry.",
  blocked: "Settings, Network egress, shows what was blocked and why.",
};

export const failureOf = (failure: ModelFailure): TurnFailure =>
  new TurnFailure(`model_${failure.kind}`, `${failure.message} What was said so far is kept.`, failure.hint ?? hints[failure.kind]);
