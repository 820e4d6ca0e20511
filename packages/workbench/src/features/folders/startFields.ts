// The fields that a graph asks for before a run, read from its Start node. A graph file is a stranger's text: what is not a field
// is left out here, and Core checks the answers again. Pure.

import type { Json } from '@axion/client';
import type { NodeRecord } from '@axion/protocol';

export type StartFieldType = 'text' | 'number' | 'bool' | 'object' | 'table' | 'any';

export interface StartField {
  readonly name: string;
  readonly label: string;
  readonly type: StartFieldType;
  readonly required: boolean;
  readonly initial: Json;
  readonly help: string | undefined;
  readonly options: readonly string[];
}

const types: readonly StartFieldType[] = ['text', 'number', 'bool', 'object', 'table', 'any'];

export function startFieldsOf(nodes: Iterable<NodeRecord>): readonly StartField[] {
  for (const node of nodes) {
    if (node.kind !== 'start' || node.off === true) continue;
    const fields = node.config.fields;
    return Array.isArray(fields) ? fields.flatMap(readField) : [];
  }
  return [];
}

function readField(value: unknown): readonly StartField[] {
  if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string') return [];
  const type = 'type' in value ? types.find((one) => one === value.type) : undefined;
  return [
    {
      name: value.name,
      label: 'label' in value && typeof value.label === 'string' && value.label !== '' ? value.label : value.name,
      type: type ?? 'any',
      required: 'required' in value && value.required === true,
      initial: 'default' in value ? ((value.default ?? null) as Json) : null,
      help: 'help' in value && typeof value.help === 'string' ? value.help : undefined,
      options: 'options' in value && Array.isArray(value.options) ? value.options.filter((option): option is string => typeof option === 'string') : [],
    },
  ];
}

/** What the person typed, as text for text fields and JSON for structured ones. */
export type Draft = string | number | boolean | null;

export function draftOf(field: StartField): Draft {
  const { initial, type } = field;
  if (type === 'bool') return initial === true;
  if (type === 'number') return typeof initial === 'number' ? initial : null;
  if (type === 'text') return typeof initial === 'string' ? initial : initial === null ? '' : JSON.stringify(initial);
  return initial === null ? '' : JSON.stringify(initial, null, 2);
}

export type FieldAnswer = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: 'needed' | 'json' };

export function answerOf(field: StartField, draft: Draft): FieldAnswer {
  if (field.type === 'bool') return { ok: true, value: draft === true };
  if (draft === null || draft === '') return field.required ? { ok: false, problem: 'needed' } : { ok: true, value: null };
  if (field.type === 'text' || field.type === 'number') return { ok: true, value: draft };
  try {
    const value: Json = JSON.parse(String(draft));
    const fits = field.type === 'any' || (field.type === 'table' ? Array.isArray(value) : typeof value === 'object' && value !== null && !Array.isArray(value));
    return fits ? { ok: true, value } : { ok: false, problem: 'json' };
  } catch {
    return field.type === 'any' ? { ok: true, value: String(draft) } : { ok: false, problem: 'json' };
  }
}
