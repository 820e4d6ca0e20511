/**
 * Nodes as text on the clipboard, and back. What comes from a clipboard was written by anybody: it is read as data, checked field by
 * field against what a graph may hold, and refused as a whole with a reason. New ids are given where the edit is made.
 */
import type { EdgeRecord, NodeRecord, Note } from '@axion/protocol';

/** A node with its place; the places of children are relative to their container. */
export interface ClipNode extends NodeRecord {
  readonly x: number;
  readonly y: number;
  readonly w?: number;
  readonly h?: number;
  readonly collapsed?: boolean;
}
export interface Clip {
  readonly axionFragment: 1;
  readonly nodes: readonly ClipNode[];
  readonly edges: readonly EdgeRecord[];
  readonly notes: readonly Note[];
}

export type ClipRefusal = 'not-a-clip' | 'too-large' | 'too-deep' | 'bad-node' | 'bad-edge' | 'bad-note' | 'bad-key';
export type ClipResult = { readonly ok: true; readonly clip: Clip } | { readonly ok: false; readonly reason: ClipRefusal };

export const CLIP_LIMITS = { chars: 16_000_000, nodes: 20_000, depth: 64 } as const;
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const KIND = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/;

/** As it goes to the clipboard: what leads out of the piece is left out. */
export function clipText(clip: Clip): string {
  const kept = new Set(clip.nodes.map((node) => node.id));
  const nodes = clip.nodes.map((node) => {
    if (node.parent === undefined || kept.has(node.parent)) return node;
    const { parent: _outside, ...rest } = node;
    return rest;
  });
  const edges = clip.edges.filter((edge) => kept.has(edge.from.node) && kept.has(edge.to.node));
  return JSON.stringify({ axionFragment: 1, nodes, edges, notes: clip.notes });
}

export function readClip(text: string): ClipResult {
  if (text.length > CLIP_LIMITS.chars) return refuse('too-large');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('not-a-clip');
  }
  if (!isObject(value) || value['axionFragment'] !== 1 || !Array.isArray(value['nodes'])) return refuse('not-a-clip');
  const trouble = plainJson(value);
  if (trouble !== null) return refuse(trouble);
  const rawNodes: readonly unknown[] = value['nodes'];
  const rawEdges = listOf(value['edges']);
  const rawNotes = listOf(value['notes']);
  if (rawEdges === null || rawNotes === null) return refuse('not-a-clip');
  if (rawNodes.length + rawNotes.length > CLIP_LIMITS.nodes || rawEdges.length > CLIP_LIMITS.nodes * 8) return refuse('too-large');

  const ids = new Set<string>();
  const nodes: ClipNode[] = [];
  for (const raw of rawNodes) {
    const node = readNode(raw);
    if (node === null || ids.has(node.id)) return refuse('bad-node');
    ids.add(node.id);
    nodes.push(node);
  }
  if (nodes.some((node) => node.parent !== undefined && !ids.has(node.parent)) || hasParentRing(nodes)) return refuse('bad-node');
  const edges: EdgeRecord[] = [];
  const edgeIds = new Set<string>();
  for (const raw of rawEdges) {
    const edge = readEdge(raw);
    if (edge === null || edgeIds.has(edge.id) || !ids.has(edge.from.node) || !ids.has(edge.to.node)) return refuse('bad-edge');
    edgeIds.add(edge.id);
    edges.push(edge);
  }
  const notes: Note[] = [];
  for (const raw of rawNotes) {
    const note = readNote(raw);
    if (note === null) return refuse('bad-note');
    notes.push(note);
  }
  return { ok: true, clip: { axionFragment: 1, nodes, edges, notes } };
}

/** Top left corner of what lies outermost, so that a paste can be put at a point. */
export function clipCorner(clip: Clip): { readonly x: number; readonly y: number } {
  const inside = new Set(clip.nodes.filter((node) => node.parent !== undefined).map((node) => node.id));
  let x = Infinity;
  let y = Infinity;
  for (const place of [...clip.nodes.filter((one) => !inside.has(one.id)), ...clip.notes]) {
    x = Math.min(x, place.x);
    y = Math.min(y, place.y);
  }
  return x === Infinity ? { x: 0, y: 0 } : { x, y };
}

type Loose = Readonly<Record<string, unknown>>;
const refuse = (reason: ClipRefusal): ClipResult => ({ ok: false, reason });
const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max && value.isWellFormed();
const isPlace = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 1e9;
const listOf = (value: unknown): readonly unknown[] | null => (value === undefined ? [] : Array.isArray(value) ? value : null);

function readNode(raw: unknown): ClipNode | null {
  if (!isObject(raw)) return null;
  const { id, kind, name, parent, off, config } = raw;
  if (!isId(id) || typeof kind !== 'string' || kind.length > 200 || !KIND.test(kind) || !isText(name, 200) || !isObject(config)) return null;
  if (parent !== undefined && (!isId(parent) || parent === id)) return null;
  if (off !== undefined && typeof off !== 'boolean') return null;
  const place = readPlace(raw);
  if (place === null) return null;
  return { id, kind, name, ...(parent === undefined ? {} : { parent }), ...(off === undefined ? {} : { off }), config: config as NodeRecord['config'], ...place };
}

function readEnd(raw: unknown): EdgeRecord['from'] | null {
  return isObject(raw) && isId(raw['node']) && isId(raw['port']) ? { node: raw['node'], port: raw['port'] } : null;
}

function readEdge(raw: unknown): EdgeRecord | null {
  if (!isObject(raw) || !isId(raw['id'])) return null;
  const from = readEnd(raw['from']);
  const to = readEnd(raw['to']);
  return from === null || to === null ? null : { id: raw['id'], from, to };
}

function readPlace(raw: Loose): Omit<ClipNode, keyof NodeRecord> | null {
  const { x = 0, y = 0, w, h, collapsed } = raw;
  if (!isPlace(x) || !isPlace(y)) return null;
  if ((w !== undefined && !isPlace(w)) || (h !== undefined && !isPlace(h)) || (collapsed !== undefined && typeof collapsed !== 'boolean')) return null;
  return { x, y, ...(w === undefined ? {} : { w }), ...(h === undefined ? {} : { h }), ...(collapsed === undefined ? {} : { collapsed }) };
}

function readNote(raw: unknown): Note | null {
  if (!isObject(raw)) return null;
  const { id, text, x, y, w, h } = raw;
  return isId(id) && isText(text, 10_000) && isPlace(x) && isPlace(y) && isPlace(w) && isPlace(h) ? { id, text, x, y, w, h } : null;
}

/** Nesting within bounds, and no key that could reach an object's prototype. A loop with a stack of its own. */
function plainJson(root: unknown): ClipRefusal | null {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top.value !== 'object' || top.value === null) continue;
    if (top.depth > CLIP_LIMITS.depth) return 'too-deep';
    for (const key of Object.keys(top.value)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') return 'bad-key';
      stack.push({ value: (top.value as Loose)[key], depth: top.depth + 1 });
    }
  }
  return null;
}

function hasParentRing(nodes: readonly NodeRecord[]): boolean {
  const parent = new Map(nodes.map((node) => [node.id, node.parent]));
  const sound = new Set<string>();
  for (const node of nodes) {
    const path = new Set<string>();
    let at: string | undefined = node.id;
    while (at !== undefined && !sound.has(at)) {
      if (path.has(at)) return true;
      path.add(at);
      at = parent.get(at);
    }
    for (const id of path) sound.add(id);
  }
  return false;
}
