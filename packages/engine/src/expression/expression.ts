/**
 * The expression language: a small total language over JSON values, without `eval`, regular expressions or access to
 * anything but the names it is given. Why not CEL: docs/decisions/0003-expressions.md.
 */
import { FieldProblem } from "../failure.ts";
import type { Json } from "../json.ts";
import { type Code, ExpressionError, Machine, STEP_BUDGET, Scope } from "./machine.ts";
import { Parser } from "./parse.ts";

export { ExpressionError, Scope };

export interface Expression {
  readonly source: string;
  /** Names that it takes from outside. */
  readonly names: ReadonlySet<string>;
  evaluate(scope: Scope): Json;
}

export const place = (source: string, offset: number): { line: number; column: number } => {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

/** `at 7` in a line, `line 2, at 7` in a longer text, so that a person finds the spot. */
const located = (source: string, thrown: ExpressionError): ExpressionError => {
  // The words of fail(…) are the person's own and need no place.
  if (thrown.code === "refused") return thrown;
  const { line, column } = place(source, thrown.offset);
  const where = source.includes("\n") ? `line ${line}, character ${column}` : `character ${column}`;
  return new ExpressionError(`${thrown.message} (${where})`, thrown.offset, thrown.hint, thrown.code);
};

const guarded = <T>(source: string, work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    throw thrown instanceof ExpressionError ? located(source, thrown) : thrown;
  }
};

export const parseExpression = (source: string): Expression => {
  const parser = guarded(source, () => { const read = new Parser(source); return { code: read.whole(), slots: read.slots, names: read.names }; });
  const code: Code = parser.code;
  return {
    source,
    names: parser.names,
    evaluate: (scope) => {
      try {
        return code(new Machine(scope, parser.slots, STEP_BUDGET));
      } catch (thrown) {
        throw thrown instanceof ExpressionError ? located(source, thrown) : thrown;
      }
    },
  };
};

/** Reads the expression of a config field; a mistake is a problem of that field. */
export const expressionAt = (field: string, source: string): Expression => {
  try {
    return parseExpression(source);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) throw new FieldProblem(field, thrown.message, thrown.hint);
    throw thrown;
  }
};

/** The value of a condition; anything but true or false is a mistake, said so. */
export const truthOf = (expression: Expression, scope: Scope): boolean => {
  const value = expression.evaluate(scope);
  if (typeof value === "boolean") return value;
  throw new ExpressionError(`The condition "${expression.source.slice(0, 80)}" gives ${value === null ? "nothing" : typeof value === "number" ? "a number" : typeof value === "string" ? "text" : "a list or an object"}; it must be true or false.`, 0,
    "Compare it with something, for example … == 1.");
};
