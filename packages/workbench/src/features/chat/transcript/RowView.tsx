// One row of the transcript, by its kind, in the measure of the talk. The rows of a message that a search led to have a bar at their side,
// and a strip that is lit for a moment; the row that the view went to takes the focus, so that it is read out and the keys go on from there.

import { classNames } from '@axion/ui';
import { type JSX, memo, useContext, useRef } from 'react';
import { useT } from '../../../messages/context.ts';
import { CompactionRow } from './CompactionRow.tsx';
import { EndRow } from './EndRow.tsx';
import { type Arrival, ArrivalContext } from './found.ts';
import { NoteRow, SteerRow } from './NoteRow.tsx';
import { RequestRow } from './RequestRow.tsx';
import type { Row } from './rows.ts';
import { TextRow } from './TextRow.tsx';
import { useFoundWords } from './useFoundWords.ts';
import { UserMessage } from './UserMessage.tsx';
import { WorkRow } from './WorkRow.tsx';

/** For the windowed list: an element by row, keyed so that a row keeps its state when others come before it. */
export function drawRow(row: Row): JSX.Element {
  return <RowView key={row.key} row={row} />;
}

/** These words were arrived at: by no other row of the message, and not again when it is scrolled back into view. */
const reached = new WeakSet<Arrival['words']>();
/** The first word is brought so far into the view. */
const SHARE_ABOVE = 1 / 3;

/** The list draws a new row unseen until it was measured: what is not seen takes no focus. */
const MOST_FRAMES = 60;

function arriveAt(row: HTMLElement, first: Range | null, frames: number): void {
  row.focus({ preventScroll: true });
  if (document.activeElement !== row) {
    if (frames > 0 && row.isConnected) requestAnimationFrame(() => arriveAt(row, first, frames - 1));
    return;
  }
  const scroller = row.closest('[data-transcript]');
  if (first === null || scroller === null) return;
  // A long message: what was looked for may stand far below its beginning.
  const view = scroller.getBoundingClientRect();
  const at = first.getBoundingClientRect();
  if (at.bottom > view.bottom || at.top < view.top) scroller.scrollBy({ top: at.top - view.top - view.height * SHARE_ABOVE });
}

const RowView = memo(function RowView({ row }: { readonly row: Row }): JSX.Element {
  const t = useT();
  const any = useContext(ArrivalContext);
  const arrival = any?.messageId === row.messageId && row.kind !== 'compaction' ? any : null;
  const element = useRef<HTMLDivElement>(null);
  const here = arrival?.rowKey === row.key;
  const words = arrival?.words;
  const arrive = (first: Range | null) => {
    if (!here || words === undefined || reached.has(words)) return;
    reached.add(words);
    if (element.current !== null) arriveAt(element.current, first, MOST_FRAMES);
  };
  useFoundWords(element, arrival, arrive);
  return (
    <div
      ref={element}
      className={classNames(
        'mx-auto w-full max-w-[768px] px-6',
        arrival !== null && 'relative isolate outline-offset-[-2px]',
      )}
      data-row={row.kind}
      data-message={row.messageId}
      data-found={arrival === null ? undefined : ''}
      {...(here ? { role: 'group', 'aria-label': t('chat.foundMessage'), 'aria-current': 'location' as const, tabIndex: -1 } : {})}
    >
      {arrival !== null && <Mark own={row.kind === 'user'} fresh={arrival.fresh} />}
      <RowContent row={row} />
    </div>
  );
});

/** The bar that stays and the strip that is lit for a moment. Under the person's own message is room for its buttons, into which the next row reaches. */
function Mark({ own, fresh }: { readonly own: boolean; readonly fresh: boolean }): JSX.Element {
  return (
    <span aria-hidden className={classNames('absolute start-1.5 end-1.5 -z-10 border-s-2 border-accent-solid', own ? 'top-1.5 bottom-4' : 'inset-y-0')}>
      <span className={classNames('block h-full bg-accent-tint transition-opacity duration-[160ms]', !fresh && 'opacity-0')} />
    </span>
  );
}

function RowContent({ row }: { readonly row: Row }): JSX.Element {
  switch (row.kind) {
    case 'user':
      return <UserMessage messageId={row.messageId} />;
    case 'work':
      return <WorkRow messageId={row.messageId} from={row.from} to={row.to} />;
    case 'text':
      return <TextRow messageId={row.messageId} part={row.part} />;
    case 'request':
      return <RequestRow messageId={row.messageId} part={row.part} />;
    case 'steer':
      return <SteerRow messageId={row.messageId} part={row.part} />;
    case 'note':
      return <NoteRow messageId={row.messageId} part={row.part} />;
    case 'compaction':
      return <CompactionRow />;
    case 'end':
      return <EndRow messageId={row.messageId} />;
  }
}
