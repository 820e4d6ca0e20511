/** Find a node by its name or kind: Enter and F3 go to the next, Shift to the one before, Escape closes. */
import { Icon } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import type { GraphIndex } from '../model/graphIndex.ts';

export interface FindBarProps {
  readonly index: GraphIndex;
  readonly onShow: (id: string) => void;
  readonly onClose: () => void;
}

export function findNodes(index: GraphIndex, text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const has = (value: string): boolean => value.toLowerCase().includes(wanted);
  return index.drawn.filter((node) => has(node.title) || has(node.kindName) || has(node.id)).map((node) => node.id);
}

export function FindBar({ index, onShow, onClose }: FindBarProps): JSX.Element {
  const { words } = useCanvas();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = useMemo(() => findNodes(index, text), [index, text]);
  const go = (to: number): void => {
    if (found.length === 0) return;
    const next = (to + found.length) % found.length;
    setAt(next);
    onShow(found[next] as string);
  };
  return (
    <div className="ax-find" role="search">
      <Icon name="search" size={14} />
      <input
        autoFocus
        aria-label={words.find}
        placeholder={words.find}
        value={text}
        spellCheck={false}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setText(next);
          setAt(0);
          const first = findNodes(index, next)[0];
          if (first !== undefined) onShow(first);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter' || event.key === 'F3') go(at + (event.shiftKey ? -1 : 1));
          else return;
          event.preventDefault();
        }}
        onBlur={onClose}
      />
      <span className="ax-find-count" aria-live="polite">{text === '' ? '' : found.length === 0 ? words.findNone : words.findCount(at + 1, found.length)}</span>
    </div>
  );
}
