// The bar over the graph: run or stop, which run is shown and its clock; at the right what is saved, undo, redo, tidy and the rest.

import type { RunSummary } from '@axion/protocol';
import { Button, Icon, IconButton, Menu, type MenuEntry, StateGlyph, Text } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useStore } from 'zustand';
import { useMessages, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useWorkspace } from '../../session/context.ts';
import { isLive, reasonOf, runStateOf, stateWord } from '../../session/words.ts';
import { useEditor } from './EditorContext.ts';
import type { EditorActs } from './useEditorActs.ts';

const RUNS_SHOWN = 12;

export function Toolbar({ acts }: { readonly acts: EditorActs }): JSX.Element {
  const t = useT();
  const editor = useEditor();
  const { canUndo, canRedo } = useStore(editor.graph.store, (state) => state);
  const run = useWorkspace((state) => state.runs.find((one) => one.runId === editor.runId) ?? null);
  const live = run !== null && isLive(run);
  const entries = useMemo<readonly MenuEntry[]>(
    () => [
      { id: 'outline', label: t('editor.outline'), icon: 'list-tree', shortcut: 'Mod+Shift+O', onSelect: acts.outline },
      { id: 'find', label: t('canvas.find'), icon: 'search', onSelect: acts.find },
      { id: 'note', label: t('editor.addNote'), icon: 'notebook-pen', onSelect: acts.addNote },
      { kind: 'separator', id: 'a' },
      { id: 'folders', label: t('editor.bindFolders'), icon: 'folder-lock', disabled: editor.model.slots.size === 0, onSelect: acts.bindFolders },
      { id: 'duplicate', label: t('editor.duplicateGraph'), icon: 'copy', onSelect: acts.duplicateGraph },
      { id: 'export', label: t('editor.export'), icon: 'download', onSelect: acts.exportGraph },
    ],
    [t, acts, editor.model.slots.size],
  );
  return (
    <div role="toolbar" aria-label={t('editor.toolbar')} className="flex h-[38px] shrink-0 items-center gap-2 overflow-hidden border-b border-line-1 bg-panel px-2.5">
      {live ? (
        <Button icon="square" busy={acts.stopping} data-act="stop" onClick={acts.stop}>
          {acts.stopping ? t('editor.stopping') : t('editor.stop')}
        </Button>
      ) : (
        <Button look="ink" icon="play" busy={acts.starting} data-act="run" onClick={acts.run}>
          {t('editor.run')}
        </Button>
      )}
      <RunPicker run={run} />
      <div className="ms-auto flex min-w-0 items-center gap-1">
        <SaveState />
        <IconButton icon="undo-2" label={t('editor.undo')} shortcut="Mod+Z" disabled={!canUndo} onClick={acts.undo} />
        <IconButton icon="redo-2" label={t('editor.redo')} shortcut="Mod+Shift+Z" disabled={!canRedo} onClick={acts.redo} />
        <span className="mx-1 h-4 w-px shrink-0 bg-line-2" />
        <IconButton icon="align-horizontal-distribute-center" label={editor.selection.nodes.size > 1 ? t('editor.tidySelection') : t('editor.tidy')} onClick={acts.tidy} />
        <Menu label={t('editor.more')} entries={entries} align="end" trigger={<IconButton icon="ellipsis" label={t('editor.more')} tooltip={false} />} />
      </div>
    </div>
  );
}

/** "Run 128 1 min 12 s · live", and a menu of the runs of this graph. */
function RunPicker({ run }: { readonly run: RunSummary | null }): JSX.Element | null {
  const { t, formats } = useMessages();
  const editor = useEditor();
  const all = useWorkspace((state) => state.runs);
  const runs = useMemo(() => all.filter((one) => one.graphId === editor.graphId).slice(0, RUNS_SHOWN), [all, editor.graphId]);
  const live = run !== null && isLive(run);
  const now = useNow(live ? 1000 : 60_000);
  if (runs.length === 0 && run === null) return null;
  const entries: MenuEntry[] = runs.map((one) => ({
    id: one.runId,
    label: `${t('editor.runName', { number: one.number })} · ${stateWord(t, runStateOf(one))} · ${formats.when(one.createdAt, now)}`,
    checked: one.runId === editor.runId,
    onSelect: () => editor.showRun(one.runId),
  }));
  entries.push({ kind: 'separator', id: 'line' }, { id: 'none', label: t('editor.noRun'), checked: run === null, onSelect: () => editor.showRun(null) });
  const time = run === null ? '' : run.ms !== undefined ? formats.duration(run.ms) : formats.duration(Math.max(0, Math.floor((now - run.createdAt) / 1000) * 1000));
  return (
    <Menu
      label={t('editor.runPicker')}
      entries={entries}
      trigger={
        <button type="button" data-run-state={run === null ? 'none' : runStateOf(run)} title={t('editor.runPicker')} className="flex h-(--h-icon-button) min-w-0 items-center gap-2 rounded-field px-2 text-fg-2 hover:bg-hover data-popup-open:bg-active">
          {run === null ? (
            <span>{t('editor.noRun')}</span>
          ) : (
            <>
              <StateGlyph state={runStateOf(run)} label={stateWord(t, runStateOf(run))} turning={false} />
              <span className="shrink-0 font-medium text-fg">{t('editor.runName', { number: run.number })}</span>
              <span className="truncate tabular-nums">{live ? t('editor.runLive', { time }) : time}</span>
            </>
          )}
          <Icon name="chevron-down" size={12} className="text-fg-3" />
        </button>
      }
    />
  );
}

function SaveState(): JSX.Element {
  const { t, formats } = useMessages();
  const { graph } = useEditor();
  const { save, refused } = useStore(graph.store, (state) => state);
  if (refused !== undefined) return <Text role="alert" type="small" cut className="text-st-failed">{t('editor.refused', { reason: reasonOf(t, refused) })}</Text>;
  const words =
    save.state === 'saved'
      ? save.savedAt === undefined
        ? t('editor.savedAlways')
        : t('editor.saved', { time: formats.clockWithSeconds(save.savedAt) })
      : save.state === 'saving'
        ? t('editor.saving')
        : save.state === 'offline'
          ? t('editor.offline', { count: save.pending })
          : t('editor.saveFailed');
  return (
    <span data-save={save.state} title={save.state === 'failed' ? t('editor.saveFailedWhy') : words} className={save.state === 'failed' ? 'truncate pe-1 text-small text-st-failed' : 'truncate pe-1 text-small text-fg-3'}>
      {words}
    </span>
  );
}
