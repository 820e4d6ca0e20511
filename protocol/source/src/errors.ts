/** How a failure crosses a border: a code that somebody branches on, a sentence for the person, and what to do. */
import { EdgeId, NodeId } from "./ids.ts";
import { array, literals, optional, struct, text } from "./shapes.ts";
import { Slot } from "./graphs.ts";

export const ErrorCode = literals("ErrorCode", [
  "invalid_params", // the request does not match the schema, or a value is out of its range
  "unknown_command",
  "not_found",
  "conflict", // the thing exists already, or is in another state than the request needs
  "graph_invalid", // `problems` says where
  "slots_unbound", // `slots` says which folders must be bound first
  "no_runner", // neither a container engine nor a jail can be had
  "runtime_missing", // Node 22.19 or newer is needed
  "runner_lost",
  "too_large",
  "forbidden",
  "cancelled",
  "storage", // disk full, database locked, read-only home
  "in_use", // another process holds this home
  "no_model", // no model can be had, or the one asked for is not there
  "provider", // a provider refused, failed or broke its protocol
  "blocked", // the egress broker did not let a request out
  "busy", // a turn is running and the request cannot wait
  "offline", // the connection to Core is down; nothing was sent
  "internal",
]);

/** One thing that is wrong with a graph. */
export const Problem = struct("Problem", {
  code: text(64),
  message: text(2000),
  hint: optional(text(2000)),
  node: optional(NodeId),
  edge: optional(EdgeId),
  field: optional(text(200)),
});

export const ErrorInfo = struct("ErrorInfo", {
  code: ErrorCode,
  message: text(4000),
  hint: optional(text(4000)),
  problems: optional(array(Problem)),
  slots: optional(array(Slot)),
});
