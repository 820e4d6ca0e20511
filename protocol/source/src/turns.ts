/**
 * Turns between Core (host) and the Local Runner Agent, on the same channel as runs (`runner.ts`).
 *
 * The runner decides what an agent does next; Core makes it durable, talks to the network for it, and asks the person. The runner
 * names a provider, never an address or a key: Core puts the URL together and adds the key. Parameters are named `…Params`, answers `…Result`.
 */
import { CallId, FolderId, GraphId, MessageId, ProviderId, QueuedId, RequestId, RunId, SessionId, TurnId } from "./ids.ts";
import { Millis, array, boolean, integer, json, literals, nullable, optional, record, struct, text } from "./shapes.ts";
import { Access } from "./graphs.ts";
import { Message, RequestAnswer, SessionGraph, SessionMode, TurnEvent } from "./sessions.ts";
import { CompactionPreview } from "./sessions.ts";
import { ModelInfo, ProviderKind } from "./models.ts";
import { StepError } from "./runs.ts";
import { BlobContent } from "./runner.ts";

/** What a turn's model calls are made with. */
export const TurnModel = struct("TurnModel", {
  provider: ProviderId, kind: ProviderKind, model: ModelInfo,
  /** Milliseconds that it may say nothing. The demo agent, which is not asked over a network, has none. */
  silenceMs: optional(integer(1000, 3_600_000)),
});
export const TurnGuards = struct("TurnGuards", {
  maxSteps: integer(1), maxMinutes: integer(1), maxTokens: integer(1), maxCost: nullable(integer(0)), sameCalls: integer(2),
}, "Each pauses and asks. `maxCost` in millionths of a US dollar.");
export const TurnFolder = struct("TurnFolder", { folderId: FolderId, access: Access, name: text(400) });
export const TurnSummary = struct("TurnSummary", { text: text(200_000), messageIds: array(MessageId) }, "What a compaction left: the summary, and the messages that it stands for, which are not sent.");

// host → runner
export const TurnStartParams = struct("TurnStartParams", {
  sessionId: SessionId,
  turnId: TurnId,
  messageId: MessageId,
  attempt: integer(1),
  model: TurnModel,
  mode: SessionMode,
  /** The person's own instructions from the configuration. */
  instructions: text(20_000),
  guards: TurnGuards,
  compaction: struct("TurnCompaction", { automatic: boolean, threshold: integer(10, 95) }),
  folders: array(TurnFolder),
  /**
   * Hashes (of name and content) of instruction files (`AGENTS.md`) that the person lets apply in this session: those of `instructions` requests that were answered with `use`.
   * Such a request names its hash as the value of the fact `SHA-256`.
   */
  seenInstructions: array(text(64)),
  graphs: array(SessionGraph),
  /** The shown branch up to and including the message that is answered, oldest first, without what `summary` stands for. */
  messages: array(Message),
  summary: optional(TurnSummary),
  blobs: array(BlobContent),
  /** Empty for a new turn; for one that goes on, all that was written of it. */
  journal: array(TurnEvent),
  now: Millis,
});
export const TurnStartResult = struct("TurnStartResult", { started: boolean });
/** Goes in before the next model call; the runner writes `steered` when it has. */
export const TurnSteerParams = struct("TurnSteerParams", { turnId: TurnId, queuedId: QueuedId, text: text(16_000_000) });
/** A steering message that the person took back; `false` if it has gone in already. */
export const TurnUnsteerParams = struct("TurnUnsteerParams", { turnId: TurnId, queuedId: QueuedId });
export const TurnUnsteerResult = struct("TurnUnsteerResult", { taken: boolean });
export const TurnModeParams = struct("TurnModeParams", { turnId: TurnId, mode: SessionMode });
export const TurnCancelParams = struct("TurnCancelParams", { turnId: TurnId });
export const TurnAnswerParams = struct("TurnAnswerParams", { turnId: TurnId, requestId: RequestId, answer: RequestAnswer, ts: Millis });
/** Asks for a summary of the branch; the runner answers with what would stay and what would go. Nothing is written. */
export const CompactParams = struct("CompactParams", {
  sessionId: SessionId, turnId: TurnId, model: TurnModel, instructions: text(20_000), wish: optional(text(2000)), messages: array(Message), summary: optional(TurnSummary), blobs: array(BlobContent),
});
/** The answer to `compact` is a `CompactionPreview`; it is named here so that both sides read one type. */
export const CompactResult = struct("CompactResult", { preview: CompactionPreview });
export const HttpPiece = literals("HttpPiece", ["data", "end", "error"]);
/** A piece of a reply's body, in order. `data` is base64; `error` ends it. */
export const HttpPieceParams = struct("HttpPieceParams", { requestId: RequestId, piece: HttpPiece, data: optional(text(262_144)), error: optional(StepError) });

// runner → host
// Outputs of tools over 32 KiB come by `blob_put`, where `runId` is the turn's id.
export const TurnAppendParams = struct("TurnAppendParams", { turnId: TurnId, events: array(TurnEvent) });
export const TurnAppendResult = struct("TurnAppendResult", { head: integer() });
/** A notification: text that is not stored yet. */
export const TurnDeltaParams = struct("TurnDeltaParams", { turnId: TurnId, messageId: MessageId, part: integer(), kind: literals("TextKind", ["text", "reasoning"]), offset: integer(), text: text(65_536) });
export const ToolDeltaParams = struct("ToolDeltaParams", { turnId: TurnId, callId: CallId, text: text(8000) });
/**
 * One HTTP request to the turn's provider. `path` is appended to the provider's base URL; `headers` may not name the host, the key or the length.
 * The answer comes when the reply's head is there; its body follows as `http_piece` for as long as there is credit (`http_more`).
 */
export const HttpOpenParams = struct("HttpOpenParams", {
  requestId: RequestId, turnId: TurnId, provider: ProviderId, method: literals("HttpMethod", ["GET", "POST"]), path: text(1000), headers: record(text(4000)), body: optional(text(64_000_000)),
  /** Milliseconds without a byte after which it is given up. */
  idleMs: integer(1000, 3_700_000), maxBytes: integer(1, 1_073_741_824),
});
export const HttpOpenResult = struct("HttpOpenResult", { status: integer(100, 999), headers: record(text(8000)) });
/** Allows so many more bytes of a body to be sent; 256 KiB are allowed from the start. */
export const HttpMoreParams = struct("HttpMoreParams", { requestId: RequestId, bytes: integer(1, 16_777_216) });
export const HttpCloseParams = struct("HttpCloseParams", { requestId: RequestId });
/** Runs a graph of the library as a tool, with its own grants, under the same supervision as any run. Answers when the run has ended. `runId` makes a repetition find the first. */
export const GraphRunParams = struct("GraphRunParams", { turnId: TurnId, callId: CallId, runId: RunId, graphId: GraphId, input: json });
export const GraphRunResult = struct("GraphRunResult", { runId: RunId, state: text(32), outputs: json, error: optional(StepError) });
/** Searches the whole transcript of the session, the summarised messages too. */
export const RecallParams = struct("RecallParams", { turnId: TurnId, query: optional(text(1000)), messageId: optional(MessageId), limit: integer(1, 50) });
export const RecallResult = struct("RecallResult", { messages: array(struct("Recalled", { messageId: MessageId, role: text(16), text: text(20_000) })) });
