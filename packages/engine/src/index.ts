/**
 * @axion/engine: compiles graphs and runs them. Pure TypeScript behind ports: no Node, no DOM, no framework, no `eval`,
 * so the same code checks a connection in the canvas and runs a graph in the jail.
 */
export type { Control, ContainerType, Delivery, FormField, FormOption, GroupId, InputPort, Inputs, Kind, OutputPort, Outputs, Ports, SlotUse, StepContext } from "./kind.ts";
export { defineKind, groups } from "./kind.ts";
export { kinds, registry, registryOf, type Registry } from "./kinds/catalogue.ts";
export { kindTexts } from "./texts.ts";
export { completeConfig, setUp, type ConfigProblem, type NodeSetup } from "./node-config.ts";
export { type Conversion, type Fit, type PortType, type TypeName, describeType, fit, typeNames } from "./types.ts";
export type { Json, JsonRecord } from "./json.ts";
export { compile, checkInput } from "./compile/compile.ts";
export type { Compiled, Plan } from "./compile/plan.ts";
export { Run, type RunOptions, type RunOutcome } from "./run/run.ts";
export type { Answer } from "./run/history.ts";
export type { BlobPort, Clock, FileEntry, FilePort, Host, JournalPort, WriteMode } from "./host.ts";
export { StepFailure, stepErrorOf } from "./failure.ts";
export { isList, isRecord, own } from "./json.ts";
export { type SchemaCheck, patternProblem, readSchema } from "./json-schema.ts";
export { fitsAnyPattern } from "./pattern.ts";
export { relativePath } from "./path.ts";
export { formatGraphFile, formatLayoutFile } from "./file-format.ts";
