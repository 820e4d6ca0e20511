/** Pieces of config and form that several kinds share: named inputs, formats of names, texts of a bounded length. */
import { Schema } from "effect";
import type { FormField, InputPort } from "./kind.ts";

export const shortText = Schema.String.check(Schema.isMaxLength(400));
export const longText = Schema.String.check(Schema.isMaxLength(200_000));
/** A name that an expression can use and that can be the id of a port. */
export const name = Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, { expected: "a name of letters, digits and _, that starts with a letter" }));
export const count = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }));

export const portTypeOptions = [
  { value: "any", label: "Any" }, { value: "text", label: "Text" }, { value: "number", label: "Number" }, { value: "bool", label: "True or false" },
  { value: "object", label: "Object" }, { value: "table", label: "Table" }, { value: "file", label: "File" },
] as const;
export const PortTypeName = Schema.Literals(["any", "text", "number", "bool", "object", "table", "file"]);

/** More inputs than `value`, each known to expressions by its name. */
export const NamedInputs = Schema.Array(Schema.Struct({ name })).check(Schema.isMaxLength(16));
export interface NamedInput { readonly name: string }
export const namedInputPorts = (inputs: readonly NamedInput[]): InputPort[] =>
  inputs.map((input) => ({ id: input.name, label: input.name, type: "any" }));
export const namedInputsField: FormField = {
  field: "inputs", label: "More inputs", control: "rows",
  help: "Each becomes a port, and a name that expressions can use.",
  row: { title: "input", initial: { name: "other" } },
  columns: [{ field: "name", label: "Name", control: "text" }],
};

export const expressionHelp = "Knows value (what arrives), the fields of value by their own names, further inputs by name, and input (what the run was started with).";
