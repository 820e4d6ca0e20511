// The form of a kind as data: which fields are shown, their values, and which mistake belongs to which field. Pure.

import type { Json, GraphNode } from '@axion/client';
import { completeConfig, type ConfigProblem, type FormField, type Kind } from '@axion/engine';

export interface ShownField {
  readonly field: FormField;
  readonly value: Json;
  /** The graph has a value of its own, not the kind's default. */
  readonly changed: boolean;
  readonly error: string | undefined;
}

export function shownFields(kind: Kind, node: GraphNode, problems: readonly ConfigProblem[]): readonly ShownField[] {
  const complete = completeConfig(kind, node.config) as Readonly<Record<string, Json>>;
  const defaults = kind.defaults as Readonly<Record<string, Json>>;
  return kind.form.filter((field) => isShown(field, complete)).map((field) => {
    const problem = problems.find((one) => rootOf(one.field) === field.field);
    return {
      field,
      value: complete[field.field] ?? null,
      changed: Object.hasOwn(node.config, field.field) && JSON.stringify(node.config[field.field]) !== JSON.stringify(defaults[field.field]),
      error: problem === undefined ? undefined : withHint(problem),
    };
  });
}

export const withHint = (problem: ConfigProblem): string => (problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`);

/** A problem of the whole node, that no shown field can carry. */
export function looseProblems(fields: readonly ShownField[], problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const shown = new Set(fields.map((one) => one.field.field));
  return problems.filter((problem) => !shown.has(rootOf(problem.field)));
}

export function isShown(field: FormField, config: Readonly<Record<string, Json>>): boolean {
  if (field.when === undefined) return true;
  const other = config[field.when.field];
  return (typeof other === 'string' || typeof other === 'boolean') && field.when.is.includes(other);
}

/** `rules[1].when` belongs to `rules`. */
export function rootOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

/** The problem of one cell of a `rows` field: `rules[1].when`. */
export function cellProblem(problems: readonly ConfigProblem[], field: string, row: number, column: string): string | undefined {
  const problem = problems.find((one) => one.field === `${field}[${row}].${column}`);
  return problem === undefined ? undefined : withHint(problem);
}

export type JsonReading = { readonly ok: true; readonly value: Json } | { readonly ok: false };

export function readJson(text: string): JsonReading {
  if (text.trim() === '') return { ok: true, value: null };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false };
  }
}

/** A row of a list with one cell changed; an empty optional cell is left out. */
export function withCell(row: Json, column: string, value: Json, initial: Json): Json {
  const record: Record<string, Json> = { ...(isRecord(row) ? row : {}) };
  if (value === null || (value === '' && !Object.hasOwn(isRecord(initial) ? initial : {}, column))) delete record[column];
  else record[column] = value;
  return record;
}

export function rowsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function cellOf(row: Json, column: string): Json {
  return isRecord(row) && Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A new row, with a name that no other row has, where rows have names. */
export function newRow(field: FormField, rows: readonly Json[]): Json {
  const initial: Record<string, Json> = { ...((field.row?.initial ?? {}) as Readonly<Record<string, Json>>) };
  const base = initial['name'];
  if (typeof base !== 'string') return initial;
  const taken = new Set(rows.map((row) => cellOf(row, 'name')));
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
  return { ...initial, name };
}
