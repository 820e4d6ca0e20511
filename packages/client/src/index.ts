/**
 * @axion/client: the door to Core and the state that screens show; no React. The adapters are separate entries
 * (`@axion/client/tauri`, `@axion/client/web`), so that each shell carries only its own.
 */
export { type AxionClient, createClient } from "./client.ts";
export { browserEnvironment, type Environment, type KeyValueStorage, randomId } from "./environment.ts";
export type {
  ConnectionStatus, GatewayAdapter, GatewayCapabilities, StreamEvent, StreamHandlers, StreamName, StreamPlace, WindowControls,
} from "./gateway/adapter.ts";
export { BadReply, CommandRefused, codeOf, Disconnected, type GatewayError, isGatewayError } from "./gateway/errors.ts";
export { type GatewayOptions, makeGateway, type Transport } from "./gateway/gateway.ts";
export { type Cell, makeCell, type Observable } from "./gateway/observable.ts";
export * as edits from "./graphs/edits.ts";
export type { Fragment, Pasted, Selection } from "./graphs/edits.ts";
export { type DraftOp, documentOf, emptyModel, type GraphModel, type GraphNode, type Json, modelOf } from "./graphs/model.ts";
export { type Applied, GraphRegisters } from "./graphs/registers.ts";
export { StampClock } from "./graphs/stamp.ts";
export { RunReducer } from "./runs/reducer.ts";
export {
  type ApprovalView, type LogLine, type NodeView, type Outputs, type RunCounts, type RunView, type StateCounts, type StepView, stepKey, type TimelineRow,
} from "./runs/view.ts";
export { createModelsStore, type ModelsState, type ModelsStore, type ProviderTest } from "./models/store.ts";
export { createSessionCommands, folderIdFor, type NewSession, type Outgoing, type SessionCommands, type SessionPatch } from "./sessions/commands.ts";
export type { LiveOutput } from "./sessions/outputs.ts";
export { applyToMessage, type MessageEvent } from "./sessions/parts.ts";
export { createSessionStore, type SessionState, type SessionStore } from "./sessions/store.ts";
export { type OpenTurn, type SessionFacts, Transcript } from "./sessions/transcript.ts";
export type { Commands, StartRunOptions, StartRunOutcome } from "./stores/commands.ts";
export type { ConnectionState } from "./stores/connection.ts";
export type { EditOptions, GraphState, GraphStore } from "./stores/graph.ts";
export type { SaveState } from "./stores/opsQueue.ts";
export type { RunStore, RunStoreState } from "./stores/run.ts";
export { type Draft, type GraphPlace, type Route, type Tab, tabId, type ViewState, type ViewStore } from "./stores/view.ts";
export type { WorkspaceState, WorkspaceStore } from "./stores/workspace.ts";
export { applyWorkspaceEvent, emptyLists, type WorkspaceLists } from "./workspace/lists.ts";
