// Type to find, arrows to choose, Enter to pick: one input over one grouped list. The command palette, the folder picker and
// the "add node" list are made of it. The caller ranks; this draws and moves.

import { type JSX, type KeyboardEvent, type ReactNode, type Ref, useEffect, useId, useMemo, useRef, useState } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Kbd } from '../text/Kbd.tsx';

export interface PickItem {
  readonly id: string;
  readonly label: string;
  /** Positions of matched letters in the label. */
  readonly matched?: readonly number[];
  readonly icon?: IconName;
  readonly leading?: ReactNode;
  readonly detail?: string;
  readonly shortcut?: string;
  readonly disabled?: boolean;
}

export interface PickGroup {
  readonly id: string;
  readonly label: string;
  readonly items: readonly PickItem[];
}

export interface PickListProps {
  readonly label: string;
  readonly placeholder: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly groups: readonly PickGroup[];
  readonly onPick: (id: string) => void;
  /** Keys that the list does not use, while the input has focus. */
  readonly onKey?: (event: KeyboardEvent<HTMLInputElement>, active: string | null) => void;
  readonly onActive?: (id: string | null) => void;
  readonly empty: ReactNode;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly foot?: ReactNode;
  readonly className?: string;
}

export function PickList({ label, placeholder, query, onQuery, groups, onPick, onKey, onActive, empty, inputRef, foot, className }: PickListProps): JSX.Element {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const items = useMemo(() => groups.flatMap((group) => group.items.filter((item) => item.disabled !== true)), [groups]);
  const [asked, setAsked] = useState<string | null>(null);
  const active = items.some((item) => item.id === asked) ? asked : (items[0]?.id ?? null);

  useEffect(() => {
    onActive?.(active);
  }, [active, onActive]);
  useEffect(() => {
    if (active === null) return;
    list.current?.querySelector(`[data-pick="${CSS.escape(active)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const at = items.findIndex((item) => item.id === active);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : event.key === 'PageDown' ? 8 : event.key === 'PageUp' ? -8 : 0;
    if (step !== 0) {
      const wrapped = Math.abs(step) === 1 ? (at + step + items.length) % Math.max(1, items.length) : Math.max(0, Math.min(items.length - 1, at + step));
      setAsked(items[wrapped]?.id ?? null);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey && active !== null) {
      onPick(active);
    } else {
      onKey?.(event, active);
      return;
    }
    event.preventDefault();
  };

  return (
    <div className={classNames('flex min-h-0 flex-col', className)}>
      <div className="flex h-10 shrink-0 items-center gap-2.5 border-b border-line-1 px-3">
        <Icon name="search" className="text-fg-3" />
        <input
          ref={inputRef}
          role="combobox"
          aria-label={label}
          aria-expanded
          aria-controls={`${base}-list`}
          aria-activedescendant={active === null ? undefined : `${base}-${active}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={query}
          onChange={(event) => {
            onQuery(event.currentTarget.value);
            setAsked(null);
          }}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent text-prose outline-none"
        />
      </div>
      <div ref={list} id={`${base}-list`} role="listbox" aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-1">
        {groups.map((group) =>
          group.items.length === 0 ? null : (
            <div key={group.id} role="group" aria-label={group.label}>
              {group.label !== '' && <div className="px-2 pt-2 pb-1 text-caption text-fg-3">{group.label}</div>}
              {group.items.map((item) => (
                <div
                  key={item.id}
                  id={`${base}-${item.id}`}
                  role="option"
                  aria-selected={item.id === active}
                  aria-disabled={item.disabled || undefined}
                  data-pick={item.id}
                  onMouseMove={() => item.disabled !== true && item.id !== active && setAsked(item.id)}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => item.disabled !== true && onPick(item.id)}
                  className={classNames(
                    'flex min-h-(--h-menu) select-none items-center gap-2.5 rounded-field px-2 text-ui',
                    item.id === active && 'bg-hover',
                    item.disabled ? 'text-fg-off' : 'text-fg',
                  )}
                >
                  {item.leading}
                  {item.icon && <Icon name={item.icon} className="text-fg-2" />}
                  <span className="min-w-0 flex-1 truncate" title={item.label}>
                    <Matched text={item.label} at={item.matched ?? []} />
                  </span>
                  {item.detail !== undefined && <span className="max-w-[45%] shrink-0 truncate text-caption text-fg-3">{item.detail}</span>}
                  {item.shortcut !== undefined && <Kbd shortcut={item.shortcut} />}
                </div>
              ))}
            </div>
          ),
        )}
      </div>
      {items.length === 0 && (
        <div role="status" className="px-3 pb-3 text-ui text-fg-2">
          {empty}
        </div>
      )}
      {foot}
    </div>
  );
}

/** The label with its matched letters in 600. */
function Matched({ text, at }: { readonly text: string; readonly at: readonly number[] }): JSX.Element {
  if (at.length === 0) return <>{text}</>;
  const marked = new Set(at);
  const parts: { readonly start: number; readonly text: string; readonly bold: boolean }[] = [];
  for (let index = 0; index < text.length; index++) {
    const bold = marked.has(index);
    const last = parts.at(-1);
    if (last !== undefined && last.bold === bold) parts[parts.length - 1] = { ...last, text: last.text + (text[index] ?? '') };
    else parts.push({ start: index, text: text[index] ?? '', bold });
  }
  return (
    <>
      {parts.map((part) => (part.bold ? <b key={part.start}>{part.text}</b> : <span key={part.start}>{part.text}</span>))}
    </>
  );
}
