/** The name of a node as a field in its place. Enter and leaving keep it, Escape does not. */
import { type JSX, type KeyboardEvent, useRef } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';

export interface TitleFieldProps {
  readonly id: string;
  readonly title: string;
}

export function TitleField({ id, title }: TitleFieldProps): JSX.Element {
  const { words, onIntent, setRenaming, takeFocus } = useCanvas();
  const given = useRef(false);
  const close = (text: string | null): void => {
    if (given.current) return;
    given.current = true;
    const next = text?.trim() ?? '';
    if (next !== '' && next !== title) onIntent({ type: 'rename', id, title: next.slice(0, 200) });
    setRenaming(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    close(event.key === 'Enter' ? event.currentTarget.value : null);
    takeFocus();
  };
  return (
    <input
      className="ax-node-title-field nodrag nopan"
      aria-label={words.renameField}
      defaultValue={title}
      maxLength={200}
      autoFocus
      spellCheck={false}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => close(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}
