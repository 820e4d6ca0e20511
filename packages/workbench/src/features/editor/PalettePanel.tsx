// The list of nodes beside the graph: a search, groups, rows to drag or to press. Enter puts the first one in.

import { KIND_DRAG_TYPE } from '@axion/canvas';
import type { Kind } from '@axion/engine';
import { Icon, iconNamed, SearchField, SideGroup, SidePanel } from '@axion/ui';
import { type DragEvent, type JSX, type KeyboardEvent, type RefObject, useMemo, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useEditor } from './EditorContext.ts';
import { paletteGroups } from './model/palette.ts';
import { useRecentKinds } from './useRecentKinds.ts';

const everyKind = (): boolean => true;

export function PalettePanel({ searchRef }: { readonly searchRef: RefObject<HTMLInputElement | null> }): JSX.Element {
  const t = useT();
  const editor = useEditor();
  const [typed, setTyped] = useState('');
  const [recent] = useRecentKinds();
  const groups = useMemo(() => paletteGroups(typed, recent, t('editor.recent'), everyKind), [typed, recent, t]);
  const first = groups[0]?.kinds[0];
  const put = (kind: Kind): void => editor.insertKind(kind);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-kind], input')];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
    event.preventDefault();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <SidePanel
        title={t('editor.nodes')}
        search={
          <SearchField
            ref={searchRef}
            label={t('editor.findKind')}
            value={typed}
            onChange={setTyped}
            shortcut="/"
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || first === undefined) return;
              event.preventDefault();
              put(first);
              setTyped('');
            }}
          />
        }
      >
        {groups.length === 0 && <p className="px-3 py-2 text-fg-2">{t('editor.noKind', { typed })}</p>}
        {groups.map((group) =>
          group.title === '' ? (
            group.kinds.map((kind) => <KindRow key={kind.id} kind={kind} onPut={put} />)
          ) : (
            <SideGroup key={group.id} title={group.title}>
              {group.kinds.map((kind) => (
                <KindRow key={kind.id} kind={kind} onPut={put} />
              ))}
            </SideGroup>
          ),
        )}
      </SidePanel>
    </div>
  );
}

function KindRow({ kind, onPut }: { readonly kind: Kind; readonly onPut: (kind: Kind) => void }): JSX.Element {
  const t = useT();
  return (
    <button
      type="button"
      draggable
      data-kind={kind.id}
      title={kind.description}
      onClick={() => onPut(kind)}
      onDragStart={(event: DragEvent) => {
        event.dataTransfer.setData(KIND_DRAG_TYPE, kind.id);
        event.dataTransfer.effectAllowed = 'copy';
      }}
      className="ring-inside flex min-h-[26px] w-full items-center gap-2.5 px-3 text-start text-ui text-fg hover:bg-hover"
    >
      <Icon name={iconNamed(kind.icon)} className="text-fg-2" />
      <span className="min-w-0 flex-1 truncate">{kind.title}</span>
      {kind.container !== undefined && <span className="shrink-0 text-caption text-fg-3">{t('editor.box')}</span>}
    </button>
  );
}
