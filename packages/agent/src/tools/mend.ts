/**
 * Small slips of models in the form of arguments, mended before they are written down: an optional key that is null, a number or a list given as text. Nothing is guessed: what
 * the schema would take as it is stays, and what is not plainly a slip is left for the check to refuse.
 */
import { type Json, type JsonRecord, isRecord, own } from "@axion/engine";
import { wireProblem } from "../wire.ts";

const asNumber = (text: string): number | undefined => /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
const asList = (text: string): Json | undefined => {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) && wireProblem(value, 1) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
};

const mended = (value: Json, type: Json | undefined): Json => {
  if (typeof value !== "string") return value;
  switch (type) {
    case "integer": case "number": return asNumber(value) ?? value;
    case "boolean": return value === "true" ? true : value === "false" ? false : value;
    case "array": return asList(value) ?? value;
    default: return value;
  }
};

export const mendArguments = (args: Json, schema: JsonRecord): Json => {
  const properties = own(schema, "properties");
  if (!isRecord(args) || !isRecord(properties)) return args;
  const required = own(schema, "required");
  const must = new Set(Array.isArray(required) ? required : []);
  return Object.fromEntries(Object.entries(args).flatMap(([key, value]) => {
    const shape = own(properties, key);
    const type = isRecord(shape) ? own(shape, "type") : undefined;
    // A key whose shape is open may mean null.
    if (value === null && type !== undefined && !must.has(key)) return [];
    return [[key, mended(value, type)]];
  }));
};
