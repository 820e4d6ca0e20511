/** Arithmetic, comparison and text of the expression language, on plain JSON values. No operator gives NaN or infinity. */
import { type Json, isRecord, nameOfType, own, showValue } from "../json.ts";
import { ExpressionError, MAX_TEXT, type Machine } from "./machine.ts";

/** How a value reads in a text. Fractions lose the noise of binary arithmetic (0.1 + 0.2 reads 0.3). */
export const toText = (value: Json): string => {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
  return typeof value === "boolean" ? String(value) : JSON.stringify(value);
};

export const numberOf = (value: Json, what: string, at: number): number => {
  if (typeof value === "number") return value;
  const hint = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
    ? `${showValue(value, 30)} is text. Write number(…) around it.`
    : value === null ? "It is empty here. Give it a default: (… ?? 0)." : undefined;
  throw new ExpressionError(`${what} needs a number, but got ${nameOfType(value)}.`, at, hint);
};

export const boolOf = (value: Json, what: string, at: number): boolean => {
  if (typeof value === "boolean") return value;
  throw new ExpressionError(`${what} needs true or false, but got ${nameOfType(value)}.`, at,
    value === null ? "It is empty here. Compare it (… == null) or give it a default (… ?? false)." : "Compare it with something, for example … == 1.");
};

export const finite = (value: number, at: number): number => {
  if (Number.isFinite(value)) return value;
  throw new ExpressionError("The result is too large to be a number.", at);
};

export const checkedText = (text: string, machine: Machine, at: number): string => {
  machine.charge(text.length >> 5, at);
  if (text.length > MAX_TEXT) throw new ExpressionError("The text would be longer than 16 million characters.", at, undefined, "value_too_large");
  return text;
};

export const plus = (left: Json, right: Json, machine: Machine, at: number): Json => {
  if (typeof left === "number" && typeof right === "number") return finite(left + right, at);
  if (typeof left === "string" || typeof right === "string") return checkedText(toText(left) + toText(right), machine, at);
  if (Array.isArray(left) && Array.isArray(right)) {
    machine.charge(left.length + right.length, at);
    return [...left, ...right] as Json[];
  }
  return finite(numberOf(left, "The left side of +", at) + numberOf(right, "The right side of +", at), at);
};

export const arithmetic = (operator: "-" | "*" | "/" | "%", left: Json, right: Json, at: number): number => {
  const a = typeof left === "number" ? left : numberOf(left, `The left side of ${operator}`, at);
  const b = typeof right === "number" ? right : numberOf(right, `The right side of ${operator}`, at);
  switch (operator) {
    case "-": return finite(a - b, at);
    case "*": return finite(a * b, at);
    default:
      if (b === 0) throw new ExpressionError("Division by zero.", at, "Check the divisor first: b == 0 ? 0 : a / b.");
      return finite(operator === "/" ? a / b : a % b, at);
  }
};

/** Negative, zero or positive; refuses what has no order. */
export const compare = (left: Json, right: Json, operator: string, at: number): number => {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === "string" || typeof right === "string") {
    const [text, other] = typeof left === "string" ? [left, right] : [right as string, left];
    throw new ExpressionError(`${operator} cannot compare ${nameOfType(left)} with ${nameOfType(right)}.`, at,
      typeof other === "number" && Number.isFinite(Number(text)) ? "Write number(…) around the text." : undefined);
  }
  return numberOf(left, `The left side of ${operator}`, at) - numberOf(right, `The right side of ${operator}`, at);
};

/** Equality of whole values, with a list of what is still to be compared instead of recursion. */
export const equal = (left: Json, right: Json, machine: Machine, at: number): boolean => {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  const pending: [Json, Json][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    machine.charge(1, at);
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false;
      for (let index = 0; index < a.length; index++) pending.push([a[index] as Json, b[index] as Json]);
    } else if (isRecord(a)) {
      if (!isRecord(b)) return false;
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        const other = own(b, key);
        if (other === undefined) return false;
        pending.push([a[key] as Json, other]);
      }
    } else return false;
  }
  return true;
};

export const contains = (container: Json, item: Json, machine: Machine, at: number): boolean => {
  if (Array.isArray(container)) {
    machine.charge(container.length, at);
    return container.some((each: Json) => equal(each, item, machine, at));
  }
  if (typeof container === "string") {
    machine.charge(container.length >> 5, at);
    return container.includes(toText(item));
  }
  if (isRecord(container)) return typeof item === "string" && own(container, item) !== undefined;
  throw new ExpressionError(`"in" looks in a list, a text or an object, but got ${nameOfType(container)}.`, at);
};
