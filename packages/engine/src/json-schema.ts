/**
 * JSON Schema without surprises: a bounded subset around @cfworker/json-schema (which needs no `eval`).
 * Refused before anything runs: references to other documents, recursive ones, and patterns that can blow up.
 */
import { type Schema as CfSchema, Validator } from "@cfworker/json-schema";
import { StepFailure } from "./failure.ts";
import { type Json, isRecord, own } from "./json.ts";
import { schemaWords } from "./schema-words.ts";

export interface SchemaError { readonly path: string; readonly message: string }
export type SchemaCheck = (value: Json) => readonly (SchemaError & { readonly [key: string]: Json })[];

const MAX_NODES = 2_000;
const MAX_WEIGHT = 20_000;
const MAX_ERRORS = 20;
const MAX_PATTERN = 200;
/** With patterns, formats or uniqueItems in play, longer texts and lists are refused, because their cost is quadratic. */
const MAX_TEXT = 10_000;
const MAX_LIST = 2_000;
const MAX_DEPTH = 200;

/** Why a regular expression might take for ever, or undefined. At most quadratic ones pass. */
export const patternProblem = (pattern: string): string | undefined => {
  if (pattern.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  try {
    new RegExp(pattern, "u");
  } catch {
    return "is not a regular expression";
  }
  let unbounded = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === "\\") {
      if (/[1-9k]/.test(pattern[at + 1] ?? "")) return "refers back to a group";
      at++;
    } else if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(" && /^\(\?(=|!|<=|<!)/.test(pattern.slice(at, at + 4))) return "looks ahead or behind";
    else if (char === "*" || char === "+" || char === "{") {
      const bounded = char === "{" ? /^\{(\d+)(?:,(\d+))?\}/.exec(pattern.slice(at)) : null;
      const most = bounded === null ? Number.POSITIVE_INFINITY : Number(bounded[2] ?? bounded[1]);
      if (pattern[at - 1] === ")" && most > 1) return "repeats a group";
      if (bounded === null || (bounded[2] !== undefined && most > 20)) unbounded++;
    }
  }
  return unbounded > (pattern.startsWith("^") && !pattern.includes("|") ? 2 : 1) ? "repeats in too many places" : undefined;
};

interface Root { nodes: number; readonly refs: string[] }

/** Counts schema nodes for the main schema and each definition, without recursion; a string is the reason for a refusal. */
const survey = (schema: Json): { readonly roots: Map<string, Root>; readonly costly: boolean } | string => {
  const roots = new Map<string, Root>([["#", { nodes: 0, refs: [] }]]);
  const pending: { value: Json; root: string; path: string }[] = [{ value: schema, root: "#", path: "#" }];
  let total = 0;
  let costly = false;
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    if (++total > MAX_NODES) return `A schema may have at most ${MAX_NODES} parts.`;
    const { value, path } = each;
    const isDefinition = /^#\/(\$defs|definitions)\/[^/]+$/.test(path);
    const root = isDefinition ? path : each.root;
    if (isDefinition) roots.set(path, { nodes: 0, refs: [] });
    const home = roots.get(root) as Root;
    home.nodes++;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) if (typeof item === "object") pending.push({ value: item as Json, root, path: `${path}/${index}` });
    } else if (isRecord(value)) {
      for (const key of ["$dynamicRef", "$recursiveRef", "$id", "$anchor"]) if (own(value, key) !== undefined) return `${key} is not supported.`;
      const reference = own(value, "$ref");
      if (typeof reference === "string") {
        if (!/^#\/(\$defs|definitions)\/[^/]+$/.test(reference)) return `"$ref": "${reference.slice(0, 60)}" does not point to #/$defs/NAME.`;
        home.refs.push(reference);
      }
      const pattern = own(value, "pattern");
      const patterns = [...(typeof pattern === "string" ? [pattern] : []), ...Object.keys(isRecord(own(value, "patternProperties")) ? (own(value, "patternProperties") as object) : {})];
      for (const text of patterns) {
        const problem = patternProblem(text);
        if (problem !== undefined) return `The pattern ${JSON.stringify(text.slice(0, 60))} ${problem}.`;
      }
      costly ||= patterns.length > 0 || own(value, "uniqueItems") === true || own(value, "format") !== undefined;
      for (const [key, item] of Object.entries(value)) if (typeof item === "object" && item !== null && key !== "enum" && key !== "const" && key !== "examples" && key !== "default") pending.push({ value: item, root, path: `${path}/${key}` });
    }
  }
  return { roots, costly };
};

/** What a check costs with all references opened; undefined if they go round in a circle or to nowhere. */
const weightOf = (roots: Map<string, Root>): number | undefined => {
  const weights = new Map<string, number>();
  for (let round = 0; round <= roots.size; round++) {
    for (const [path, root] of roots) {
      if (weights.has(path) || !root.refs.every((reference) => weights.has(reference))) continue;
      weights.set(path, Math.min(root.refs.reduce((sum, reference) => sum + (weights.get(reference) as number), root.nodes), 1e9));
    }
  }
  return weights.get("#");
};

const measure = (value: Json): { depth: number; text: number; list: number } => {
  const found = { depth: 0, text: 0, list: 0 };
  let level: Json[] = [value];
  while (level.length > 0 && found.depth <= MAX_DEPTH) {
    const next: Json[] = [];
    for (const each of level) {
      if (typeof each === "string") found.text = Math.max(found.text, each.length);
      else if (Array.isArray(each)) {
        found.list = Math.max(found.list, each.length);
        for (const item of each) next.push(item as Json);
      } else if (isRecord(each)) for (const item of Object.values(each)) next.push(item);
    }
    found.depth++;
    level = next;
  }
  return found;
};

export const readSchema = (schema: Json): { readonly check: SchemaCheck } | { readonly problem: string } => {
  if (typeof schema !== "boolean" && !isRecord(schema)) return { problem: "A JSON Schema is an object." };
  const read = survey(schema);
  if (typeof read === "string") return { problem: read };
  const weight = weightOf(read.roots);
  if (weight === undefined) return { problem: "A $ref of the schema goes round in a circle, or to a definition that is not there." };
  if (weight > MAX_WEIGHT) return { problem: "With its references opened, the schema is too large." };
  let validator: Validator;
  try {
    validator = new Validator(schema as CfSchema | boolean, "2020-12", false);
  } catch (thrown) {
    return { problem: `This schema cannot be used: ${thrown instanceof Error ? thrown.message : "unknown reason"}` };
  }
  return {
    check: (value) => {
      const size = measure(value);
      if (size.depth > MAX_DEPTH) throw new StepFailure("value_too_deep", `The value is nested more than ${MAX_DEPTH} levels deep.`);
      if (read.costly && (size.text > MAX_TEXT || size.list > MAX_LIST)) {
        throw new StepFailure("too_large", `A schema with pattern, format or uniqueItems checks texts of at most ${MAX_TEXT} characters and lists of at most ${MAX_LIST} items.`);
      }
      const result = validator.validate(value);
      if (result.valid) return [];
      // A branch that fails because of a part of it says nothing new: keep the innermost errors.
      const units = result.errors.slice(0, 1000);
      const leaves = units.filter((unit) => !units.some((other) => other.keywordLocation.startsWith(`${unit.keywordLocation}/`) && other !== unit));
      return (leaves.length > 0 ? leaves : units).slice(0, MAX_ERRORS)
        .map((unit) => ({ path: unit.instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".") || "value", message: schemaWords(unit.keyword, unit.error) }));
    },
  };
};
