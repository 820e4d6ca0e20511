/** @axion/testkit: a Core in memory behind the real client code, builders and arbitraries. For tests and for looking at screens; never shipped. */
export { creation, draftOp, gesture } from "./arbitraries/graphs.ts";
export { runHistory } from "./arbitraries/runs.ts";
export { type EdgeText, graphOf, runEvents, sampleGraph } from "./builders.ts";
export { countingIds, memoryStorage, seededRandom, type TestClock, testClock, testEnvironment } from "./clock.ts";
export { MemoryCore, type MemoryCoreOptions } from "./memory/core.ts";
export { demoTurn, type TurnLine } from "./memory/demoTurn.ts";
export { demoModel, MemoryModels } from "./memory/models.ts";
export { Refusal } from "./memory/refusal.ts";
export { MemorySessions } from "./memory/sessions.ts";
export { createMemoryGateway, type Faults, type MemoryGateway, type MemoryGatewayOptions } from "./memory/gateway.ts";
export { type RunDraft, type ScriptLine, scriptOf } from "./memory/script.ts";
export { MemoryStreams } from "./memory/streams.ts";
