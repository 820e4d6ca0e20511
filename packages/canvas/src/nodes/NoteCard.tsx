/** A note on the canvas: text with a line at its side. A double click, or Enter, edits it. */
import type { Node, NodeProps } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { NoteData } from '../flow/flowElements.ts';

export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<Node<NoteData, 'note'>>): JSX.Element {
  const { words, marks, onIntent, setRenaming, takeFocus } = useCanvas();
  const mark = useEntry(marks, id);
  const { note } = data;
  if (mark?.renaming) {
    return (
      <textarea
        className="ax-note ax-note-field nodrag nopan nowheel"
        aria-label={words.noteField}
        defaultValue={note.text}
        maxLength={10_000}
        autoFocus
        onBlur={(event) => {
          if (event.currentTarget.value !== note.text) onIntent({ type: 'note-text', id: note.id, text: event.currentTarget.value });
          setRenaming(null);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key !== 'Escape') return;
          event.currentTarget.blur();
          takeFocus();
        }}
      />
    );
  }
  return (
    <div className="ax-note" role="note" aria-label={words.note} data-note-id={note.id} data-selected={selected || undefined} data-cursor={mark?.cursor || undefined}>
      {note.text}
    </div>
  );
});
