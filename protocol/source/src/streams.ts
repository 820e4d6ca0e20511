/**
 * Durable streams: one kind for runs, graphs, sessions and the workspace.
 *
 * A stream has an `epoch` (changes only if its history was replaced, for example after a restore) and events with a gap-free
 * `seq` from 1. A reader keeps (epoch, seq) and can leave and come back. If its place cannot be served (other epoch, or
 * trimmed history) the answer is `snapshot`: read the state anew with the matching get or list command, then go on after `head`.
 */
import { array, integer, json, literal, literals, patterned, struct, text } from "./shapes.ts";

export const StreamId = patterned("StreamId", /^(workspace|(run|graph|session):[A-Za-z0-9][A-Za-z0-9_-]{0,63})$/);
export const SubscribeMode = literals("SubscribeMode", ["tail", "snapshot"]);
export const Subscription = struct("Subscription", { stream: StreamId, epoch: text(64), head: integer(), mode: SubscribeMode });

/** Events are RunEvent, GraphEdited, SessionEvent or WorkspaceEvent by stream; typed by the reader, because an unknown one is dropped in one place. */
export const StreamPage = struct("StreamPage", { stream: StreamId, epoch: text(64), events: array(json), head: integer() });

/** What Core sends by itself: JSON-RPC notification `events` over a WebSocket or pipe, event `gateway-event` in the desktop app. */
export const StreamBatch = struct("StreamBatch", { type: literal("stream-batch"), stream: StreamId, epoch: text(64), events: array(json) });
/** The reader was too slow for its bounded queue; it reads on from its own `seq` with `subscribe`. */
export const StreamLagged = struct("StreamLagged", { type: literal("stream-lagged"), stream: StreamId, epoch: text(64), head: integer() });
