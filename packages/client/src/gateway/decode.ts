/**
 * The border: whatever comes from the transport is checked against the protocol's schemas before anything else sees it.
 *
 * Measured (Node 24, 2 cores): 1.4 µs an event, 100,000 events in 140 ms; a graph of 100,000 nodes in about 200 ms. That is
 * cheap enough to check everything fully, so nothing is skipped. Unknown keys are dropped by the decoder.
 */
import { commands, schemas, type CommandName, type ErrorInfo, type Result, type SessionDelta, type ToolDelta } from "@axion/protocol";
import { Exit, Schema } from "effect";
import { BadReply, CommandRefused } from "./errors.ts";
import type { StreamEvent, StreamName } from "./adapter.ts";

type Decoder = (input: unknown) => Exit.Exit<unknown, Schema.SchemaError>;
const decoders = new Map<Schema.Top, Decoder>();

const decoderOf = (schema: Schema.Top): Decoder => {
  const known = decoders.get(schema);
  if (known !== undefined) return known;
  // Wire schemas need no services and encode to themselves (protocol/source/src/shapes.ts).
  const made = Schema.decodeUnknownExit(schema as Schema.Codec<unknown>);
  decoders.set(schema, made);
  return made;
};

const failureText = (exit: Exit.Failure<unknown, Schema.SchemaError>): string => String(exit.cause).slice(0, 500);

/** The typed result of a command, or BadReply. */
export const decodeResult = <N extends CommandName>(command: N, reply: unknown): Result<N> => {
  const exit = decoderOf(commands[command].result)(reply);
  if (Exit.isFailure(exit)) throw new BadReply({ command, detail: failureText(exit) });
  return exit.value as Result<N>;
};

const errorInfo = (value: unknown): ErrorInfo | undefined => {
  const exit = decoderOf(schemas.ErrorInfo)(value);
  return Exit.isSuccess(exit) ? (exit.value as ErrorInfo) : undefined;
};

/** What a transport got instead of a result. */
export const decodeRefusal = (command: CommandName, value: unknown): CommandRefused | BadReply => {
  const info = errorInfo(value);
  if (info !== undefined) return new CommandRefused({ command, info });
  const detail = value instanceof Error ? value.message : typeof value === "string" ? value : JSON.stringify(value);
  return new BadReply({ command, detail: `not an error of the protocol: ${String(detail).slice(0, 500)}` });
};

const eventSchema = (stream: StreamName): Schema.Top =>
  stream === "workspace"
    ? schemas.WorkspaceEvent
    : stream.startsWith("run:") ? schemas.RunEvent : stream.startsWith("session:") ? schemas.SessionEvent : schemas.GraphEdited;

/** One event, or undefined for a type that this version does not know: the one place where unknown events are dropped. */
export const decodeEvent = <S extends StreamName>(stream: S, value: unknown): StreamEvent<S> | undefined => {
  const exit = decoderOf(eventSchema(stream))(value);
  return Exit.isSuccess(exit) ? (exit.value as StreamEvent<S>) : undefined;
};

/** The place of an event in its stream, readable also for types that are not known. */
export const seqOf = (value: unknown): number | undefined => {
  if (typeof value !== "object" || value === null || !("seq" in value)) return undefined;
  return typeof value.seq === "number" && Number.isSafeInteger(value.seq) ? value.seq : undefined;
};

export type Push =
  | { readonly type: "stream-batch"; readonly stream: StreamName; readonly epoch: string; readonly events: ReadonlyArray<unknown> }
  | { readonly type: "stream-lagged"; readonly stream: StreamName; readonly epoch: string; readonly head: number }
  | SessionDelta
  | ToolDelta;

const pushSchemas = new Map<string, Schema.Top>([
  ["stream-batch", schemas.StreamBatch], ["stream-lagged", schemas.StreamLagged], ["session-delta", schemas.SessionDelta], ["tool-delta", schemas.ToolDelta],
]);

/** What Core sends by itself. Anything else is undefined and ignored. */
export const decodePush = (value: unknown): Push | undefined => {
  const schema = typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" ? pushSchemas.get(value.type) : undefined;
  if (schema === undefined) return undefined;
  const exit = decoderOf(schema)(value);
  return Exit.isSuccess(exit) ? (exit.value as Push) : undefined;
};
