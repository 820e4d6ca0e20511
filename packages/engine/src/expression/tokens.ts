/** Cuts the text of an expression into tokens, each with its place. */
import { ExpressionError } from "./machine.ts";

export type TokenType = "number" | "text" | "name" | "sign" | "end";
export interface Token { readonly type: TokenType; readonly text: string; readonly value?: string | number; readonly at: number }

export const MAX_SOURCE = 8_000;

const signs = ["&&", "||", "==", "!=", "<=", ">=", "??", "?.", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":", "(", ")", "[", "]", "{", "}", ",", ".", "="];
const isDigit = (char: string) => char >= "0" && char <= "9";
const isNameStart = (char: string) => (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || char === "_" || char > "\u007f";
const escapes: ReadonlyMap<string, string> = new Map([["n", "\n"], ["t", "\t"], ["r", "\r"], ["\\", "\\"], ["\"", "\""], ["'", "'"]]);

const readText = (source: string, at: number): { token: Token; next: number } => {
  const quote = source[at];
  let text = "";
  for (let place = at + 1; place < source.length; place++) {
    const char = source[place] as string;
    if (char === quote) return { token: { type: "text", text: source.slice(at, place + 1), value: text, at }, next: place + 1 };
    if (char !== "\\") { text += char; continue; }
    const escaped = escapes.get(source[++place] ?? "");
    if (escaped === undefined) throw new ExpressionError("Unknown escape in a text; known are \\n \\t \\r \\\\ \\\" \\'.", place - 1);
    text += escaped;
  }
  throw new ExpressionError("This text has no closing quote.", at);
};

const readNumber = (source: string, at: number): { token: Token; next: number } => {
  let place = at;
  const digits = () => { while (isDigit(source[place] ?? "")) place++; };
  digits();
  if (source[place] === "." && isDigit(source[place + 1] ?? "")) { place++; digits(); }
  if ((source[place] === "e" || source[place] === "E") && /^[+-]?\d/.test(source.slice(place + 1, place + 3))) { place += 2; digits(); }
  const text = source.slice(at, place);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExpressionError("This number is too large.", at);
  return { token: { type: "number", text, value, at }, next: place };
};

export const tokenize = (source: string): Token[] => {
  if (source.length > MAX_SOURCE) throw new ExpressionError(`An expression may have at most ${MAX_SOURCE} characters.`, MAX_SOURCE);
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === " " || char === "\n" || char === "\t" || char === "\r") { at++; continue; }
    if (char === "\"" || char === "'") { const { token, next } = readText(source, at); tokens.push(token); at = next; continue; }
    if (isDigit(char)) { const { token, next } = readNumber(source, at); tokens.push(token); at = next; continue; }
    if (isNameStart(char)) {
      let end = at + 1;
      while (end < source.length && (isNameStart(source[end] as string) || isDigit(source[end] as string))) end++;
      tokens.push({ type: "name", text: source.slice(at, end), at });
      at = end;
      continue;
    }
    const sign = signs.find((each) => source.startsWith(each, at));
    if (sign === undefined) throw new ExpressionError(`"${String.fromCodePoint(source.codePointAt(at) ?? 63)}" does not belong in an expression.`, at);
    tokens.push({ type: "sign", text: sign, at });
    at += sign.length;
  }
  tokens.push({ type: "end", text: "the end", at: source.length });
  return tokens;
};
