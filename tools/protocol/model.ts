/**
 * What the emitter knows of a wire type: a closed list of shapes, read from Effect Schema by `read.ts` and written out by the
 * other files of this folder. Nothing here knows Effect, Rust or JSON Schema.
 */

export type Shape =
  | { readonly kind: "text"; readonly max: number }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min?: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "json" }
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "array"; readonly item: Shape }
  | { readonly kind: "record"; readonly value: Shape }
  | { readonly kind: "nullable"; readonly inner: Shape }
  | { readonly kind: "ref"; readonly name: string };

export interface Field {
  readonly key: string;
  readonly shape: Shape;
  readonly optional: boolean;
}

export type Body =
  | { readonly kind: "pattern"; readonly source: string }
  | { readonly kind: "words"; readonly words: ReadonlyArray<string> }
  | { readonly kind: "struct"; readonly fields: ReadonlyArray<Field> }
  | { readonly kind: "union"; readonly members: ReadonlyArray<{ readonly tag: string; readonly name: string }> };

export interface Definition {
  readonly name: string;
  readonly module: string;
  readonly description: string | undefined;
  readonly body: Body;
}

/** What a command answers: a named type, a list of one, or nothing (`null`). */
export interface Result {
  readonly kind: "one" | "list" | "nothing";
  readonly name: string | undefined;
}

export interface CommandModel {
  readonly name: string;
  readonly params: string;
  readonly result: Result;
  readonly changes: boolean;
  readonly maxBytes: number;
}

export interface Model {
  readonly modules: ReadonlyArray<string>;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly commands: ReadonlyArray<CommandModel>;
}

/** A schema that is outside the closed list. `path` says where. */
export class UnknownShape extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = "UnknownShape";
    this.path = path;
  }
}

/** The definition of that name; a missing one is a fault of the reader, not of the protocol. */
export const definitionOf = (model: Model, name: string): Definition => {
  const found = model.definitions.get(name);
  if (found === undefined) throw new UnknownShape(name, "is referred to and not defined");
  return found;
};

/** The literal `type` of a struct, if it has one. */
export const tagOf = (fields: ReadonlyArray<Field>): string | undefined => {
  const field = fields.find((candidate) => candidate.key === "type");
  return field?.shape.kind === "literal" && typeof field.shape.value === "string" ? field.shape.value : undefined;
};

export const pascal = (words: string): string => words.replace(/(?:^|[-_./ ])(\w)/g, (_, letter: string) => letter.toUpperCase());
export const snake = (camel: string): string => camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
