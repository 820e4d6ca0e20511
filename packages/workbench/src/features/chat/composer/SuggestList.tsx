// The list over the composer while a mention or a command is typed. The focus stays in the text; the composer moves the choice.

import { Icon, type IconName } from '@axion/ui';
import { type JSX, useEffect, useRef } from 'react';

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly icon: IconName;
  readonly mono?: boolean;
}

export interface SuggestListProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly Suggestion[];
  readonly active: number;
  readonly empty: string;
  readonly onPick: (index: number) => void;
  readonly onActive: (index: number) => void;
}

export function SuggestList({ id, label, items, active, empty, onPick, onActive }: SuggestListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div ref={list} id={id} role="listbox" aria-label={label} className="absolute inset-x-0 bottom-full z-50 mb-1 max-h-64 overflow-y-auto rounded-card border border-line-2 bg-raised p-1 shadow-layer">
      {items.length === 0 && <p className="px-2 py-1 text-ui text-fg-2">{empty}</p>}
      {items.map((item, index) => (
        <div
          key={item.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onMouseMove={() => index !== active && onActive(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(index)}
          className={`flex min-h-(--h-menu) items-center gap-2.5 rounded-field px-2 text-ui ${index === active ? 'bg-hover' : ''}`}
        >
          <Icon name={item.icon} size={14} className="text-fg-2" />
          <span className={`min-w-0 truncate ${item.mono === true ? 'font-mono text-mono' : ''}`}>{item.label}</span>
          {item.detail !== undefined && <span className="min-w-0 flex-1 truncate text-small text-fg-3">{item.detail}</span>}
        </div>
      ))}
    </div>
  );
}
