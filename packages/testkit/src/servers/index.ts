/** @axion/testkit/servers: model servers on loopback that play a script, for tests in Node. */
export { type ModelServer, PROTOCOLS, type SeenRequest, startModelServer } from "./model-server.ts";
export type { Fault, ScriptedFinish, ScriptedModel, ScriptedPart, ScriptedReply, ScriptedUsage, ServerScript } from "./script.ts";
export type { ProtocolName } from "./speech.ts";
