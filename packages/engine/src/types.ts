/**
 * Value types of ports: which output fits which input, and the words for a refusal.
 * A table is a list of objects; `any` fits everything, in both directions and also as a list.
 */
export const typeNames = ["text", "number", "bool", "object", "file", "table", "any", "error"] as const;
export type TypeName = (typeof typeNames)[number];
export interface PortType { readonly type: TypeName; readonly list?: boolean }

const words: Record<TypeName, readonly [one: string, many: string]> = {
  text: ["text", "texts"], number: ["a number", "numbers"], bool: ["true or false", "true-or-false values"],
  object: ["an object", "objects"], file: ["a file", "files"], table: ["a table", "tables"],
  any: ["any value", "values"], error: ["an error", "errors"],
};

export const describeType = (port: PortType): string =>
  port.list === true ? `a list of ${words[port.type][1]}` : words[port.type][0];

/** A node that would make a refused connection work, placed between the two ports. */
export interface Conversion {
  readonly kind: string;
  readonly config: { readonly [key: string]: string | boolean };
  readonly inPort: string;
  readonly outPort: string;
  readonly label: string;
}
export type Fit = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly conversion?: Conversion };

const fits: Fit = { ok: true };
// A table and a list of objects are the same value; an error is an object with a code and a message; a file is an object too.
const rowsLike = (port: PortType) => port.type === "table" ? port.list !== true : port.type === "object" && port.list === true;
const objectLike = new Set<TypeName>(["object", "error", "file"]);

const conversionFor = (from: PortType, to: PortType): Conversion | undefined => {
  if (to.list === true && from.list !== true && from.type === to.type) {
    return { kind: "map", config: { expression: "[value]" }, inPort: "value", outPort: "value", label: "Put it in a list" };
  }
  if (from.type === "file" && from.list !== true && to.type === "text" && to.list !== true) {
    return { kind: "file.read", config: {}, inPort: "file", outPort: "text", label: "Read the file" };
  }
  if (to.list === true) return undefined;
  if (to.type === "text") {
    return from.type === "number" || from.type === "bool"
      ? { kind: "map", config: { expression: "text(value)" }, inPort: "value", outPort: "value", label: "Turn it into text" }
      : { kind: "format", config: { as: "json" }, inPort: "value", outPort: "text", label: "Format it as JSON" };
  }
  if (from.type === "text" && from.list !== true) {
    if (to.type === "number") return { kind: "map", config: { expression: "number(value)" }, inPort: "value", outPort: "value", label: "Read it as a number" };
    if (to.type === "table") return { kind: "parse", config: { as: "csv" }, inPort: "text", outPort: "value", label: "Read it as CSV" };
    if (to.type === "object") return { kind: "parse", config: { as: "json" }, inPort: "text", outPort: "value", label: "Read it as JSON" };
  }
  return undefined;
};

/** Does a value of the output's type belong in the input? */
export const fit = (from: PortType, to: PortType): Fit => {
  if (from.type === "any" || to.type === "any") {
    // One known single value can never be a list.
    if (to.list === true && from.list !== true && from.type !== "any" && from.type !== "table") {
      const conversion = conversionFor(from, { ...from, list: true });
      return { ok: false, reason: `This input takes ${describeType(to)}, the output gives ${describeType(from)}.`, ...(conversion && { conversion }) };
    }
    return fits;
  }
  if (rowsLike(from) && rowsLike(to)) return fits;
  if ((from.list === true) === (to.list === true)) {
    if (from.type === to.type) return fits;
    if (to.type === "object" && objectLike.has(from.type)) return fits;
  }
  const conversion = conversionFor(from, to);
  return { ok: false, reason: `This input takes ${describeType(to)}, the output gives ${describeType(from)}.`, ...(conversion && { conversion }) };
};
