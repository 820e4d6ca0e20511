// The strip of open documents. The open tab joins its document without a line; middle click or Delete closes; tabs are
// reordered by drag or Alt+arrows. What does not fit goes into a menu, never a second row.

import { type JSX, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { classNames } from '../classNames.ts';
import { IconButton } from '../controls/IconButton.tsx';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Menu } from '../layers/Menu.tsx';
import type { RunState } from '../state/runState.ts';
import { StateGlyph } from '../state/StateGlyph.tsx';

export interface DocumentTab {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly state?: RunState;
  /** The word of the state, for a screen reader. */
  readonly stateLabel?: string;
}

export interface TabStripLabels {
  readonly tabs: string;
  readonly close: (name: string) => string;
  readonly more: string;
}

export interface TabStripProps {
  readonly tabs: readonly DocumentTab[];
  readonly active: string | null;
  readonly onSelect: (id: string) => void;
  readonly onClose: (id: string) => void;
  readonly onMove: (id: string, to: number) => void;
  readonly labels: TabStripLabels;
  /** After the last tab: the button for a new document. */
  readonly trailing?: ReactNode;
  readonly className?: string;
}

/** A screen may draw its strip anew when another document opens; focus that the keyboard moved follows into the new strip. */
let focusGoesTo: string | null = null;

export function TabStrip({ tabs, active, onSelect, onClose, onMove, labels, trailing, className }: TabStripProps): JSX.Element {
  const strip = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tabs are what is measured
  useEffect(() => {
    const element = strip.current;
    if (element === null) return;
    const measure = () => setOverflows(element.scrollWidth > element.clientWidth + 1);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [tabs]);

  useEffect(() => {
    if (active === null) return;
    const tab = strip.current?.querySelector(`[data-tab="${CSS.escape(active)}"]`);
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (focusGoesTo === active && tab instanceof HTMLElement) tab.focus();
    focusGoesTo = null;
  }, [active]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, tab: DocumentTab) => {
    const index = tabs.indexOf(tab);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0 && event.altKey) {
      const to = index + step;
      if (to >= 0 && to < tabs.length) onMove(tab.id, to);
    } else if (step !== 0) {
      const next = tabs[(index + step + tabs.length) % tabs.length];
      if (next) selectByKey(next.id, onSelect);
    } else if (event.key === 'Home' || event.key === 'End') {
      const next = tabs.at(event.key === 'Home' ? 0 : -1);
      if (next) selectByKey(next.id, onSelect);
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(tab.id);
    else if (event.key === 'Delete') {
      // Focus stays in the strip, on the neighbour that takes the place.
      focusGoesTo = (tabs[index + 1] ?? tabs[index - 1])?.id ?? null;
      onClose(tab.id);
    }
    else return;
    event.preventDefault();
  };

  return (
    <div className={classNames('flex h-(--h-tabs) shrink-0 items-stretch bg-frame', className)}>
      <div ref={strip} role="tablist" aria-label={labels.tabs} className="flex min-w-0 items-stretch overflow-hidden">
        {tabs.map((tab, index) => {
          const open = tab.id === active;
          return (
            <div
              key={tab.id}
              role="tab"
              tabIndex={open || (active === null && index === 0) ? 0 : -1}
              aria-selected={open}
              data-tab={tab.id}
              title={tab.label}
              draggable
              onDragStart={() => setDragged(tab.id)}
              onDragEnd={() => setDragged(null)}
              onDragOver={(event) => {
                if (dragged === null || dragged === tab.id) return;
                event.preventDefault();
                onMove(dragged, index);
              }}
              onDrop={(event) => event.preventDefault()}
              onMouseDown={(event) => event.button === 1 && event.preventDefault()}
              onAuxClick={(event) => event.button === 1 && onClose(tab.id)}
              onClick={() => onSelect(tab.id)}
              onKeyDown={(event) => onKeyDown(event, tab)}
              className={classNames(
                'group flex max-w-56 min-w-24 shrink-0 select-none items-center gap-2 border-e border-line-1 ps-3 pe-1.5 text-small outline-offset-[-2px]',
                open ? 'bg-panel font-medium text-fg' : 'border-b border-b-line-1 text-fg-2 hover:bg-hover hover:text-fg',
              )}
            >
              <Icon name={tab.icon} size={14} className="text-fg-2" />
              <span className="min-w-0 flex-1 truncate">{tab.label}</span>
              {tab.state && <StateGlyph state={tab.state} label={tab.stateLabel ?? null} size={12} />}
              <CloseTab label={labels.close(tab.label)} shown={open} onClose={() => onClose(tab.id)} />
            </div>
          );
        })}
      </div>
      <div className="flex min-w-fit flex-1 items-center gap-1 border-b border-line-1 px-1.5">
        {overflows && (
          <Menu
            label={labels.more}
            trigger={<IconButton icon="chevron-down" label={labels.more} small />}
            entries={tabs.map((tab) => ({ id: tab.id, label: tab.label, icon: tab.icon, checked: tab.id === active, onSelect: () => onSelect(tab.id) }))}
          />
        )}
        {trailing}
      </div>
    </div>
  );
}

/** A mouse target only: the keyboard closes with Delete on the tab, so the tab list keeps tabs as its only items. */
function CloseTab({ label, shown, onClose }: { readonly label: string; readonly shown: boolean; readonly onClose: () => void }): JSX.Element {
  return (
    <span
      aria-hidden
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        onClose();
      }}
      className={classNames(
        'inline-flex size-5 shrink-0 items-center justify-center rounded-mark text-fg-3 hover:bg-active hover:text-fg',
        !shown && 'opacity-0 group-hover:opacity-100',
      )}
    >
      <Icon name="x" size={14} />
    </span>
  );
}

function selectByKey(id: string, onSelect: (id: string) => void): void {
  focusGoesTo = id;
  onSelect(id);
}
