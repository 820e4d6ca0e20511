/**
 * Why a command has no result, by cause. Nobody matches on sentences: `_tag` tells the cause, and for a refusal
 * `code` (the protocol's ErrorCode) tells what to do about it.
 */
import type { CommandName, ErrorCode, ErrorInfo, Problem, Slot } from "@axion/protocol";
import { Data } from "effect";

/** Core answered, and the answer is no. Nothing was changed. */
export class CommandRefused extends Data.TaggedError("CommandRefused")<{ readonly command: CommandName; readonly info: ErrorInfo }> {
  override get message(): string {
    return this.info.message;
  }
  get code(): ErrorCode {
    return this.info.code;
  }
  get hint(): string | undefined {
    return this.info.hint;
  }
  get problems(): ReadonlyArray<Problem> {
    return this.info.problems ?? [];
  }
  get slots(): ReadonlyArray<Slot> {
    return this.info.slots ?? [];
  }
}

/** The connection to Core is down. `sent` tells whether the command may have been carried out: false = certainly not. */
export class Disconnected extends Data.TaggedError("Disconnected")<{ readonly command: CommandName; readonly reason: string; readonly sent: boolean }> {
  override get message(): string {
    return this.reason;
  }
}

/** Core answered something that is not in the protocol: the two sides are of different versions, or one has a defect. */
export class BadReply extends Data.TaggedError("BadReply")<{ readonly command: CommandName; readonly detail: string }> {
  override get message(): string {
    return `The answer to ${this.command} cannot be read: ${this.detail}`;
  }
}

export type GatewayError = CommandRefused | Disconnected | BadReply;

export const isGatewayError = (error: unknown): error is GatewayError =>
  error instanceof CommandRefused || error instanceof Disconnected || error instanceof BadReply;

/** The code of a failure for branching: a disconnected gateway counts as `offline`, an unreadable answer as `internal`. */
export const codeOf = (error: GatewayError): ErrorCode =>
  error._tag === "CommandRefused" ? error.code : error._tag === "Disconnected" ? "offline" : "internal";
