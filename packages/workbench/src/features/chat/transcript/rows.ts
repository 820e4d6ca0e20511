// A session as rows of a list: what a message is made of decides its rows, what the parts say does not. So a token changes no row, and
// a row is as small as what can be drawn by itself. Pure.

import type { Message, MessagePart } from '@axion/protocol';

export type Row =
  | { readonly key: string; readonly kind: 'user'; readonly messageId: string }
  /** Tools, thinking and answered requests, one after the other: parts from `from` up to `to`. */
  | { readonly key: string; readonly kind: 'work'; readonly messageId: string; readonly from: number; readonly to: number }
  | { readonly key: string; readonly kind: 'text' | 'request' | 'steer' | 'note'; readonly messageId: string; readonly part: number }
  | { readonly key: string; readonly kind: 'end'; readonly messageId: string }
  | { readonly key: string; readonly kind: 'compaction'; readonly messageId: string };

type PartKind = 'work' | 'text' | 'request' | 'steer' | 'note' | 'skip';

function kindOf(part: MessagePart): PartKind {
  switch (part.type) {
    case 'text':
      return part.text === '' ? 'skip' : 'text';
    case 'tool':
      // The question itself is a row; that it is a tool is of no use to anybody. The plan stands in the panel.
      return part.tool === 'ask_person' || (part.tool === 'update_todos' && part.error === undefined) ? 'skip' : 'work';
    case 'reasoning':
      return 'work';
    case 'request':
      // An approval that was given belongs to the work it was asked for; a question stays a line of the talk.
      return part.answer !== undefined && part.request.kind === 'approval' ? 'work' : 'request';
    case 'steer':
    case 'note':
      return part.type;
    default:
      return 'skip';
  }
}

/** What the rows of a message depend on. Two messages of one shape have the same rows. */
export function shapeOf(message: Message): string {
  if (message.role === 'user') return 'u';
  return `${message.parts.map((part) => kindOf(part).slice(0, 2)).join('')}${message.state === 'streaming' ? '…' : '.'}`;
}

export function rowsOf(message: Message): readonly Row[] {
  const { id } = message;
  if (message.role === 'user') return [{ key: `${id}:u`, kind: 'user', messageId: id }];
  const rows: Row[] = [];
  let work: { from: number; to: number } | null = null;
  const closeWork = () => {
    if (work !== null) rows.push({ key: `${id}:w${work.from}`, kind: 'work', messageId: id, ...work });
    work = null;
  };
  message.parts.forEach((part, index) => {
    const kind = kindOf(part);
    if (kind === 'skip') return;
    if (kind === 'work') work = { from: work?.from ?? index, to: index + 1 };
    else {
      closeWork();
      rows.push({ key: `${id}:${index}`, kind, messageId: id, part: index });
    }
  });
  closeWork();
  rows.push({ key: `${id}:end`, kind: 'end', messageId: id });
  return rows;
}

/** Rows of many messages, made anew only for those whose shape changed. */
export class RowTable {
  readonly #known = new Map<string, { readonly shape: string; readonly rows: readonly Row[] }>();

  /** True if the rows of this message are others than before. */
  changed(message: Message): boolean {
    const known = this.#known.get(message.id);
    return known !== undefined && known.shape !== shapeOf(message);
  }
  rows(order: readonly string[], read: (id: string) => Message | undefined, compactedUpTo: string | null): readonly Row[] {
    const all: Row[] = [];
    for (const id of order) {
      const message = read(id);
      if (message === undefined) continue;
      const shape = shapeOf(message);
      let known = this.#known.get(id);
      if (known === undefined || known.shape !== shape) {
        known = { shape, rows: rowsOf(message) };
        this.#known.set(id, known);
      }
      all.push(...known.rows);
      if (id === compactedUpTo) all.push({ key: `${id}:compaction`, kind: 'compaction', messageId: id });
    }
    if (this.#known.size > order.length * 2 + 50) for (const id of [...this.#known.keys()]) if (!order.includes(id)) this.#known.delete(id);
    return all;
  }
}
