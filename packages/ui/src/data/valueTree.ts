// Turns any JSON value into flat rows for a tree, without recursion and within a cap: only open branches are walked, and a
// branch with very many children shows its first ones and how many more there are. Pure.

export type JsonKind = 'object' | 'list' | 'text' | 'number' | 'bool' | 'null';

export interface ValueRow {
  /** A path that is unique in the tree, as JSON pointer. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly kind: JsonKind;
  /** What stands in the row: the value itself, or how much is inside. */
  readonly text: string;
  readonly size: number;
  readonly open: boolean;
  /** Set on the row that stands for children that were left out. */
  readonly leftOut?: number;
}

export interface ValueTreeLimits {
  readonly childrenPerBranch: number;
  readonly rows: number;
  readonly textLength: number;
}

export const defaultTreeLimits: ValueTreeLimits = { childrenPerBranch: 200, rows: 5000, textLength: 400 };

export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'bool';
  return 'object';
}

interface Pending {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly value: unknown;
  readonly leftOut?: number;
}

export function valueRows(value: unknown, isOpen: (path: string, depth: number) => boolean, limits: ValueTreeLimits = defaultTreeLimits): readonly ValueRow[] {
  const rows: ValueRow[] = [];
  const pending: Pending[] = [{ path: '', name: '', depth: 0, value }];
  while (pending.length > 0 && rows.length < limits.rows) {
    const next = pending.pop();
    if (next === undefined) break;
    if (next.leftOut !== undefined) {
      rows.push({ path: next.path, name: '', depth: next.depth, kind: 'null', text: '', size: 0, open: false, leftOut: next.leftOut });
      continue;
    }
    const kind = kindOf(next.value);
    const children = childrenOf(next.value, limits.childrenPerBranch);
    const open = children.total > 0 && isOpen(next.path, next.depth);
    rows.push({ path: next.path, name: next.name, depth: next.depth, kind, text: shortText(next.value, kind, limits.textLength), size: children.total, open });
    if (!open) continue;
    const hidden = children.total - children.shown.length;
    if (hidden > 0) pending.push({ path: `${next.path}/…`, name: '', depth: next.depth + 1, value: null, leftOut: hidden });
    for (let child = children.shown.length - 1; child >= 0; child--) {
      const [name, inner] = children.shown[child] ?? ['', null];
      pending.push({ path: `${next.path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, name, depth: next.depth + 1, value: inner });
    }
  }
  return rows;
}

function childrenOf(value: unknown, limit: number): { readonly total: number; readonly shown: readonly (readonly [string, unknown])[] } {
  if (Array.isArray(value)) return { total: value.length, shown: value.slice(0, limit).map((inner, index) => [String(index), inner] as const) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return { total: entries.length, shown: entries.slice(0, limit) };
  }
  return { total: 0, shown: [] };
}

function shortText(value: unknown, kind: JsonKind, limit: number): string {
  if (kind === 'object' || kind === 'list') return '';
  if (kind === 'null') return 'null';
  const text = String(value);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

export interface ValueTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly total: number;
}

/** A list of flat objects as a table, or null when it is not one. Looks at the first rows only. */
export function asTable(value: unknown, maxRows = 500, maxColumns = 40): ValueTable | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const columns = new Set<string>();
  const shown: readonly unknown[] = value.slice(0, maxRows);
  for (const row of shown) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
    for (const key of Object.keys(row)) if (columns.size < maxColumns) columns.add(key);
  }
  if (columns.size === 0) return null;
  const names = [...columns];
  return {
    columns: names,
    rows: shown.map((row) => names.map((name) => cellText(typeof row === 'object' && row !== null && Object.hasOwn(row, name) ? Reflect.get(row, name) : undefined))),
    total: value.length,
  };
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return Array.isArray(value) ? `[${value.length}]` : '{…}';
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The value as JSON text, cut at a limit; null when it is nested too deep to write. */
export function asRawText(value: unknown, limit = 100_000): { readonly text: string; readonly cut: number } | null {
  let whole: string;
  try {
    whole = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'null');
  } catch {
    return null;
  }
  return whole.length > limit ? { text: whole.slice(0, limit), cut: whole.length - limit } : { text: whole, cut: 0 };
}
