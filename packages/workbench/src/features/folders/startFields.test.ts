import type { NodeRecord } from '@axion/protocol';
import { describe, expect, it } from 'vitest';
import { answerOf, draftOf, type StartField, startFieldsOf } from './startFields.ts';

const start = (fields: unknown): NodeRecord => JSON.parse(JSON.stringify({ id: 's', kind: 'start', name: 'Start', config: { fields } }));
const field = (rest: Partial<StartField>): StartField => ({ name: 'x', label: 'x', type: 'text', required: false, initial: null, help: undefined, options: [], ...rest });

describe('the fields of a Start node', () => {
  it('leaves out what is not a field and gives the rest safe values', () => {
    const fields = startFieldsOf([start([{ name: 'limit', type: 'number', default: 5000, required: true }, null, 7, { label: 'no name' }, { name: 'odd', type: 'function' }])]);
    expect(fields.map((one) => [one.name, one.type, one.required, one.initial])).toEqual([
      ['limit', 'number', true, 5000],
      ['odd', 'any', false, null],
    ]);
    expect(startFieldsOf([start('not a list')])).toEqual([]);
    expect(startFieldsOf([])).toEqual([]);
  });

  it('asks for what is needed and reads structured values as JSON', () => {
    expect(answerOf(field({ required: true }), '')).toEqual({ ok: false, problem: 'needed' });
    expect(answerOf(field({}), '')).toEqual({ ok: true, value: null });
    expect(answerOf(field({ type: 'object' }), '{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(answerOf(field({ type: 'object' }), '[1]')).toEqual({ ok: false, problem: 'json' });
    expect(answerOf(field({ type: 'any' }), 'plain words')).toEqual({ ok: true, value: 'plain words' });
    expect(answerOf(field({ type: 'number' }), 0)).toEqual({ ok: true, value: 0 });
  });

  it('begins with the default', () => {
    expect(draftOf(field({ type: 'bool', initial: true }))).toBe(true);
    expect(draftOf(field({ type: 'table', initial: [{ a: 1 }] }))).toContain('"a": 1');
  });
});
