// Which files a run wrote, read from the outputs of its steps. A file is named by slot and path, never by an absolute path. Pure.

import type { Json, RunView } from '@axion/client';
import type { GraphDocument, PortValue } from '@axion/protocol';

export interface RunFileRef {
  readonly slot: string;
  readonly path: string;
}

const WRITING_KIND = 'file.write';
const MOST_FILES = 200;

export function fileRefOf(value: Json): RunFileRef | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const slot = Object.hasOwn(value, 'slot') ? Reflect.get(value, 'slot') : undefined;
  const path = Object.hasOwn(value, 'path') ? Reflect.get(value, 'path') : undefined;
  return typeof slot === 'string' && typeof path === 'string' && slot !== '' && path !== '' ? { slot, path } : null;
}

export function filesWritten(view: RunView, document: GraphDocument): readonly RunFileRef[] {
  const writers = new Set(document.nodes.filter((node) => node.kind === WRITING_KIND).map((node) => node.id));
  const files = new Map<string, RunFileRef>();
  for (const step of view.steps()) {
    if (files.size >= MOST_FILES) break;
    if (!writers.has(step.node) || step.outputs === undefined) continue;
    for (const value of Object.values<PortValue>(step.outputs)) {
      const ref = value.type === 'inline' ? fileRefOf(value.value) : null;
      if (ref !== null) files.set(`${ref.slot}\u0000${ref.path}`, ref);
    }
  }
  return [...files.values()];
}
