/** @axion/agent: what an agent does in one turn, behind ports: no Node, no DOM, no clock of its own, no protocol of a provider. */
export { ModelFailure, type AssistantContent, type FinishReason, type ModelClient, type ModelFailureKind, type ModelMessage, type ModelPart, type ModelRequest, type ModelTool, type UserContent } from "./model.ts";
export { Turn, type TurnOptions } from "./turn.ts";
export { compactSession } from "./compact.ts";
export type { AgentFiles, FileFacts, TextPiece, TurnPorts } from "./ports.ts";
export type { Plan, Tool, ToolContext, ToolFolder, ToolResult } from "./tools/tool.ts";
export { toolsFor } from "./tools/catalogue.ts";
