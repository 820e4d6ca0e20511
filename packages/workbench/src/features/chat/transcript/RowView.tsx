// One row of the transcript, by its kind, in the measure of the talk.

import { type JSX, memo } from 'react';
import { CompactionRow } from './CompactionRow.tsx';
import { EndRow } from './EndRow.tsx';
import { NoteRow, SteerRow } from './NoteRow.tsx';
import { RequestRow } from './RequestRow.tsx';
import type { Row } from './rows.ts';
import { TextRow } from './TextRow.tsx';
import { UserMessage } from './UserMessage.tsx';
import { WorkRow } from './WorkRow.tsx';

/** For the windowed list: an element by row, keyed so that a row keeps its state when others come before it. */
export function drawRow(row: Row): JSX.Element {
  return <RowView key={row.key} row={row} />;
}

const RowView = memo(function RowView({ row }: { readonly row: Row }): JSX.Element {
  return (
    <div className="mx-auto w-full max-w-[768px] px-6" data-row={row.kind} data-message={row.messageId}>
      <RowContent row={row} />
    </div>
  );
});

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
