/**
 * The closed set of shapes that may cross a border, each with a name.
 *
 * Every wire type is built with these functions and nothing else, so that the emitter (tools/protocol) knows each
 * shape that it can meet and refuses any other with its path. No transformations: the encoded form is the decoded form.
 * Absent is `optional` (the key is not there); `null` is used only where it means something; never both on one field.
 */
import { Schema } from "effect";

/** Names a schema: the name becomes the `$defs` entry and the Rust type. */
const named = <S extends Schema.Top>(identifier: string, schema: S, description?: string) =>
  schema.annotate(description === undefined ? { identifier } : { identifier, description }) as S["Rebuild"];

// A lone surrogate is legal in a JavaScript string and illegal in UTF-8: serde_json refuses it, so the wire refuses it first.
const wellFormed = Schema.makeFilter<string>((text) => text.isWellFormed() || "must be well-formed Unicode", {
  identifier: "wellFormed",
});

/** A string of at most `max` UTF-16 units, well-formed. */
export const text = (max: number) => Schema.String.check(wellFormed, Schema.isMaxLength(max));

/** An identifier that a client makes: starts with a letter or digit, so that no key of an object prototype can be one. */
export const id = <const Name extends string>(name: Name, description?: string) =>
  named(name, Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)), description);

/** A string that matches `pattern`, as a type of its own. */
export const patterned = (name: string, pattern: RegExp, description?: string) =>
  named(name, Schema.String.check(Schema.isPattern(pattern)), description);

/** A whole number from `minimum` to `maximum`, within the 53 bits that JavaScript keeps exact. */
export const integer = (minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum }));

/** A finite number. */
export const number = Schema.Finite;
export const boolean = Schema.Boolean;

/** Deepest nesting of a JSON value on the wire. serde_json stops at 128 levels, and a value sits a few levels inside its message. */
export const MAX_JSON_DEPTH = 100;

// As for text: what JSON.stringify accepts and serde_json refuses must be refused here, before it is sent. Iterative, since values come from outside.
const travels = Schema.makeFilter<Schema.Json>((value) => {
  const queue: Array<{ readonly value: Schema.Json; readonly depth: number }> = [{ value, depth: 0 }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { value: current, depth } = next;
    if (typeof current === "string" && !current.isWellFormed()) return "must hold well-formed Unicode only";
    if (typeof current !== "object" || current === null) continue;
    if (depth >= MAX_JSON_DEPTH) return `must not be nested deeper than ${MAX_JSON_DEPTH} levels`;
    for (const [key, child] of Object.entries<Schema.Json>(current)) {
      if (!key.isWellFormed()) return "must hold well-formed Unicode only";
      queue.push({ value: child, depth: depth + 1 });
    }
  }
  return true;
}, { identifier: "travels" });

/** Any JSON value that Rust can read too: well-formed strings, at most `MAX_JSON_DEPTH` levels. */
export const json = Schema.Json.check(travels);

export const optional = Schema.optionalKey;
export const nullable = Schema.NullOr;
export const array = Schema.Array;

const wellFormedKeys = Schema.makeFilter<{ readonly [key: string]: unknown }>(
  (fields) => Object.keys(fields).every((key) => key.isWellFormed()) || "must have well-formed keys",
  { identifier: "wellFormedKeys" },
);
/** Values by key. A key is any well-formed string, `__proto__` too: readers must not assign by it. */
export const record = <V extends Schema.Top>(value: V) => Schema.Record(Schema.String, value).check(wellFormedKeys);
export const literal = Schema.Literal;

/** One of a closed list of words. */
export const literals = <const L extends ReadonlyArray<string>>(name: string, words: L, description?: string) =>
  named(name, Schema.Literals(words), description);

/** A struct with a name. Unknown keys of the sender are ignored by readers. */
export const struct = <const F extends Schema.Struct.Fields>(name: string, fields: F, description?: string) =>
  named(name, Schema.Struct(fields), description);

/** A union of structs told apart by their literal `type`. */
export const union = <const M extends ReadonlyArray<Schema.Top>>(name: string, members: M, description?: string) =>
  named(name, Schema.Union(members), description);

/** The result of a command that has nothing to say: `null` on the wire. */
export const nothing = Schema.Null;

/** A point in time as text, UTC with milliseconds, as `Date.toISOString` writes it. */
export const Timestamp = patterned("Timestamp", /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/, "A point in time, UTC, with milliseconds.");

/** Milliseconds since 1970-01-01 UTC. */
export const Millis = integer();
/** A duration in milliseconds; fractions are kept because a step may take less than one. */
export const DurationMs = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0));
