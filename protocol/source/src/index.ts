/**
 * @axion/protocol: the language of every process and language border, in Effect Schema.
 * Wire types are written here and nowhere else; JSON Schema, Rust and the desktop's command table are generated from it.
 * `schemas.X` is the schema of the type `X`.
 */
import * as errors from "./errors.ts";
import * as graphs from "./graphs.ts";
import * as ids from "./ids.ts";
import * as models from "./models.ts";
import * as runner from "./runner.ts";
import * as runs from "./runs.ts";
import * as sessions from "./sessions.ts";
import * as streams from "./streams.ts";
import * as system from "./system.ts";
import * as turns from "./turns.ts";
import * as workspace from "./workspace.ts";

/** By topic, for the emitter: each module becomes one JSON Schema file and one Rust module. */
export const modules = { ids, errors, graphs, runs, sessions, models, workspace, system, streams, runner, turns } as const;
export const schemas = { ...ids, ...errors, ...graphs, ...runs, ...workspace, ...system, ...streams, ...runner, ...sessions, ...models, ...turns };
export * from "./commands.ts";
export type * from "./types.ts";
