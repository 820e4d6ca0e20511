/** Identifiers. All are made by the client that creates the thing, and never reused. */
import { id, patterned } from "./shapes.ts";

export const ProjectId = id("ProjectId");
export const GraphId = id("GraphId");
export const NodeId = id("NodeId");
export const EdgeId = id("EdgeId");
export const NoteId = id("NoteId");
export const SlotId = id("SlotId", "A folder that a graph works with, named by the graph and bound to a path on each machine.");
export const PortId = id("PortId");
export const RunId = id("RunId");
export const ApprovalId = id("ApprovalId");
export const GrantId = id("GrantId");
export const SessionId = id("SessionId");
export const MessageId = id("MessageId");
export const TurnId = id("TurnId", "One answer of an agent, from the message that asked to its end; it may take many model calls.");
export const CallId = id("CallId", "One call of a tool. The model's own ids are mapped to these.");
export const RequestId = id("RequestId", "Something that a turn asks the person.");
export const QueuedId = id("QueuedId", "A message that waits for the running turn.");
export const FolderId = id("FolderId", "A folder that a session may use, by the name that the agent sees.");
export const ProviderId = id("ProviderId");
export const ClientId = id("ClientId", "One window, tab or command line.");
export const OpsId = id("OpsId", "Idempotency key of one batch of graph operations.");
export const KindId = patterned("KindId", /^[a-z][a-z0-9]{0,31}([._-][a-z0-9]{1,32}){0,7}$/, "The kind of a node, for example `file.list`.");
export const Hash = patterned("Hash", /^[0-9a-f]{64}$/, "SHA-256 of a value's bytes, lower-case hex.");
export const Scope = patterned(
  "Scope",
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}:[0-9]{1,9}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}:[0-9]{1,9}){0,31}$/,
  "Path of container iterations down to an instance, `container:index` joined by `/`. Absent at the top level.",
);
export const Stamp = patterned(
  "Stamp",
  /^[0-9]{13}-[0-9a-f]{4}-[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
  "Hybrid logical clock `millis-counter-client`; stamps compare as strings.",
);
