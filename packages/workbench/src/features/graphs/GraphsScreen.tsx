// All graphs of this machine, and the deleted ones, which can be restored.

import type { GraphSummary, RunSummary } from '@axion/protocol';
import { Button, EmptyState, IconButton, Menu, SearchField, Segmented, Skeleton, StateGlyph, Table, type TableColumn, Text } from '@axion/ui';
import { type JSX, useEffect, useMemo, useRef, useState } from 'react';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { newestRuns } from '../../frame/DocumentTabs.tsx';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { Page } from '../../frame/Page.tsx';
import { useIsTouch } from '../../frame/useAppearance.ts';
import { useMessages, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient, useView, useWorkspace } from '../../session/context.ts';
import { runStateOf } from '../../session/words.ts';
import { DocumentTabs } from '../../frame/DocumentTabs.tsx';
import { useRunWords } from '../runs/useRunWords.ts';
import { type GraphActions, useGraphActions } from './useGraphActions.ts';

export function GraphsScreen(): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const rowHeight = useIsTouch() ? 44 : 34;
  const status = useWorkspace((state) => state.status);
  const graphs = useWorkspace((state) => state.graphs);
  const hasTabs = useView((state) => state.tabs.length > 0);
  const actions = useGraphActions();
  const [typed, setTyped] = useState('');
  const [which, setWhich] = useState<'kept' | 'deleted'>('kept');
  const [selected, setSelected] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const deleted = useDeletedGraphs(which === 'deleted');
  const source = which === 'deleted' ? deleted : graphs;
  const wanted = typed.trim().toLowerCase();
  const shown = useMemo(() => (source ?? []).filter((graph) => graph.name.toLowerCase().includes(wanted)), [source, wanted]);
  const entries = useMemo(() => shown.map((graph) => ({ kind: 'row' as const, key: graph.graphId, row: graph })), [shown]);
  const columns = useColumns(actions, which);
  const chosen = shown.find((graph) => graph.graphId === selected) ?? null;
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: 'graphs-find', label: t('graphs.find'), group: 'group.list', shortcut: '/', run: () => search.current?.focus() },
      {
        id: 'graphs-delete',
        label: t('graphs.delete'),
        group: 'group.list',
        icon: 'trash-2',
        shortcut: 'Delete',
        enabled: chosen !== null && which === 'kept',
        run: () => chosen !== null && actions.remove(chosen),
      },
    ],
    [t, chosen, actions, which],
  );
  useCommands(commands);
  return (
    <Page label={t('place.graphs')}>
      {hasTabs && <DocumentTabs />}
      <div className="flex min-h-[42px] shrink-0 flex-wrap items-center gap-2 px-4 py-1.5">
        <Text as="h1" type="heading" className="pe-1">
          {t('graphs.title')}
        </Text>
        <Segmented
          aria-label={t('graphs.which')}
          value={which}
          onChange={setWhich}
          options={[
            { value: 'kept', label: t('graphs.showKept') },
            { value: 'deleted', label: t('graphs.showDeleted') },
          ]}
        />
        <div className="flex min-w-40 flex-1 items-center justify-end gap-2">
          <SearchField ref={search} label={t('graphs.find')} shortcut="/" value={typed} onChange={setTyped} className="max-w-52" />
          <Button look="ink" icon="plus" onClick={actions.create}>
            {t('graphs.new')}
          </Button>
        </div>
      </div>
      {status === 'loading' || source === null ? (
        <Skeleton rows={6} label={t('loading')} className="px-4" />
      ) : shown.length > 0 ? (
        <Table
          label={t('graphs.title')}
          columns={columns}
          entries={entries}
          rowHeight={rowHeight}
          selected={selected}
          onSelect={setSelected}
          onOpen={(graphId) => which === 'kept' && view.openGraph(graphId)}
        />
      ) : wanted !== '' ? (
        <EmptyState title={t('graphs.noHits', { typed })} action={<Button onClick={() => setTyped('')}>{t('graphs.clear')}</Button>} className="flex-1" />
      ) : which === 'deleted' ? (
        <EmptyState title={t('graphs.noneDeleted')} className="flex-1" />
      ) : (
        <EmptyState title={t('graphs.empty')} detail={t('graphs.emptyDetail')} className="flex-1" />
      )}
    </Page>
  );
}

/** Read when asked for; the workspace keeps only what is not deleted. Read again when the kept list changes. */
function useDeletedGraphs(wanted: boolean): readonly GraphSummary[] | null {
  const { adapter } = useClient();
  const kept = useWorkspace((state) => state.graphs);
  const [deleted, setDeleted] = useState<readonly GraphSummary[] | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let over = false;
    const alive = new Set(kept.map((graph) => graph.graphId));
    adapter.callPromise('list_graphs', { deleted: true }).then(
      ({ graphs }) => !over && setDeleted(graphs.filter((graph) => graph.deleted === true && !alive.has(graph.graphId))),
      () => !over && setDeleted([]),
    );
    return () => {
      over = true;
    };
  }, [adapter, wanted, kept]);
  return deleted;
}

function useColumns(actions: GraphActions, which: 'kept' | 'deleted'): readonly TableColumn<GraphSummary>[] {
  const { view } = useClient();
  const { t, formats } = useMessages();
  const words = useRunWords();
  const layout = useLayoutClass();
  const narrow = layout === 'narrow' || layout === 'phone';
  const now = useNow(60_000);
  const runs = useWorkspace((state) => state.runs);
  const newest = useMemo<ReadonlyMap<string, RunSummary>>(() => newestRuns(runs), [runs]);
  return useMemo(
    () => [
      {
        id: 'name',
        head: t('graphs.name'),
        track: 'minmax(160px, 1.4fr)',
        cell: (graph) =>
          which === 'deleted' ? (
            <span>{graph.name}</span>
          ) : (
            <button type="button" onClick={() => view.openGraph(graph.graphId)} title={graph.name} className="max-w-full truncate rounded-mark font-medium hover:underline">
              {graph.name}
            </button>
          ),
      },
      {
        id: 'run',
        head: t('graphs.lastRun'),
        track: 'minmax(120px, 2fr)',
        hidden: layout === 'phone',
        cell: (graph) => {
          const run = newest.get(graph.graphId);
          return (
            <span className="flex items-center gap-2 text-fg-2">
              <StateGlyph state={run === undefined ? 'idle' : runStateOf(run)} label={null} />
              <span className="truncate">{run === undefined ? t('home.never') : words.outcome(run)}</span>
            </span>
          );
        },
      },
      { id: 'nodes', head: t('graphs.nodes'), track: '64px', numbers: true, hidden: narrow, cell: (graph) => <span className="text-fg-2">{formats.number(graph.nodeCount)}</span> },
      { id: 'changed', head: t('graphs.changed'), track: '88px', numbers: true, cell: (graph) => <span className="text-fg-2">{formats.when(graph.updatedAt, now)}</span> },
      {
        id: 'more',
        head: t('graphs.actions'),
        headHidden: true,
        track: which === 'deleted' ? '96px' : '28px',
        cell: (graph) =>
          which === 'deleted' ? (
            <Button small onClick={() => actions.restore(graph)}>
              {t('graphs.restore')}
            </Button>
          ) : (
            <Menu
              label={t('graphs.more', { name: graph.name })}
              align="end"
              trigger={<IconButton icon="ellipsis" label={t('graphs.more', { name: graph.name })} small tooltip={false} />}
              entries={[
                { id: 'open', label: t('act.open'), icon: 'workflow', onSelect: () => view.openGraph(graph.graphId) },
                { id: 'duplicate', label: t('graphs.duplicate'), icon: 'copy', onSelect: () => actions.duplicate(graph) },
                { id: 'export', label: t('graphs.export'), icon: 'download', onSelect: () => actions.saveAsFile(graph) },
                { kind: 'separator', id: 'line' },
                { id: 'delete', label: t('graphs.delete'), icon: 'trash-2', danger: true, onSelect: () => actions.remove(graph) },
              ]}
            />
          ),
      },
    ],
    [t, formats, words, now, newest, narrow, layout, which, actions, view],
  );
}
