/**
 * Reads the wire types from Effect Schema into the closed list of shapes (`model.ts`).
 *
 * Everything that is not on the list is refused with its path: a new shape must be given a meaning in JSON Schema, in Rust and in
 * the isolation hook before it may cross a border. Recursive types are refused as well, since nothing on the wire needs them.
 */
import type { Schema, SchemaAST } from "effect";
import { assertMatchable } from "./pattern.ts";
import { type Body, type CommandModel, type Definition, type Field, type Model, type Result, type Shape, UnknownShape, tagOf } from "./model.ts";

interface CommandSource {
  readonly params: Schema.Top;
  readonly result: Schema.Top;
  readonly changes: boolean;
  readonly maxBytes: number;
}
export interface Source {
  readonly modules: Readonly<Record<string, object>>;
  readonly commands: Readonly<Record<string, CommandSource>>;
}
interface Check {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const isSchema = (value: unknown): value is Schema.Top =>
  (typeof value === "object" || typeof value === "function") && value !== null && "ast" in value;

/** Names of the checks of `shapes.ts`, which are not names of types. */
const OURS: ReadonlySet<string> = new Set(["wellFormed", "wellFormedKeys", "travels"]);

const checksOf = (ast: SchemaAST.AST, path: string): ReadonlyArray<Check> =>
  (ast.checks ?? []).map((check) => {
    const annotations: Readonly<Record<string, unknown>> = check.annotations ?? {};
    const { representation, identifier } = annotations;
    if (typeof representation === "object" && representation !== null && "id" in representation) {
      const payload = "payload" in representation && typeof representation.payload === "object" ? representation.payload : {};
      return { id: String(representation.id).replace("effect/schema/", ""), payload: { ...payload } };
    }
    if (typeof identifier === "string") return { id: identifier, payload: {} };
    throw new UnknownShape(path, "has a check that the emitter does not know");
  });

const annotation = (ast: SchemaAST.AST, key: "identifier" | "description"): string | undefined => {
  const last = ast.checks?.at(-1);
  const value = (last === undefined ? ast.annotations : last.annotations)?.[key];
  return typeof value === "string" && !OURS.has(value) ? value : undefined;
};

const numberIn = (payload: Check["payload"], key: string, path: string): number => {
  const value = payload[key];
  if (typeof value !== "number") throw new UnknownShape(path, `has a check without \`${key}\``);
  return value;
};

const only = (checks: ReadonlyArray<Check>, expected: ReadonlyArray<string>): boolean =>
  checks.length === expected.length && checks.every((check, index) => check.id === expected[index]);

/** Collects definitions by name while it reads; one name means one shape. */
class Reader {
  readonly definitions = new Map<string, Definition>();
  private readonly open = new Set<string>();

  shape(ast: SchemaAST.AST, path: string, module: string): Shape {
    if (ast.encoding !== undefined) throw new UnknownShape(path, "transforms: the encoded form must be the decoded form");
    switch (ast._tag) {
      case "String":
        return this.string(ast, path, module);
      case "Number":
        return this.number(ast, path);
      case "Boolean":
        return this.plain(ast, path, { kind: "boolean" });
      case "Literal":
        if (typeof ast.literal === "string" || (typeof ast.literal === "number" && Number.isSafeInteger(ast.literal) && ast.literal >= 0)) {
          return this.plain(ast, path, { kind: "literal", value: ast.literal });
        }
        throw new UnknownShape(path, "is a literal that is neither a string nor a whole number");
      case "Declaration": {
        const id: unknown = ast.annotations?.["representation"];
        const isJson = typeof id === "object" && id !== null && "id" in id && id.id === "effect/schema/Json";
        if (isJson && only(checksOf(ast, path), ["travels"])) return { kind: "json" };
        throw new UnknownShape(path, "is a declaration other than `json`");
      }
      case "Arrays":
        return this.array(ast, path, module);
      case "Objects":
        return this.object(ast, path, module);
      case "Union":
        return this.union(ast, path, module);
      default:
        throw new UnknownShape(path, `is a ${ast._tag}, which has no form on the wire`);
    }
  }

  private plain(ast: SchemaAST.AST, path: string, shape: Shape): Shape {
    if ((ast.checks ?? []).length > 0) throw new UnknownShape(path, "has a check that the emitter does not know");
    if (annotation(ast, "identifier") !== undefined) throw new UnknownShape(path, `a ${shape.kind} cannot have a name`);
    return shape;
  }

  private string(ast: SchemaAST.AST, path: string, module: string): Shape {
    const checks = checksOf(ast, path);
    const name = annotation(ast, "identifier");
    if (only(checks, ["wellFormed", "isMaxLength"]) && name === undefined) {
      return { kind: "text", max: numberIn(checks[1]?.payload ?? {}, "maxLength", path) };
    }
    if (only(checks, ["isPattern"]) && name !== undefined) {
      const payload = checks[0]?.payload ?? {};
      if (payload["flags"] !== "") throw new UnknownShape(path, "has a pattern with flags");
      const source = String(payload["source"]);
      assertMatchable(source, path);
      return this.define(name, module, annotation(ast, "description"), path, () => ({ kind: "pattern", source }));
    }
    throw new UnknownShape(path, "is a string without bounds: use `text(max)`, `id` or `patterned`");
  }

  private number(ast: SchemaAST.AST, path: string): Shape {
    const checks = checksOf(ast, path);
    if (annotation(ast, "identifier") !== undefined) throw new UnknownShape(path, "a number cannot have a name");
    if (only(checks, ["isInt", "isBetween"])) {
      const payload = checks[1]?.payload ?? {};
      const [min, max] = [numberIn(payload, "minimum", path), numberIn(payload, "maximum", path)];
      if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0) throw new UnknownShape(path, "is an integer outside 0 … 2^53 - 1");
      return { kind: "integer", min, max };
    }
    if (only(checks, ["isFinite"])) return { kind: "number" };
    if (only(checks, ["isFinite", "isGreaterThanOrEqualTo"]) && checks[1]?.payload["minimum"] === 0) return { kind: "number", min: 0 };
    throw new UnknownShape(path, "is a number without bounds: use `integer`, `number` or `DurationMs`");
  }

  private array(ast: SchemaAST.Arrays, path: string, module: string): Shape {
    const [item, ...more] = ast.rest;
    if (ast.elements.length > 0 || item === undefined || more.length > 0) throw new UnknownShape(path, "is a tuple");
    return this.plain(ast, path, { kind: "array", item: this.shape(item, `${path}[]`, module) });
  }

  private object(ast: SchemaAST.Objects, path: string, module: string): Shape {
    const [index, ...more] = ast.indexSignatures;
    if (index !== undefined) {
      const plainKey = index.parameter._tag === "String" && index.parameter.checks === undefined;
      if (more.length > 0 || ast.propertySignatures.length > 0 || !plainKey) {
        throw new UnknownShape(path, "mixes fields and free keys: use `struct` or `record`");
      }
      if (!only(checksOf(ast, path), ["wellFormedKeys"])) throw new UnknownShape(path, "is a record whose keys are not checked: use `record`");
      return { kind: "record", value: this.shape(index.type, `${path}{}`, module) };
    }
    const name = annotation(ast, "identifier");
    if (name === undefined) throw new UnknownShape(path, "is a struct without a name: use `struct(name, fields)`");
    if ((ast.checks ?? []).length > 0) throw new UnknownShape(path, "is a struct with a check");
    return this.define(name, module, annotation(ast, "description"), path, () => ({
      kind: "struct",
      fields: ast.propertySignatures.map((property) => this.field(property, path, module)),
    }));
  }

  private field(property: SchemaAST.PropertySignature, path: string, module: string): Field {
    const key = String(property.name);
    const at = `${path}.${key}`;
    if (typeof property.name !== "string" || !/^[a-z][A-Za-z0-9]*$/.test(key)) throw new UnknownShape(at, "is not a camelCase key");
    const optional = property.type.context?.isOptional ?? false;
    const shape = this.shape(property.type, at, module);
    if (optional && shape.kind === "nullable") throw new UnknownShape(at, "is both optional and nullable");
    if (optional && shape.kind === "literal") throw new UnknownShape(at, "is an optional literal, which says nothing");
    if (shape.kind === "literal" && typeof shape.value === "string" && key !== "type") throw new UnknownShape(at, "is a string literal that is not `type`");
    return { key, shape, optional };
  }

  private union(ast: SchemaAST.Union, path: string, module: string): Shape {
    const name = annotation(ast, "identifier");
    const description = annotation(ast, "description");
    const [first, second] = ast.types;
    if (ast.types.length === 2 && second?._tag === "Null" && first !== undefined && name === undefined) {
      return { kind: "nullable", inner: this.shape(first, path, module) };
    }
    if (name === undefined) throw new UnknownShape(path, "is a union without a name");
    if (ast.types.every((type) => type._tag === "Literal")) {
      return this.define(name, module, description, path, () => {
        const words = ast.types.map((type) => (type._tag === "Literal" ? type.literal : ""));
        if (!words.every((word) => typeof word === "string")) throw new UnknownShape(path, "lists literals that are not words");
        return { kind: "words", words };
      });
    }
    return this.define(name, module, description, path, () => ({ kind: "union", members: ast.types.map((type, i) => this.member(type, `${path}|${i}`, module)) }));
  }

  private member(ast: SchemaAST.AST, path: string, module: string): { readonly tag: string; readonly name: string } {
    const shape = this.shape(ast, path, module);
    const body = shape.kind === "ref" ? this.definitions.get(shape.name)?.body : undefined;
    const tag = body?.kind === "struct" ? tagOf(body.fields) : undefined;
    if (shape.kind !== "ref" || tag === undefined) throw new UnknownShape(path, "is a union member without a literal `type`");
    return { tag, name: shape.name };
  }

  private define(name: string, module: string, description: string | undefined, path: string, body: () => Body): Shape {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) throw new UnknownShape(path, `\`${name}\` is not a PascalCase name`);
    if (this.open.has(name)) throw new UnknownShape(path, `\`${name}\` refers to itself`);
    this.open.add(name);
    const read = body();
    this.open.delete(name);
    if (read.kind === "union" && new Set(read.members.map((member) => member.tag)).size !== read.members.length) {
      throw new UnknownShape(path, `two members of \`${name}\` have the same \`type\``);
    }
    const known = this.definitions.get(name);
    if (known === undefined) this.definitions.set(name, { name, module, description, body: read });
    else if (JSON.stringify(known.body) !== JSON.stringify(read)) throw new UnknownShape(path, `\`${name}\` is the name of another shape already`);
    return { kind: "ref", name };
  }

  /** Exported schemas belong to the module that exports them, whoever refers to them first. */
  settle(name: string, module: string): void {
    const definition = this.definitions.get(name);
    if (definition !== undefined) this.definitions.set(name, { ...definition, module });
  }
}

/** Reads all modules and commands. Throws `UnknownShape` at the first thing outside the closed list. */
export const readModel = (source: Source): Model => {
  const reader = new Reader();
  const modules = Object.keys(source.modules);
  const exported: Array<readonly [string, string]> = [];
  for (const [module, exports] of Object.entries(source.modules)) {
    for (const [key, value] of Object.entries(exports)) {
      if (!isSchema(value)) continue;
      const shape = reader.shape(value.ast, `${module}.${key}`, module);
      if (shape.kind !== "ref" || shape.name !== key) throw new UnknownShape(`${module}.${key}`, "is exported under another name than its own");
      exported.push([key, module]);
    }
  }
  for (const [name, module] of exported) reader.settle(name, module);
  const commands = Object.entries(source.commands).map(([name, command]): CommandModel => {
    if (!/^[a-z]+(_[a-z]+)*$/.test(name)) throw new UnknownShape(`commands.${name}`, "is not a snake_case name");
    const side = (ast: SchemaAST.AST, which: string): string => {
      const path = `commands.${name}.${which}`;
      const shape = reader.shape(ast, path, "commands");
      if (shape.kind !== "ref") throw new UnknownShape(path, "is not a named struct");
      return shape.name;
    };
    const result = (ast: SchemaAST.AST): Result => {
      if (ast._tag === "Null") return { kind: "nothing", name: undefined };
      const [item, ...more] = ast._tag === "Arrays" && ast.elements.length === 0 ? ast.rest : [];
      if (item !== undefined && more.length === 0) return { kind: "list", name: side(item, "result[]") };
      return { kind: "one", name: side(ast, "result") };
    };
    return { name, params: side(command.params.ast, "params"), result: result(command.result.ast), changes: command.changes, maxBytes: command.maxBytes };
  });
  return { modules: [...modules, "commands"], definitions: reader.definitions, commands };
};
