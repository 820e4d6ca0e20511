/** What the file kinds share: slots, paths that stay inside, and which file an input means. */
import { Schema } from "effect";
import { FieldProblem, StepFailure } from "./failure.ts";
import { type Json, isRecord, nameOfType, own } from "./json.ts";
import type { SlotUse } from "./kind.ts";
import { relativePath } from "./path.ts";

export const slotName = Schema.String.check(Schema.isPattern(/^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$/, { expected: "the name of a folder slot" }));
export const slotUse = (slot: string, access: "ro" | "rw"): readonly SlotUse[] => slot === "" ? [] : [{ slot, access, field: "slot" }];
export const pathAt = (field: string, message: string) => new FieldProblem(field, message);

/** The path, checked. With a field the mistake is one of the graph, without it one of the step. */
export const relative = (field: string | undefined, text: string): string => {
  const checked = relativePath(text);
  if ("path" in checked) return checked.path;
  if (field !== undefined) throw new FieldProblem(field, checked.problem);
  throw new StepFailure("path_outside", checked.problem);
};

/** The file that arrived, else the one of the config. */
export const fileOf = (given: unknown, config: { readonly slot: string; readonly path: string }): { readonly slot: string; readonly path: string } => {
  if (given === undefined) return { slot: config.slot, path: relative(undefined, config.path) };
  const value = given as Json;
  const slot = isRecord(value) ? own(value, "slot") : undefined;
  const path = isRecord(value) ? own(value, "path") : undefined;
  if (typeof slot !== "string" || typeof path !== "string") throw new StepFailure("wrong_type", `This needs a file, but got ${nameOfType(value)}.`);
  return { slot, path: relative(undefined, path) };
};
