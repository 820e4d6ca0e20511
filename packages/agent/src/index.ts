/** @axion/agent: what an agent does in one turn, behind ports: no Node, no DOM, no clock of its own, no protocol of a provider. */
export { ModelFailure, type AssistantContent, type FinishReason, type ModelClient, type ModelFailureKind, type ModelMessage, type ModelPart, type ModelRequest, type ModelTool, type UserContent } from "./model.ts";
