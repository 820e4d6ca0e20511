/**
 * Agent sessions: what a person and an agent said and did, as a stream of durable events, and what is derived from it.
 *
 * A *session* holds a tree of *messages* (`parentId`); the shown branch is the path to its tip. A *turn* is one answer: a message of the
 * assistant made of *parts*. Text arrives as durable pieces (`text-added`, at least once a second) and, ahead of them and never stored, as
 * deltas (`SessionDelta`); both carry the offset in the part, so either may come first or twice.
 */
import type { Schema } from "effect";
import { CallId, FolderId, GraphId, Hash, MessageId, ProjectId, ProviderId, QueuedId, RequestId, RunId, SessionId, TurnId } from "./ids.ts";
import { DurationMs, Millis, Timestamp, array, boolean, integer, json, literal, literals, optional, struct, text, union } from "./shapes.ts";
import { Access } from "./graphs.ts";
import { Fact, PortValue, RunnerFacts, StepError } from "./runs.ts";

/** Where a session was opened. */
export const ChannelId = literals("ChannelId", ["desktop", "web", "cli", "webhook"]);
/** What an agent may do without being allowed each time. */
export const SessionMode = literals("SessionMode", ["read-only", "ask", "accept-edits"]);
export const SessionState = literals("SessionState", ["idle", "running", "waiting", "failed"]);
/** `steer` goes into the running turn at its next step, `queue` begins the next turn. */
export const Delivery = literals("Delivery", ["queue", "steer"]);

/** Tokens and money of model calls, summed. `inputTokens` includes those that the provider had cached. */
export const Usage = struct("Usage", {
  inputTokens: integer(), outputTokens: integer(), cacheReadTokens: optional(integer()), cacheWriteTokens: optional(integer()), reasoningTokens: optional(integer()),
  /** In US dollars; only where a price is known. `estimated` says that the provider counted nothing and Axion did. */
  cost: optional(DurationMs), estimated: optional(boolean),
});

/** A folder that the person gave to one session on this machine. The agent knows it as `folderId`. */
export const SessionFolder = struct("SessionFolder", { folderId: FolderId, path: text(4096), access: Access, missing: optional(boolean) });

/** What seed 004 calls by this name, with more fields. */
export const SessionInfo = struct("SessionInfo", {
  id: SessionId,
  channelId: ChannelId,
  createdAt: Timestamp,
  lastActive: Timestamp,
  messageCount: integer(),
  model: optional(text(400)),
  title: text(200),
  /** The person named it; it is not renamed by the agent any more. */
  titled: boolean,
  state: SessionState,
  mode: SessionMode,
  projectId: optional(ProjectId),
  pinned: boolean,
  archived: boolean,
  /** The last thing that happened, in a line. */
  last: optional(text(300)),
  /** Requests that wait for the person, and messages that wait for the turn. */
  waiting: integer(),
  queued: integer(),
  forkedFrom: optional(struct("ForkOrigin", { sessionId: SessionId, messageId: MessageId })),
  usage: Usage,
});

// ── messages

export const MessageRole = literals("MessageRole", ["user", "assistant", "system"]);
export const MessageState = literals("MessageState", ["streaming", "complete", "failed", "cancelled"]);
export const ToolState = literals("ToolState", ["running", "waiting", "succeeded", "failed", "refused", "cancelled", "unknown"]);
/** What a tool says of itself: it only looks; it may destroy; repeating it changes nothing more. */
export const ToolSafety = struct("ToolSafety", { readOnly: boolean, destructive: boolean, idempotent: boolean });
/** A file before and after a change, for a diff. Texts over 256 KiB are left out (`tooLarge`). `before` is absent for a new file. */
export const FileChange = struct("FileChange", {
  folderId: FolderId, path: text(4096), before: optional(text(262_144)), after: optional(text(262_144)), tooLarge: optional(boolean),
});

export const RequestKind = literals("RequestKind", ["approval", "question", "guard", "unknown-outcome", "instructions"]);
export const RequestOption = struct("RequestOption", { id: text(64), label: text(200), description: optional(text(1000)) });
/** Something that a turn asks the person. An answer names one of `options`, or is free text where that is allowed. */
export const SessionRequest = struct("SessionRequest", {
  requestId: RequestId,
  kind: RequestKind,
  callId: optional(CallId),
  title: text(400),
  text: optional(text(20_000)),
  facts: array(Fact),
  options: array(RequestOption),
  freeText: boolean,
  changes: optional(array(FileChange)),
});
export const RequestAnswer = struct("RequestAnswer", { option: optional(text(64)), text: optional(text(20_000)), by: optional(literals("AnsweredBy", ["person", "mode", "nobody"])) });

export const TextPart = struct("TextPart", { type: literal("text"), text: text(16_000_000) });
export const ReasoningPart = struct("ReasoningPart", { type: literal("reasoning"), text: text(16_000_000) });
export const FilePart = struct("FilePart", { type: literal("file"), folderId: FolderId, path: text(4096) }, "A reference to a file; its content is read by the agent when it needs it.");
/** The blob is the JSON text of a base64 string. */
export const ImagePart = struct("ImagePart", { type: literal("image"), hash: Hash, mediaType: literals("ImageType", ["image/png", "image/jpeg", "image/webp", "image/gif"]), name: text(400), bytes: integer() });
export const ToolPart = struct("ToolPart", {
  type: literal("tool"), callId: CallId, tool: text(64), title: text(400), arguments: json, safety: ToolSafety, state: ToolState,
  output: optional(PortValue), error: optional(StepError), ms: optional(DurationMs), changes: optional(array(FileChange)), runId: optional(RunId),
  /** It may have had an effect: if its turn ends before it does, its outcome is unknown (unless it only looks). */
  started: optional(boolean),
});
export const RequestPart = struct("RequestPart", { type: literal("request"), request: SessionRequest, answer: optional(RequestAnswer) });
/** What the person said while the turn ran. */
export const SteerPart = struct("SteerPart", { type: literal("steer"), text: text(16_000_000) });
export const NotePart = struct("NotePart", { type: literal("note"), code: text(64), text: text(2000) }, "Something worth knowing of the turn: a retry, another model than was asked for, a resume.");
export const MessagePart = union("MessagePart", [TextPart, ReasoningPart, FilePart, ImagePart, ToolPart, RequestPart, SteerPart, NotePart]);
/** What a person's message may be made of. */
export const UserPart = union("UserPart", [TextPart, FilePart, ImagePart]);

export const Message = struct("Message", {
  id: MessageId,
  sessionId: SessionId,
  parentId: optional(MessageId),
  role: MessageRole,
  /** All text parts that are not empty, with an empty line (two line feeds) between them, for readers that want no more. */
  content: text(16_000_000),
  parts: array(MessagePart),
  timestamp: Timestamp,
  state: MessageState,
  model: optional(text(400)),
  provider: optional(ProviderId),
  usage: optional(Usage),
  ms: optional(DurationMs),
  error: optional(StepError),
  turnId: optional(TurnId),
  pinned: optional(boolean),
  /** All messages with the same parent, oldest first, where there is more than this one. */
  branches: optional(array(MessageId)),
  /** Summarised: the agent reads the summary instead. */
  compacted: optional(boolean),
  /** The last event of the session that this message contains; live reading goes on after the page's `head`. */
  seq: integer(),
});

/** The answer to `send_message`, as seed 004 has it. */
export const MessageResponse = struct("MessageResponse", {
  id: MessageId, role: MessageRole, content: text(16_000_000), model: text(400), usage: Usage, timestamp: Timestamp, sessionId: SessionId,
});

export const QueuedMessage = struct("QueuedMessage", { queuedId: QueuedId, delivery: Delivery, parts: array(UserPart), createdAt: Millis,
  /** The person is editing it: it does not go out meanwhile. */
  held: optional(boolean) });
export const TodoState = literals("TodoState", ["open", "doing", "done", "dropped"]);
export const Todo = struct("Todo", { text: text(1000), state: TodoState });

// ── context

/** How full the model's window is, by what fills it. Tokens; `counted` says that the provider counted, else Axion estimated. */
export const ContextUse = struct("ContextUse", {
  window: integer(), instructions: integer(), tools: integer(), summary: integer(), history: integer(), toolOutput: integer(), files: integer(), counted: boolean,
});
/** A compaction before it is done. `messageIds` that go are summarised; the others stay word for word. */
export const CompactionPreview = struct("CompactionPreview", {
  summary: text(200_000), by: literals("SummaryBy", ["model", "extract", "person"]),
  kept: array(MessageId), dropped: array(MessageId), tokensBefore: integer(), tokensAfter: integer(), messagesBefore: integer(), messagesAfter: integer(),
  problem: optional(text(2000)),
});
export const CompactionResult = struct("CompactionResult", { messagesBefore: integer(), messagesAfter: integer(), tokensSaved: integer(), compactionId: optional(RequestId) });

// ── events

export const TurnOutcome = literals("TurnOutcome", ["succeeded", "failed", "cancelled"]);
const call = { turnId: TurnId, callId: CallId };

/** The one table of session events. */
const fields = {
  "session-created": { session: SessionInfo },
  "message-added": { messageId: MessageId, parentId: optional(MessageId), parts: array(UserPart), channelId: ChannelId },
  /** The shown branch ends here now; absent: nothing is shown (everything was edited away). */
  "tip-moved": { messageId: optional(MessageId) },
  "message-pinned": { messageId: MessageId, pinned: boolean },
  "queue-changed": { queue: array(QueuedMessage) },
  "folders-changed": { folders: array(SessionFolder) },
  "turn-started": { turnId: TurnId, messageId: MessageId, parentId: MessageId, model: text(400), provider: ProviderId, mode: SessionMode },
  /** A runner has taken the turn: the first time, and after each crash. */
  "turn-attempted": { turnId: TurnId, attempt: integer(1), runner: RunnerFacts },
  "turn-interrupted": { turnId: TurnId, reason: text(1000) },
  "text-added": { turnId: TurnId, messageId: MessageId, part: integer(), kind: literals("TextKind", ["text", "reasoning"]), offset: integer(), text: text(16_000_000) },
  "steered": { turnId: TurnId, messageId: MessageId, part: integer(), queuedId: QueuedId, text: text(16_000_000) },
  /** On disk before the tool does anything. */
  "tool-called": { ...call, messageId: MessageId, part: integer(), tool: text(64), title: text(400), arguments: json, safety: ToolSafety },
  /** On disk before an effect starts; an effect with an intent and no end is an unknown outcome. */
  "tool-started": { ...call, changes: optional(array(FileChange)), runId: optional(RunId) },
  "tool-finished": { ...call, state: ToolState, ms: DurationMs, output: optional(PortValue), error: optional(StepError), changes: optional(array(FileChange)) },
  "request-opened": { turnId: TurnId, messageId: MessageId, part: integer(), request: SessionRequest },
  "request-answered": { turnId: TurnId, requestId: RequestId, answer: RequestAnswer },
  "todos-changed": { turnId: TurnId, todos: array(Todo) },
  /** One model call. `reportedModel` is what the reply named. */
  "usage-reported": { turnId: TurnId, messageId: MessageId, step: integer(), usage: Usage, reportedModel: optional(text(400)) },
  "turn-noted": { turnId: TurnId, messageId: MessageId, part: integer(), code: text(64), text: text(2000) },
  "context-measured": { turnId: optional(TurnId), context: ContextUse },
  "turn-finished": { turnId: TurnId, messageId: MessageId, state: TurnOutcome, ms: DurationMs, usage: Usage, error: optional(StepError) },
  /** `upTo` is the last message that the summary stands for on its branch; `kept` stay word for word although they are older. */
  "compacted": {
    compactionId: RequestId, upTo: MessageId, summary: text(200_000), by: literals("SummaryBy", ["model", "extract", "person"]), kept: array(MessageId),
    tokensBefore: integer(), tokensAfter: integer(), messagesBefore: integer(), messagesAfter: integer(),
  },
  "compaction-undone": { compactionId: RequestId },
} as const;

const pascal = (kebab: string) => kebab.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
const draft = <const T extends string, const F extends Schema.Struct.Fields>(type: T, own: F) =>
  struct(`${pascal(type)}Draft`, { type: literal(type), ts: Millis, ...own });
const event = <const T extends string, const F extends Schema.Struct.Fields>(type: T, own: F) =>
  struct(pascal(type), { type: literal(type), sessionId: SessionId, seq: integer(), ts: Millis, ...own });

/** What the runner writes of a turn; all else is written by Core. */
export const TurnEvent = union("TurnEvent", [
  draft("text-added", fields["text-added"]), draft("steered", fields["steered"]), draft("tool-called", fields["tool-called"]), draft("tool-started", fields["tool-started"]),
  draft("tool-finished", fields["tool-finished"]), draft("request-opened", fields["request-opened"]), draft("request-answered", fields["request-answered"]),
  draft("todos-changed", fields["todos-changed"]), draft("usage-reported", fields["usage-reported"]), draft("turn-noted", fields["turn-noted"]),
  draft("context-measured", fields["context-measured"]), draft("compacted", fields["compacted"]), draft("turn-finished", fields["turn-finished"]),
], "An event of a turn before the store gave it its place.");

export const SessionEvent = union("SessionEvent", [
  event("session-created", fields["session-created"]), event("message-added", fields["message-added"]), event("tip-moved", fields["tip-moved"]), event("message-pinned", fields["message-pinned"]),
  event("queue-changed", fields["queue-changed"]), event("folders-changed", fields["folders-changed"]), event("turn-started", fields["turn-started"]), event("turn-attempted", fields["turn-attempted"]),
  event("turn-interrupted", fields["turn-interrupted"]), event("text-added", fields["text-added"]), event("steered", fields["steered"]), event("tool-called", fields["tool-called"]),
  event("tool-started", fields["tool-started"]), event("tool-finished", fields["tool-finished"]), event("request-opened", fields["request-opened"]), event("request-answered", fields["request-answered"]),
  event("todos-changed", fields["todos-changed"]), event("usage-reported", fields["usage-reported"]), event("turn-noted", fields["turn-noted"]), event("context-measured", fields["context-measured"]),
  event("turn-finished", fields["turn-finished"]), event("compacted", fields["compacted"]), event("compaction-undone", fields["compaction-undone"]),
], "Stream `session:ID`.");

/** Text that is not stored yet, for who reads along. Sent at most 50 times a second for one session; lost ones are healed by `text-added`. */
export const SessionDelta = struct("SessionDelta", {
  type: literal("session-delta"), sessionId: SessionId, turnId: TurnId, messageId: MessageId, part: integer(), kind: literals("TextKind", ["text", "reasoning"]), offset: integer(), text: text(65_536),
});
/** What a running tool says, for who reads along; the result has all of it. */
export const ToolDelta = struct("ToolDelta", { type: literal("tool-delta"), sessionId: SessionId, callId: CallId, text: text(8000) });

// ── what seed 004 streams to whoever called `send_message_streaming`

export const StreamStart = struct("StreamStart", { messageId: MessageId, sessionId: SessionId });
/** `index` counts from 0 without a gap; the contents one after the other are the message's text. */
export const StreamChunk = struct("StreamChunk", { content: text(65_536), index: integer(), messageId: MessageId, sessionId: SessionId });
export const StreamEnd = struct("StreamEnd", { messageId: MessageId, usage: Usage, sessionId: SessionId });
export const StreamError = struct("StreamError", { code: text(64), message: text(4000), messageId: optional(MessageId), sessionId: SessionId });

// ── answers of commands

/**
 * The compaction that counts on the shown branch: its summary stands for the messages up to `upTo` (those of them that are `compacted`). It can be
 * undone whenever no turn runs.
 */
export const SessionCompaction = struct("SessionCompaction", {
  compactionId: RequestId, upTo: MessageId, summary: text(200_000), by: literals("SummaryBy", ["model", "extract", "person"]),
  tokensBefore: integer(), tokensAfter: integer(), messagesBefore: integer(), messagesAfter: integer(),
});
/** A session as it is now, without its messages. */
export const SessionSnapshot = struct("SessionSnapshot", {
  session: SessionInfo, tip: optional(MessageId), folders: array(SessionFolder), queue: array(QueuedMessage), requests: array(SessionRequest), todos: array(Todo),
  context: optional(ContextUse), turnId: optional(TurnId), compaction: optional(SessionCompaction), epoch: text(64), head: integer(),
});
/** Messages of the shown branch, oldest first. `head` is the seq that they are as of. */
export const MessagePage = struct("MessagePage", { messages: array(Message), before: optional(MessageId), total: integer(), epoch: text(64), head: integer() });
export const SearchHit = struct("SearchHit", {
  sessionId: SessionId, title: text(200), messageId: optional(MessageId), role: optional(MessageRole), timestamp: Timestamp,
  /** The found words stand between U+0002 and U+0003. */
  snippet: text(1000),
});
export const SessionGraph = struct("SessionGraph", { graphId: GraphId, name: text(200), description: optional(text(2000)), input: json });
