/**
 * Writes the wire types as Rust: one module per module of the protocol, serde derives plus the small macros of `protocol/rust/src/tagged.rs`
 * and `pattern.rs`. Bounds are checked while reading. Layout is plain on purpose; rustfmt skips these files.
 */
import { type Definition, type Field, type Model, type Shape, definitionOf, pascal, snake, tagOf } from "./model.ts";
import { type Piece, parsePattern } from "./pattern.ts";

const KEYWORDS = new Set(["as", "async", "await", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum", "extern", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "yield"]);
const ident = (key: string): string => (KEYWORDS.has(snake(key)) ? `r#${snake(key)}` : snake(key));
const docLines = (text: string, indent = ""): string => text.split("\n").map((line) => `${indent}/// ${line}\n`).join("");
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, "_");

/** The Rust type of a shape. */
export const rustType = (shape: Shape): string => {
  switch (shape.kind) {
    case "text": return "String";
    case "integer": return "u64";
    case "number": return "f64";
    case "boolean": return "bool";
    case "json": return "Value";
    case "literal": return `Exactly<${shape.value}>`;
    case "array": return `Vec<${rustType(shape.item)}>`;
    case "record": return shape.value.kind === "json" ? "Map<String, Value>" : `BTreeMap<String, ${rustType(shape.value)}>`;
    case "nullable": return `Option<${rustType(shape.inner)}>`;
    case "ref": return shape.name;
  }
};

/** The type of `decode.rs` that reads a shape, or `Plain` where serde alone checks everything. */
const decoder = (shape: Shape): string => {
  switch (shape.kind) {
    case "text": return `Text<${grouped(shape.max)}>`;
    case "integer": return `Whole<${grouped(shape.min)}, ${grouped(shape.max)}>`;
    case "number": return shape.min === undefined ? "Plain" : "NotNegative";
    case "array": return wrap("List", shape.item);
    case "record": return wrap("Keyed", shape.value);
    case "nullable": return wrap("Nullable", shape.inner);
    case "boolean":
    case "json":
    case "literal":
    case "ref": return "Plain";
  }
};
const wrap = (outer: string, inner: Shape): string => {
  const read = decoder(inner);
  return read === "Plain" ? "Plain" : `${outer}<decode::${read}>`;
};

const bounds = (shape: Shape): string => {
  switch (shape.kind) {
    case "text": return `at most ${grouped(shape.max)} UTF-16 units`;
    case "integer": return shape.max === Number.MAX_SAFE_INTEGER ? `at least ${shape.min}, within 53 bits` : `from ${grouped(shape.min)} to ${grouped(shape.max)}`;
    case "number": return shape.min === undefined ? "a finite number" : "a finite number, not negative";
    case "boolean": return "yes or no";
    case "json": return "any JSON value";
    case "literal": return `always ${shape.value}`;
    case "array": return `a list; each: ${bounds(shape.item)}`;
    case "record": return `values by key; each: ${bounds(shape.value)}`;
    case "nullable": return `${bounds(shape.inner)}, or null`;
    case "ref": return `[\`${shape.name}\`]`;
  }
};

const field = ({ key, shape, optional }: Field): string => {
  const attributes: string[] = [];
  const name = snake(key);
  if (name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) !== key) attributes.push(`rename = "${key}"`);
  const read = decoder(shape);
  if (optional) attributes.push("default", 'skip_serializing_if = "Option::is_none"', `deserialize_with = "decode::optional::<decode::${read}, _, _>"`);
  else if (read !== "Plain") attributes.push(`deserialize_with = "decode::field::<decode::${read}, _, _>"`);
  // Without this serde would take an absent field for null.
  else if (shape.kind === "nullable") attributes.push('deserialize_with = "decode::field::<decode::Plain, _, _>"');
  const serde = attributes.length === 0 ? "" : `    #[serde(${attributes.join(", ")})]\n`;
  const doc = `\`${key}\`: ${bounds(shape)}${optional ? "; may be absent" : ""}.`;
  return `${docLines(doc, "    ")}${serde}    pub ${ident(key)}: ${optional ? `Option<${rustType(shape)}>` : rustType(shape)},\n`;
};

const hasDefault = ({ shape, optional }: Field): boolean =>
  optional || ["boolean", "json", "array", "record", "nullable", "number", "text"].includes(shape.kind) || (shape.kind === "integer" && shape.min === 0)
  || (shape.kind === "literal" && typeof shape.value === "number");

const struct = (definition: Definition, fields: ReadonlyArray<Field>): string => {
  const tag = tagOf(fields);
  const kept = fields.filter((candidate) => !(candidate.key === "type" && tag !== undefined));
  const derives = ["Debug", "Clone", "PartialEq", ...(kept.every(hasDefault) ? ["Default"] : []), "Serialize", "Deserialize"];
  const attributes = ['rename_all = "camelCase"', ...(tag === undefined ? [] : ['tag = "type"', `rename = "${tag}"`, 'remote = "Self"'])];
  const doc = definition.description ?? (tag === undefined ? `\`${definition.name}\` of the protocol's \`${definition.module}\`.` : `\`${tag}\`.`);
  const body = kept.length === 0 ? " {}\n" : ` {\n${kept.map(field).join("")}}\n`;
  return `${docLines(doc)}#[derive(${derives.join(", ")})]\n#[serde(${attributes.join(", ")})]\npub struct ${definition.name}${body}${
    tag === undefined ? "" : `tagged_struct!(${definition.name}, "${tag}");\n`}`;
};

/** Fields that all members of a union have, with the same shape: read through the union itself. */
const shared = (model: Model, members: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<Field> => {
  const all = members.map(({ name }) => {
    const { body } = definitionOf(model, name);
    return body.kind === "struct" ? body.fields : [];
  });
  const [first = [], ...rest] = all;
  return first.filter((one) => one.shape.kind !== "literal" && !one.optional
    && rest.every((fields) => fields.some((other) => JSON.stringify(other) === JSON.stringify(one))));
};

const COPIED: ReadonlySet<Shape["kind"]> = new Set(["integer", "number", "boolean"]);

const union = (model: Model, definition: Definition, members: ReadonlyArray<{ readonly tag: string; readonly name: string }>): string => {
  const doc = definition.description ?? `\`${definition.name}\` of the protocol's \`${definition.module}\`, told apart by \`type\`.`;
  const variants = members.map(({ tag, name }) => `    "${tag}" => ${pascal(tag)}(${name}),\n`).join("");
  const accessors = shared(model, members).map(({ key, shape }) => {
    const copied = COPIED.has(shape.kind);
    const arms = members.map(({ tag }) => `            Self::${pascal(tag)}(value) => ${copied ? "" : "&"}value.${ident(key)},\n`).join("");
    return `    /// \`${key}\`, which every member has.\n    #[must_use]\n    pub fn ${ident(key)}(&self) -> ${copied ? "" : "&"}${rustType(shape)} {\n        match self {\n${arms}        }\n    }\n`;
  }).join("");
  return `tagged_union!(\n${docLines(doc, "    ")}    ${definition.name} {\n${variants}});\n`.replace("});", "    }\n);")
    + (accessors === "" ? "" : `impl ${definition.name} {\n${accessors}}\n`);
};

const set = (bytes: bigint): string => `Piece::One(0x${bytes.toString(16)})`;
const piece = (tree: Piece): string => {
  switch (tree.kind) {
    case "one": return set(tree.bytes);
    case "all": return `Piece::All(&[${tree.pieces.map(piece).join(", ")}])`;
    case "any": return `Piece::Any(&[${tree.pieces.map(piece).join(", ")}])`;
    case "times": return `Piece::Times(&${piece(tree.piece)}, ${tree.min}, ${tree.max})`;
  }
};

const item = (model: Model, definition: Definition): string => {
  const { body, name, description } = definition;
  switch (body.kind) {
    case "pattern":
      return `patterned!(\n${docLines(description ?? "An identifier.", "    ")}    ///\n    /// Form: \`${body.source}\`\n    ${name}, ${piece(parsePattern(body.source, name))}\n);\n`;
    case "words": {
      const words = body.words.map((word) => `    "${word}" => ${pascal(word)},\n`).join("");
      return `words!(\n${docLines(description ?? `One of the words of \`${name}\`.`, "    ")}    ${name} {\n${words}    }\n);\n`;
    }
    case "struct": return struct(definition, body.fields);
    case "union": return union(model, definition, body.members);
  }
};

const HEADER = "// Generated by tools/protocol from protocol/source. Do not edit: change the schema and run `npm run generate`.\n";

/** Names that the code of a module mentions, by its own definitions or, for commands, by the trait. */
const referred = (model: Model, module: string): ReadonlySet<string> => {
  const names = new Set<string>();
  const follow = (shape: Shape): void => {
    if (shape.kind === "ref") names.add(shape.name);
    else if (shape.kind === "array") follow(shape.item);
    else if (shape.kind === "record") follow(shape.value);
    else if (shape.kind === "nullable") follow(shape.inner);
  };
  for (const definition of model.definitions.values()) {
    if (definition.module !== module) continue;
    if (definition.body.kind === "struct") for (const one of definition.body.fields) follow(one.shape);
    if (definition.body.kind === "union") for (const member of definition.body.members) names.add(member.name);
    if (definition.body.kind === "union") for (const one of shared(model, definition.body.members)) follow(one.shape);
  }
  if (module === "commands") for (const { params, result } of model.commands) {
    names.add(params);
    if (result.name !== undefined) names.add(result.name);
  }
  return module === "commands" ? names.add("ErrorInfo") : names;
};

const imports = (model: Model, module: string, text: string): string => {
  const uses: string[] = [];
  const used = (word: string): boolean => new RegExp(`\\b${word}\\b`).test(text);
  if (used("BTreeMap")) uses.push("use std::collections::BTreeMap;");
  if (text.includes("#[derive(") && used("Serialize")) uses.push("use serde::{Deserialize, Serialize};");
  const json = ["Map", "Value"].filter((word) => new RegExp(`\\b(?<!Tree)${word}\\b`).test(text));
  if (json.length > 0) uses.push(`use serde_json::{${json.join(", ")}};`);
  if (used("decode::")) uses.push("use crate::decode;");
  if (used("Exactly")) uses.push("use crate::decode::Exactly;");
  if (text.includes("patterned!(")) uses.push("use crate::pattern::{Piece, patterned};");
  const macros = ["tagged_struct", "tagged_union", "words"].filter((name) => text.includes(`${name}!(`));
  if (macros.length > 0) uses.push(`use crate::tagged::{${macros.join(", ")}};`);
  const foreign = [...referred(model, module)].filter((name) => definitionOf(model, name).module !== module).sort();
  if (foreign.length > 0) uses.push(`use super::{${foreign.join(", ")}};`);
  return uses.map((line) => `${line}\n`).join("");
};

const MODULE_DOCS: Readonly<Record<string, string>> = { commands: "Parameters and results of the commands, the trait that Core implements, and the dispatch by name." };

/** File name → text, for `protocol/rust/src/generated`. `extra` is appended to the module of that name. */
export const rustFiles = (model: Model, extra: Readonly<Record<string, string>>): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  for (const module of model.modules) {
    const items = [...model.definitions.values()].filter((definition) => definition.module === module).map((definition) => item(model, definition));
    const text = `${items.join("\n")}${extra[module] === undefined ? "" : `\n${extra[module]}`}`;
    const head = `${HEADER}//! ${MODULE_DOCS[module] ?? `Wire types of the protocol's \`${module}\`.`}\n\n`;
    files.set(`${module}.rs`, `${head}${imports(model, module, text)}\n${text}`);
  }
  const modules = model.modules.map((module) => `pub mod ${module};\n`).join("");
  const uses = model.modules.map((module) => `pub use ${module}::*;\n`).join("");
  const docs = model.modules.map((module) => module).join(", ");
  files.set("mod.rs", `${HEADER}//! The wire types, by topic: ${docs}.\n\n${modules}\n${uses}`);
  return files;
};

/** The echo that tests use: reads a JSON text as the type of that name and writes it again. Not part of the library, where nobody needs it. */
export const rustEcho = (model: Model): string => {
  const arms = [...model.definitions.keys()].map((name) => `        "${name}" => pass::<axion_protocol::${name}>(json),\n`).join("");
  return `${HEADER}
fn pass<T: serde::de::DeserializeOwned + serde::Serialize>(json: &str) -> Option<Result<String, serde_json::Error>> {
    Some(serde_json::from_str::<T>(json).and_then(|value| serde_json::to_string(&value)))
}

/// Reads \`json\` as the named type and writes it again; none if there is no such type.
pub fn echo(type_name: &str, json: &str) -> Option<Result<String, serde_json::Error>> {
    match type_name {
${arms}        _ => None,
    }
}
`;
};
