/**
 * Reads an expression into closures, in one pass, by precedence. Nesting is bounded at 64 and the tree at 256, so neither
 * reading nor running can overflow the stack; a loop variable gets a fixed place, so running looks nothing up by name.
 */
import { type Json, emptyRecord, isRecord, nameOfType, own } from "../json.ts";
import { functionsByName, loops } from "./functions.ts";
import { callCode, loopCode } from "./calls.ts";
import { type Code, ExpressionError } from "./machine.ts";
import { arithmetic, boolOf, compare, contains, equal, numberOf, plus } from "./operators.ts";
import { type Token, tokenize } from "./tokens.ts";

const MAX_NESTING = 64;
const MAX_TREE = 256;

interface Part { readonly code: Code; readonly depth: number }

const binding: ReadonlyMap<string, number> = new Map([
  ["??", 1], ["||", 2], ["or", 2], ["&&", 3], ["and", 3], ["==", 4], ["!=", 4], ["<", 5], ["<=", 5], [">", 5], [">=", 5], ["in", 5],
  ["+", 6], ["-", 6], ["*", 7], ["/", 7], ["%", 7],
]);

const binary = (operator: string, a: Code, b: Code, at: number): Code => {
  switch (operator) {
    case "??": return (m) => a(m) ?? b(m);
    case "||": case "or": return (m) => boolOf(a(m), "The left side of or", at) || boolOf(b(m), "The right side of or", at);
    case "&&": case "and": return (m) => boolOf(a(m), "The left side of and", at) && boolOf(b(m), "The right side of and", at);
    case "==": return (m) => equal(a(m), b(m), m, at);
    case "!=": return (m) => !equal(a(m), b(m), m, at);
    case "<": return (m) => compare(a(m), b(m), "<", at) < 0;
    case "<=": return (m) => compare(a(m), b(m), "<=", at) <= 0;
    case ">": return (m) => compare(a(m), b(m), ">", at) > 0;
    case ">=": return (m) => compare(a(m), b(m), ">=", at) >= 0;
    case "in": return (m) => contains(b(m), a(m), m, at);
    case "+": return (m) => plus(a(m), b(m), m, at);
    default: return (m) => arithmetic(operator as "-" | "*" | "/" | "%", a(m), b(m), at);
  }
};

const member = (of: Code, key: string, at: number): Code => (m) => {
  const target = of(m);
  if (target === null) return null;
  if (isRecord(target)) return own(target, key) ?? null;
  throw new ExpressionError(`.${key} needs an object, but got ${nameOfType(target)}.`, at,
    Array.isArray(target) ? `For each item of the list: map(list, x, x.${key}).` : undefined);
};

const indexed = (of: Code, by: Code, at: number): Code => (m) => {
  const target = of(m);
  const key = by(m);
  if (target === null) return null;
  if (isRecord(target) && typeof key === "string") return own(target, key) ?? null;
  if (Array.isArray(target) || typeof target === "string") {
    const place = numberOf(key, "[…]", at);
    return (target.at(Math.trunc(place)) as Json | undefined) ?? null;
  }
  throw new ExpressionError(`[…] needs a list or an object, but got ${nameOfType(target)}.`, at);
};

export class Parser {
  private readonly tokens: readonly Token[];
  private place = 0;
  private nesting = 0;
  private readonly variables: { readonly name: string; readonly slot: number }[] = [];
  /** Places needed for loop variables. */
  slots = 0;
  /** Names that come from outside. */
  readonly names = new Set<string>();

  constructor(source: string) { this.tokens = tokenize(source); }

  whole(): Code {
    if (this.peek().type === "end") throw new ExpressionError("The expression is empty.", 0);
    const part = this.expression();
    const rest = this.peek();
    if (rest.text === "=") throw new ExpressionError("One = does not compare.", rest.at, "Write == to compare two values.");
    if (rest.type !== "end") throw new ExpressionError(`"${rest.text}" was not expected here.`, rest.at);
    return part.code;
  }

  private peek(ahead = 0): Token { return this.tokens[Math.min(this.place + ahead, this.tokens.length - 1)] as Token; }
  private next(): Token { const token = this.peek(); this.place++; return token; }
  private take(sign: string): boolean {
    const token = this.peek();
    if (token.type !== "sign" || token.text !== sign) return false;
    this.place++;
    return true;
  }
  private expect(sign: string, after: string): void {
    const token = this.peek();
    if (!this.take(sign)) throw new ExpressionError(`"${sign}" is missing ${after}; found ${token.type === "end" ? "the end" : `"${token.text}"`}.`, token.at);
  }
  private grown(code: Code, at: number, ...parts: readonly Part[]): Part {
    const depth = 1 + Math.max(0, ...parts.map((part) => part.depth));
    if (depth > MAX_TREE) throw new ExpressionError("This expression is nested too deeply.", at, "Split it over two nodes.");
    return { code, depth };
  }

  private expression(): Part {
    if (++this.nesting > MAX_NESTING) throw new ExpressionError("This expression is nested too deeply.", this.peek().at, "Split it over two nodes.");
    const test = this.operators(0);
    let result = test;
    const at = this.peek().at;
    if (this.take("?")) {
      const yes = this.expression();
      this.expect(":", "between the two results of ?");
      const no = this.expression();
      result = this.grown((m) => boolOf(test.code(m), "The condition before ?", at) ? yes.code(m) : no.code(m), at, test, yes, no);
    }
    this.nesting--;
    return result;
  }

  private operators(least: number): Part {
    let left = this.unary();
    for (;;) {
      const token = this.peek();
      const strength = token.type === "sign" || token.type === "name" ? binding.get(token.text) : undefined;
      if (strength === undefined || strength <= least) return left;
      this.place++;
      const right = this.operators(strength);
      left = this.grown(binary(token.text, left.code, right.code, token.at), token.at, left, right);
    }
  }

  private unary(): Part {
    const token = this.peek();
    const not = token.text === "!" || (token.type === "name" && token.text === "not");
    if (!not && !(token.type === "sign" && token.text === "-")) return this.postfix();
    this.place++;
    if (++this.nesting > MAX_NESTING) throw new ExpressionError("This expression is nested too deeply.", token.at);
    const of = this.unary();
    this.nesting--;
    return not
      ? this.grown((m) => !boolOf(of.code(m), "not", token.at), token.at, of)
      : this.grown((m) => -numberOf(of.code(m), "-", token.at), token.at, of);
  }

  private postfix(): Part {
    let part = this.primary();
    for (;;) {
      const at = this.peek().at;
      if (this.take(".") || this.take("?.")) {
        const name = this.next();
        if (name.type !== "name") throw new ExpressionError("A name is missing after the point.", name.at);
        part = this.take("(") ? this.call(name, part) : this.grown(member(part.code, name.text, name.at), at, part);
      } else if (this.take("[")) {
        const by = this.expression();
        this.expect("]", "after the place");
        part = this.grown(indexed(part.code, by.code, at), at, part, by);
      } else return part;
    }
  }

  private primary(): Part {
    const token = this.next();
    if (token.type === "number" || token.type === "text") { const value = token.value as Json; return { code: () => value, depth: 1 }; }
    if (token.type === "name") return this.name(token);
    if (token.text === "(") { const inner = this.expression(); this.expect(")", "to close the bracket"); return inner; }
    if (token.text === "[") return this.list(token.at);
    if (token.text === "{") return this.record(token.at);
    throw new ExpressionError(token.type === "end" ? "Something is missing at the end." : `"${token.text}" was not expected here.`, token.at);
  }

  private name(token: Token): Part {
    switch (token.text) {
      case "true": return { code: () => true, depth: 1 };
      case "false": return { code: () => false, depth: 1 };
      case "null": return { code: () => null, depth: 1 };
    }
    if (this.take("(")) return this.call(token, undefined);
    const { text: name, at } = token;
    const variable = this.variables.findLast((each) => each.name === name);
    if (variable !== undefined) { const slot = variable.slot; return { code: (m) => m.locals[slot] as Json, depth: 1 }; }
    this.names.add(name);
    return {
      depth: 1,
      code: (m) => {
        const found = m.scope.find(name);
        if (found !== undefined) return found;
        const known = m.scope.known().slice(0, 12).join(", ");
        throw new ExpressionError(`There is no "${name.slice(0, 60)}" here. Known: ${known}.`, at);
      },
    };
  }

  private list(at: number): Part {
    const items: Part[] = [];
    while (!this.take("]")) {
      if (items.length > 0) this.expect(",", "between two items");
      items.push(this.expression());
    }
    const codes = items.map((item) => item.code);
    return this.grown((m) => codes.map((code) => code(m)), at, ...items);
  }

  private record(at: number): Part {
    const keys: string[] = [];
    const values: Part[] = [];
    while (!this.take("}")) {
      if (keys.length > 0) this.expect(",", "between two fields");
      const key = this.next();
      if (key.type !== "name" && key.type !== "text") throw new ExpressionError("A field name is missing.", key.at);
      keys.push(key.type === "text" ? String(key.value) : key.text);
      this.expect(":", "after the field name");
      values.push(this.expression());
    }
    const codes = values.map((value) => value.code);
    return this.grown((m) => {
      const record = emptyRecord();
      for (let index = 0; index < keys.length; index++) record[keys[index] as string] = (codes[index] as Code)(m);
      return record;
    }, at, ...values);
  }

  /** A call, its bracket already taken. `receiver` is what stands before the point. */
  private call(name: Token, receiver: Part | undefined): Part {
    if (loops.has(name.text)) return this.loop(name, receiver);
    const known = functionsByName.get(name.text);
    if (known === undefined) {
      throw new ExpressionError(`There is no function "${name.text.slice(0, 60)}".`, name.at,
        name.text === "matches" ? "Patterns are written with like(text, \"a*\")." : undefined);
    }
    const args: Part[] = receiver === undefined ? [] : [receiver];
    while (!this.take(")")) {
      if (args.length > (receiver === undefined ? 0 : 1)) this.expect(",", "between two arguments");
      args.push(this.expression());
    }
    if (args.length < known.least || args.length > known.most) {
      throw new ExpressionError(`${name.text}(${known.parameters}) was given ${args.length} ${args.length === 1 ? "argument" : "arguments"}.`, name.at);
    }
    return this.grown(callCode(known, args.map((arg) => arg.code), name.at), name.at, ...args);
  }

  private loop(name: Token, receiver: Part | undefined): Part {
    let list = receiver;
    if (list === undefined) { list = this.expression(); this.expect(",", "after the list"); }
    const bound: string[] = [];
    // One name, or two: the item and its place.
    do {
      const variable = this.next();
      if (variable.type !== "name") throw new ExpressionError(`${name.text}(list, x, …) needs a name for the item.`, variable.at);
      bound.push(variable.text);
      this.expect(",", "after the name of the item");
    } while (bound.length < 2 && this.peek().type === "name" && this.peek(1).text === "," );
    const first = this.slots;
    this.slots += bound.length;
    for (const [index, variable] of bound.entries()) this.variables.push({ name: variable, slot: first + index });
    const body = this.expression();
    this.expect(")", `to close ${name.text}`);
    this.variables.length -= bound.length;
    return this.grown(loopCode(name.text, list.code, first, bound.length === 2, body.code, name.at), name.at, list, body);
  }
}
