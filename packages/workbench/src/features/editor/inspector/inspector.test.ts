import { type GraphModel, type GraphNode, modelOf } from '@axion/client';
import { registry } from '@axion/engine';
import { graphOf } from '@axion/testkit';
import { describe, expect, it } from 'vitest';
import { infoOf } from '../model/kindInfo.ts';
import { completions, namesFor, wordAt } from './expressionNames.ts';
import { cellProblem, looseProblems, newRow, readJson, rootOf, shownFields, withCell } from './formModel.ts';
import { freeSlotName, slotNameProblem } from './slotNames.ts';

const model = (...args: Parameters<typeof graphOf>): GraphModel => modelOf(graphOf(...args), undefined);
const one = (kind: string, config: GraphNode['config']): GraphNode => {
  const node = model('g', [{ id: 'n', kind, config }]).nodes.get('n');
  if (node === undefined) throw new Error('gone');
  return node;
};
const fieldsOf = (kind: string, config: GraphNode['config']) => {
  const found = registry.get(kind);
  if (found === undefined) throw new Error(kind);
  const node = one(kind, config);
  const { problems } = infoOf(node);
  return { fields: shownFields(found, node, problems), problems };
};

describe('form of a kind', () => {
  it('shows fields that others ask for, with defaults and what was changed', () => {
    const names = (config: GraphNode['config']) => fieldsOf('parse', config).fields.map((shown) => shown.field.field);
    expect(names({})).toEqual(['as']);
    expect(names({ as: 'csv' })).toEqual(['as', 'header', 'numbers', 'delimiter']);
    const { fields } = fieldsOf('parse', { as: 'csv' });
    expect(fields.map((shown) => shown.changed)).toEqual([true, false, false, false]);
    expect(fields[1]?.value).toBe(true);
  });

  it('puts each mistake at its field, a cell’s at its cell, and loses none', () => {
    const bad = fieldsOf('for-each', { concurrency: 0 });
    expect(bad.fields.find((shown) => shown.field.field === 'concurrency')?.error).toBeTruthy();
    const rows = fieldsOf('switch', { rules: [{ name: 'ok', when: 'true' }, { name: 'no good', when: 'true' }] });
    expect(cellProblem(rows.problems, 'rules', 1, 'name')).toBeTruthy();
    expect(cellProblem(rows.problems, 'rules', 0, 'name')).toBe(undefined);
    expect(looseProblems(rows.fields, [{ field: 'other', message: 'x' }]).length).toBe(1);
    expect(rootOf('rules[1].when')).toBe('rules');
    expect(rootOf('schema')).toBe('schema');
  });

  it('says a broken expression where it is written', () => {
    expect(fieldsOf('if', { condition: 'total >' }).fields[0]?.error).toBeTruthy();
    expect(fieldsOf('if', { condition: 'total > 5' }).fields[0]?.error).toBe(undefined);
  });

  it('reads JSON only when it is JSON', () => {
    expect(readJson('{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(readJson('{"a":')).toEqual({ ok: false });
    expect(readJson('  ')).toEqual({ ok: true, value: null });
  });

  it('changes one cell, leaves out an empty one that need not be there, and names new rows apart', () => {
    expect(withCell({ name: 'a', when: 'x' }, 'when', 'y', { name: '', when: '' })).toEqual({ name: 'a', when: 'y' });
    expect(withCell({ name: 'a', label: 'A' }, 'label', '', { name: 'a' })).toEqual({ name: 'a' });
    const field = registry.get('switch')?.form[0];
    if (field === undefined) throw new Error('gone');
    const first = newRow(field, []);
    expect(first).toMatchObject({ name: 'rule' });
    expect(newRow(field, [first])).toMatchObject({ name: 'rule2' });
  });
});

describe('names in an expression', () => {
  const graph = model('g', [
    { id: 's', kind: 'start', config: { fields: [{ name: 'limit', type: 'number' }] } },
    { id: 'c', kind: 'constant' }, { id: 'm', kind: 'map', config: { inputs: [{ name: 'rates' }] } },
  ], ['c.value > m.value', 'c.value > m.rates']);
  const node = graph.nodes.get('m') as GraphNode;

  it('are the inputs, the fields of what arrived, and the input of the run', () => {
    const last = () => ({ type: 'inline', value: { total: 5, 'not a name': 1 } }) as const;
    expect(namesFor(graph, node, ['limit'], last)).toEqual(['value', 'rates', 'total', 'rates.total', 'input', 'input.limit']);
    expect(namesFor(graph, node, [], () => undefined)).toEqual(['value', 'rates', 'input']);
  });

  it('are completed from the word at the caret', () => {
    expect(wordAt('total > inp', 11)).toEqual({ from: 8, text: 'inp' });
    expect(wordAt('a + ', 4)).toEqual({ from: 4, text: '' });
    expect(completions(['input', 'input.limit', 'limit'], 'lim')).toEqual(['limit', 'input.limit']);
  });
});

describe('names of folders', () => {
  it('are new in their graph and fit for a file', () => {
    const graph = model('g', [], [], [{ id: 'files', access: 'ro' }]);
    expect(freeSlotName(graph, 'files')).toBe('files2');
    expect(slotNameProblem(graph, 'files')).toBe('taken');
    expect(slotNameProblem(graph, '../x')).toBe('bad');
    expect(slotNameProblem(graph, 'reports-2')).toBe(null);
  });
});
