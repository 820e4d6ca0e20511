/**
 * The functions of the expression language. Each is total and linear in its arguments; there is no regular expression
 * on purpose (`like` has `*` and `?` and cannot blow up). `x.f(y)` is the same as `f(x, y)`.
 */
import { type Json, emptyRecord, isRecord, nameOfType } from "../json.ts";
import { like } from "../pattern.ts";
import { ExpressionError, type Machine } from "./machine.ts";
import { boolOf, checkedText, compare, contains, equal, finite, numberOf, toText } from "./operators.ts";

export interface ExpressionFunction {
  readonly name: string;
  readonly parameters: string;
  readonly help: string;
  readonly least: number;
  readonly most: number;
  run(args: readonly Json[], machine: Machine, at: number): Json;
}

const textOf = (value: Json | undefined, what: string, at: number): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return toText(value);
  throw new ExpressionError(`${what} needs text, but got ${nameOfType(value)}.`, at);
};
const listOf = (value: Json | undefined, what: string, machine: Machine, at: number): readonly Json[] => {
  if (!Array.isArray(value)) throw new ExpressionError(`${what} needs a list, but got ${nameOfType(value)}.`, at);
  machine.charge(value.length, at);
  return value as readonly Json[];
};
const recordOf = (value: Json | undefined, what: string, at: number) => {
  if (!isRecord(value as Json)) throw new ExpressionError(`${what} needs an object, but got ${nameOfType(value)}.`, at);
  return value as { readonly [key: string]: Json };
};
const whole = (value: Json | undefined, fallback: number, what: string, at: number): number =>
  value === undefined ? fallback : Math.trunc(numberOf(value, what, at));

const define = (
  name: string, parameters: string, help: string, run: (args: readonly Json[], machine: Machine, at: number) => Json,
): ExpressionFunction => {
  const names = parameters === "" ? [] : parameters.split(", ");
  const many = names.some((each) => each.startsWith("…"));
  return { name, parameters, help, least: names.filter((each) => !each.endsWith("?") && !each.startsWith("…")).length, most: many ? 64 : names.length, run };
};
const numeric = (name: string, help: string, of: (value: number) => number) =>
  define(name, "number", help, ([value], _machine, at) => finite(of(numberOf(value as Json, name, at)), at));
const textual = (name: string, help: string, of: (value: string) => string) =>
  define(name, "text", help, ([value], machine, at) => checkedText(of(textOf(value, name, at)), machine, at));
/** `min` and `max` take numbers or one list. */
const extreme = (name: string, help: string, sign: number) =>
  define(name, "…values", help, (args, machine, at) => {
    const values = args.length === 1 && Array.isArray(args[0]) ? listOf(args[0], name, machine, at) : args;
    let best: Json = null;
    for (const value of values) if (best === null || compare(value, best, name, at) * sign > 0) best = value;
    return best;
  });
const rounded = (value: number, digits: number): number => {
  const scale = 10 ** Math.min(Math.max(digits, -12), 12);
  // Away from zero on both sides; the nudge undoes binary noise, so that 1.005 rounds to 1.01 as a person expects.
  return Math.sign(value) * Math.round(Math.abs(value) * (1 + Number.EPSILON) * scale) / scale;
};
const add = (values: readonly Json[], what: string, at: number) =>
  values.reduce((sum: number, value) => sum + numberOf(value, what, at), 0);

export const functions: readonly ExpressionFunction[] = [
  define("size", "value", "How many items, characters or keys.", ([value], _machine, at) => {
    if (typeof value === "string" || Array.isArray(value)) return value.length;
    return Object.keys(recordOf(value, "size", at)).length;
  }),
  define("text", "value", "The value as text.", ([value], machine, at) => checkedText(toText(value as Json), machine, at)),
  define("number", "value, otherwise?", "Text as a number; if it is none, the other value, or a failure without one.", ([value, otherwise], _machine, at) => {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    const text = typeof value === "string" ? value.trim() : "";
    const parsed = Number(text);
    if ((text === "" || !Number.isFinite(parsed)) && otherwise !== undefined) return otherwise;
    if (text === "" || !Number.isFinite(parsed)) throw new ExpressionError(`number cannot read ${nameOfType(value) === "text" ? JSON.stringify(text.slice(0, 40)) : nameOfType(value)}.`, at);
    return parsed;
  }),
  define("isNumber", "value", "True if it is a number, or text that reads as one.", ([value]) =>
    typeof value === "number" || (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))),
  define("round", "number, digits?", "Rounded to so many digits after the point.", ([value, digits], _machine, at) =>
    finite(rounded(numberOf(value as Json, "round", at), whole(digits, 0, "digits", at)), at)),
  define("fixed", "number, digits?", "As text with exactly so many digits after the point.", ([value, digits], _machine, at) => {
    const places = Math.min(Math.max(whole(digits, 2, "digits", at), 0), 12);
    return rounded(numberOf(value as Json, "fixed", at), places).toFixed(places);
  }),
  numeric("floor", "The next whole number down.", Math.floor),
  numeric("ceil", "The next whole number up.", Math.ceil),
  numeric("abs", "Without its sign.", Math.abs),
  extreme("min", "The smallest of numbers or of a list.", -1),
  extreme("max", "The largest of numbers or of a list.", 1),
  define("sum", "list", "All numbers of a list together.", ([list], machine, at) => finite(add(listOf(list, "sum", machine, at), "sum", at), at)),
  define("avg", "list", "The mean of a list of numbers; empty for an empty list.", ([list], machine, at) => {
    const values = listOf(list, "avg", machine, at);
    return values.length === 0 ? null : finite(add(values, "avg", at) / values.length, at);
  }),
  textual("upper", "In capitals.", (text) => text.toUpperCase()),
  textual("lower", "In small letters.", (text) => text.toLowerCase()),
  textual("trim", "Without space at both ends.", (text) => text.trim()),
  define("contains", "value, item", "True if a list has the item, or a text the part.", ([value, item], machine, at) => contains(value as Json, item as Json, machine, at)),
  define("startsWith", "text, part", "True if the text begins so.", ([text, part], _machine, at) => textOf(text, "startsWith", at).startsWith(textOf(part, "startsWith", at))),
  define("endsWith", "text, part", "True if the text ends so.", ([text, part], _machine, at) => textOf(text, "endsWith", at).endsWith(textOf(part, "endsWith", at))),
  define("like", "text, pattern", "True if the text fits a pattern with * and ?.", ([text, pattern], machine, at) => {
    const [a, b] = [textOf(text, "like", at), textOf(pattern, "like", at)];
    machine.charge((a.length * (b.length + 1)) >> 3, at);
    return like(a, b);
  }),
  define("after", "text, mark", "What follows the first mark; nothing if it is not there.", ([text, mark], _machine, at) => {
    const [whole_, sign] = [textOf(text, "after", at), textOf(mark, "after", at)];
    const place = whole_.indexOf(sign);
    return place < 0 ? "" : whole_.slice(place + sign.length);
  }),
  define("before", "text, mark", "What comes before the first mark; everything if it is not there.", ([text, mark], _machine, at) => {
    const [whole_, sign] = [textOf(text, "before", at), textOf(mark, "before", at)];
    const place = whole_.indexOf(sign);
    return place < 0 ? whole_ : whole_.slice(0, place);
  }),
  define("replace", "text, part, by", "Each occurrence of a part replaced.", ([text, part, by], machine, at) => {
    const [whole_, from, to] = [textOf(text, "replace", at), textOf(part, "replace", at), textOf(by, "replace", at)];
    if (from === "") return whole_;
    machine.charge(whole_.length >> 3, at);
    const pieces = whole_.split(from);
    machine.charge((whole_.length + (pieces.length - 1) * to.length) >> 5, at);
    return checkedText(pieces.join(to), machine, at);
  }),
  define("split", "text, by", "A text cut into a list.", ([text, by], machine, at) => {
    const source = textOf(text, "split", at);
    machine.charge(source.length, at);
    return source.split(textOf(by, "split", at));
  }),
  define("join", "list, between?", "A list put together as one text.", ([list, between], machine, at) => {
    const parts = listOf(list, "join", machine, at).map(toText);
    const glue = between === undefined ? ", " : textOf(between, "join", at);
    machine.charge(parts.reduce((total, part) => total + part.length + glue.length, 0) >> 5, at);
    return checkedText(parts.join(glue), machine, at);
  }),
  define("slice", "value, from, to?", "A part of a text or a list; places count from 0, negative from the end.", ([value, from, to], machine, at) => {
    const [start, end] = [whole(from, 0, "from", at), to === undefined ? undefined : whole(to, 0, "to", at)];
    if (typeof value === "string") return value.slice(start, end);
    return listOf(value, "slice", machine, at).slice(start, end);
  }),
  define("padStart", "text, width, with?", "Filled up on the left.", ([text, width, filler], machine, at) =>
    checkedText(textOf(text, "padStart", at).padStart(Math.min(whole(width, 0, "width", at), 10_000), filler === undefined ? " " : textOf(filler, "padStart", at)), machine, at)),
  define("first", "list", "The first item; empty for an empty list.", ([list], machine, at) => listOf(list, "first", machine, at)[0] ?? null),
  define("last", "list", "The last item; empty for an empty list.", ([list], machine, at) => listOf(list, "last", machine, at).at(-1) ?? null),
  define("reverse", "list", "In the opposite order.", ([list], machine, at) => [...listOf(list, "reverse", machine, at)].reverse()),
  define("sort", "list", "From small to large.", ([list], machine, at) => {
    const values = [...listOf(list, "sort", machine, at)];
    machine.charge(values.length * 8, at);
    return values.sort((a, b) => compare(a, b, "sort", at));
  }),
  define("unique", "list", "Each item once.", ([list], machine, at) => {
    const seen = new Set<string>();
    return listOf(list, "unique", machine, at).filter((item) => {
      const key = JSON.stringify(item);
      machine.charge(key.length >> 5, at);
      return !seen.has(key) && seen.add(key) !== undefined;
    });
  }),
  define("flatten", "list", "Lists in the list opened by one level.", ([list], machine, at) => {
    const flat: Json[] = [];
    for (const item of listOf(list, "flatten", machine, at)) {
      if (Array.isArray(item)) for (const inner of listOf(item, "flatten", machine, at)) flat.push(inner);
      else flat.push(item);
    }
    return flat;
  }),
  define("range", "from, to", "The whole numbers from one to the other, both included.", ([from, to], machine, at) => {
    const [first, last] = [whole(from, 0, "from", at), whole(to, 0, "to", at)];
    machine.charge(Math.max(0, last - first), at);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  }),
  define("keys", "object", "The names of its fields.", ([value], _machine, at) => Object.keys(recordOf(value, "keys", at))),
  define("values", "object", "The values of its fields.", ([value], _machine, at) => Object.values(recordOf(value, "values", at))),
  define("merge", "object, …more", "Fields of all objects; later ones win.", (args, machine, at) => {
    const merged = emptyRecord();
    for (const arg of args) for (const [key, value] of Object.entries(recordOf(arg, "merge", at))) {
      machine.charge(1, at);
      merged[key] = value;
    }
    return merged;
  }),
  define("isEmpty", "value", "True for empty, an empty text, an empty list.", ([value]) =>
    value === null || value === "" || (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0)),
  define("fail", "message", "Ends the step with this message.", ([message], _machine, at) => {
    throw new ExpressionError(toText(message as Json).slice(0, 400) || "The expression says that this fails.", at, undefined, "refused");
  }),
  define("same", "a, b", "True if both values are equal throughout.", ([a, b], machine, at) => equal(a as Json, b as Json, machine, at)),
  define("json", "value", "The value as JSON text.", ([value], machine, at) => checkedText(JSON.stringify(value), machine, at)),
];

export const functionsByName: ReadonlyMap<string, ExpressionFunction> = new Map(functions.map((each) => [each.name, each]));

/** Loops over a list: `list.filter(x, x > 1)`. The variable is the second argument; a third name takes the place from 0. */
export const loops: ReadonlyMap<string, string> = new Map([
  ["map", "Each item made into another."], ["filter", "The items for which the condition is true."],
  ["all", "True if the condition is true for each item."], ["exists", "True if it is true for one item."],
  ["count", "For how many items the condition is true."], ["sortBy", "The list in the order of a value of each item."],
]);

export const condition = (value: Json, at: number): boolean => boolOf(value, "The condition", at);
