/** Text with `{{ expression }}` in it. `{{{ … }}}` puts a value in as it is where the template escapes for HTML. */
import { FieldProblem, StepFailure } from "../failure.ts";
import { type Expression, ExpressionError, type Scope, parseExpression, place } from "./expression.ts";
import { MAX_TEXT } from "./machine.ts";
import { toText } from "./operators.ts";

export interface Template { render(scope: Scope): string; readonly names: ReadonlySet<string> }

const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;" };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => marks[mark] as string);

type Piece = string | { readonly expression: Expression; readonly raw: boolean };

const closing = (source: string, from: number, close: string): number => {
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const char = source[at] as string;
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === "\"" || char === "'") quote = char;
    else if (source.startsWith(close, at)) return at;
  }
  return -1;
};

export const parseTemplate = (source: string, html = false): Template => {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  for (let at = 0; at < source.length;) {
    const open = source.indexOf("{{", at);
    if (open === -1) { pieces.push(source.slice(at)); break; }
    if (open > at) pieces.push(source.slice(at, open));
    const raw = source[open + 2] === "{";
    const [start, close] = raw ? [open + 3, "}}}"] : [open + 2, "}}"];
    const end = closing(source, start, close);
    if (end === -1) throw new ExpressionError(`{{ in line ${place(source, open).line} is not closed.`, open);
    const text = source.slice(start, end);
    try {
      const expression = parseExpression(text);
      for (const name of expression.names) names.add(name);
      pieces.push({ expression, raw });
    } catch (thrown) {
      if (!(thrown instanceof ExpressionError)) throw thrown;
      throw new ExpressionError(`Line ${place(source, start).line}, {{${text.slice(0, 60)}}}: ${thrown.message}`, start + thrown.offset, thrown.hint);
    }
    at = end + close.length;
  }
  return {
    names,
    render: (scope) => {
      let text = "";
      for (const piece of pieces) {
        if (typeof piece === "string") text += piece;
        else {
          const value = toText(piece.expression.evaluate(scope));
          text += html && !piece.raw ? escapeHtml(value) : value;
        }
        if (text.length > MAX_TEXT) throw new StepFailure("value_too_large", "The text would be longer than 16 million characters.");
      }
      return text;
    },
  };
};

export const templateAt = (field: string, source: string, html = false): Template => {
  try {
    return parseTemplate(source, html);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) throw new FieldProblem(field, thrown.message, thrown.hint);
    throw thrown;
  }
};
