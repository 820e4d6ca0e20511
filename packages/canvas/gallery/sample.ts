/** The graph of the reference picture, in a run: every anatomy of a node, every look of an edge. */
import type { CanvasModel, CanvasNode, CanvasPort, EdgeLook, NodeView } from '../src/index.ts';

const p = (id: string, type: CanvasPort['type'], list = false): CanvasPort => ({ id, name: id, type, list, typeName: list ? `list of ${type}` : type });
const node = (id: string, title: string, x: number, y: number, more: Partial<CanvasNode>): CanvasNode => ({
  id, kind: `sample.${id}`, kindName: title, icon: 'box', title, x, y, container: false, collapsed: false, off: false,
  inputs: [], outputs: [], innerSources: [], innerSinks: [], summary: [], ...more,
});

export const sampleModel: CanvasModel = {
  nodes: [
    node('read', 'Read folder', 16, 73, { icon: 'folder-open', outputs: [p('files', 'file', true)], summary: [{ text: '~/invoices/inbox', mono: true }] }),
    node('each', 'For each invoice', 218, 17, {
      icon: 'repeat', container: true, w: 455, h: 361, inputs: [p('items', 'file', true)], outputs: [p('results', 'object', true)], innerSources: [p('item', 'file', true)], innerSinks: [p('result', 'object', true)],
      summary: [{ text: '4 at a time · order kept' }],
    }),
    node('extract', 'Extract fields', 34, 56, { parent: 'each', icon: 'scan-text', inputs: [p('file', 'file')], outputs: [p('fields', 'object'), p('confidence', 'number')], summary: [{ text: 'qwen3-8b', mono: true }, { text: ' · JSON schema' }] }),
    node('validate', 'Validate', 248, 56, { parent: 'each', icon: 'list-checks', inputs: [p('fields', 'object')], outputs: [p('valid', 'object'), p('errors', 'text', true)], summary: [{ text: '9 rules · VAT, dates, sums' }] }),
    node('dup', 'Find duplicates', 34, 250, { parent: 'each', icon: 'copy', inputs: [p('file', 'file')], outputs: [p('seen', 'bool')], summary: [{ text: 'by content, ' }, { text: 'invoices.db', mono: true }] }),
    node('approve', 'Approve over limit', 248, 230, { parent: 'each', icon: 'user-check', inputs: [p('fields', 'object'), p('seen', 'bool')], outputs: [p('approved', 'object')], summary: [{ text: 'total > 5000', mono: true }, { text: ' or duplicate' }] }),
    node('sqlite', 'Write SQLite', 702, 73, { icon: 'database', inputs: [p('records', 'object', true)], outputs: [p('rows', 'number')], summary: [{ text: 'invoices.db', mono: true }, { text: ' · effect' }] }),
    node('report', 'Build report', 702, 247, { icon: 'file-text', inputs: [p('records', 'object', true), p('rates', 'table')], outputs: [p('report', 'file')], summary: [{ text: 'Markdown, by month' }] }),
    node('rates', 'Fetch rates', 252, 402, { icon: 'globe', outputs: [p('rates', 'table')], summary: [{ text: 'GET ' }, { text: 'rates.example.org', mono: true }] }),
    node('eur', 'Convert to EUR', 466, 402, { icon: 'calculator', inputs: [p('rates', 'table')], outputs: [p('eur', 'table')], summary: [{ text: 'to EUR, 2 decimals' }] }),
    node('future', 'Translate', 702, 420, { icon: 'box', unknown: 'Not available here', kind: 'text.translate' }),
  ],
  edges: [
    { id: 'e1', from: { node: 'read', port: 'files' }, to: { node: 'each', port: 'items' } },
    { id: 'e2', from: { node: 'each', port: 'item' }, to: { node: 'extract', port: 'file' } },
    { id: 'e3', from: { node: 'each', port: 'item' }, to: { node: 'dup', port: 'file' } },
    { id: 'e4', from: { node: 'extract', port: 'fields' }, to: { node: 'validate', port: 'fields' } },
    { id: 'e5', from: { node: 'extract', port: 'fields' }, to: { node: 'approve', port: 'fields' } },
    { id: 'e6', from: { node: 'dup', port: 'seen' }, to: { node: 'approve', port: 'seen' } },
    { id: 'e7', from: { node: 'validate', port: 'valid' }, to: { node: 'each', port: 'result' } },
    { id: 'e8', from: { node: 'approve', port: 'approved' }, to: { node: 'each', port: 'result' } },
    { id: 'e9', from: { node: 'each', port: 'results' }, to: { node: 'sqlite', port: 'records' } },
    { id: 'e10', from: { node: 'each', port: 'results' }, to: { node: 'report', port: 'records' } },
    { id: 'e11', from: { node: 'rates', port: 'rates' }, to: { node: 'eur', port: 'rates' } },
    { id: 'e12', from: { node: 'eur', port: 'eur' }, to: { node: 'report', port: 'rates' } },
  ],
  notes: [{ id: 'note', text: 'The limit was agreed with accounting. Change it in one place: graph input limit.', x: 16, y: 406, w: 190, h: 52 }],
};

const states = Array.from({ length: 38 }, (_, at) => (at === 5 || at === 18 ? 'waiting' : at < 28 ? 'succeeded' : at < 32 ? 'running' : 'idle') as NodeView['state']);
export const sampleViews: ReadonlyMap<string, NodeView> = new Map<string, NodeView>([
  ['read', { state: 'succeeded', word: 'Done', time: '0.3 s', count: '38 files', preview: ['INV-2018.pdf', 'INV-2019.csv', '36 more'] }],
  ['each', { state: 'running', word: 'Running', count: '26 of 38', instances: { total: 38, each: states } }],
  ['extract', { state: 'running', word: 'Running', time: '≈ 6.1 s', count: '4 items', streaming: true, preview: ['INV-2051', '{ "vendor": "Nordlys",', '  "total": 1284.'] }],
  ['validate', { state: 'succeeded', word: 'Done', time: '≈ 2 ms', count: '28 of 38' }],
  ['dup', { state: 'cached', word: 'From cache', time: '0 ms', count: '38 of 38' }],
  ['approve', { state: 'waiting', word: 'Waiting for you', count: '2' }],
  ['sqlite', { state: 'queued', word: 'Queued' }],
  ['report', { state: 'queued', word: 'Queued', count: 'waits for 2' }],
  ['rates', { state: 'failed', word: 'Failed', time: '14.2 s', count: '503 · 3 tries' }],
  ['eur', { state: 'skipped', word: 'Skipped', count: 'input failed' }],
]);
export const sampleLooks: ReadonlyMap<string, EdgeLook> = new Map<string, EdgeLook>([
  ['e1', 'passed'], ['e2', 'running'], ['e3', 'passed'], ['e4', 'running'], ['e5', 'running'], ['e6', 'passed'], ['e7', 'passed'], ['e11', 'dead'], ['e12', 'dead'],
]);
