// One table of everything that ran, with filters that read as words, a histogram, and the detail of the chosen run beside it.

import type { RunSummary } from '@axion/protocol';
import { Banner, Button, EmptyState, Histogram, type RunState, SearchField, Select, Skeleton, StateGlyph, StepsStrip, Table, type TableColumn, Text } from '@axion/ui';
import { type JSX, useCallback, useMemo, useRef, useState } from 'react';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { Page } from '../../frame/Page.tsx';
import { useIsTouch } from '../../frame/useAppearance.ts';
import { useFormats, useMessages, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { isLive, reasonOf, runStateOf, stateWord } from '../../session/words.ts';
import { anyRun, filterRuns, graphKey, groupByDay, histogramOf, type RunFilter, type Span, stepShares } from './runList.ts';
import { RunDetail } from './RunDetail.tsx';
import { useRunActions } from './useRunActions.tsx';
import { useRunWords } from './useRunWords.ts';

const stateChoices: readonly RunState[] = ['running', 'waiting', 'succeeded', 'failed', 'cancelled', 'queued'];

export function RunsScreen({ runId }: { readonly runId: string | null }): JSX.Element {
  const { view, workspace } = useClient();
  const { t, formats } = useMessages();
  const layout = useLayoutClass();
  const rowHeight = useIsTouch() ? 44 : 30;
  const status = useWorkspace((state) => state.status);
  const error = useWorkspace((state) => state.error);
  const runs = useWorkspace((state) => state.runs);
  const more = useWorkspace((state) => state.moreRuns);
  const loadingMore = useWorkspace((state) => state.loadingRuns);
  const now = useNow(runs.some(isLive) ? 1000 : 60_000);
  const today = Math.floor(now / 60_000) * 60_000;
  const [filter, setFilter] = useState<RunFilter>(anyRun);
  const search = useRef<HTMLInputElement>(null);
  const actions = useRunActions();
  const shown = useMemo(() => filterRuns(runs, filter, today), [runs, filter, today]);
  const entries = useMemo(() => groupByDay(shown, today, t, formats), [shown, today, t, formats]);
  const histogram = useMemo(() => histogramOf(shown, filter.span, today, t, formats), [shown, filter.span, today, t, formats]);
  const select = useCallback((next: string | null) => view.go(next === null ? { place: 'runs' } : { place: 'runs', runId: next }), [view]);
  const chosen = runId === null ? null : (runs.find((run) => run.runId === runId) ?? null);
  // The detail takes its width from the table when the window is not wide.
  const columns = useColumns(now, layout === 'narrow' || layout === 'phone' || (layout === 'normal' && chosen !== null), layout === 'phone');

  const commands = useMemo<readonly Command[]>(
    () => [
      { id: 'runs-find', label: t('runs.find'), group: 'group.list', shortcut: '/', run: () => search.current?.focus() },
      { id: 'runs-again', label: t('run.again'), group: 'group.run', icon: 'rotate-cw', shortcut: 'R', enabled: chosen?.graphId !== undefined, run: () => chosen !== null && actions.again(chosen) },
      { id: 'runs-open', label: t('run.open'), group: 'group.run', icon: 'workflow', enabled: chosen?.graphId !== undefined, run: () => chosen !== null && actions.open(chosen) },
      { id: 'runs-delete', label: t('run.delete'), group: 'group.run', icon: 'trash-2', shortcut: 'Delete', enabled: chosen !== null && !isLive(chosen), run: () => chosen !== null && actions.askDelete(chosen) },
      { id: 'runs-close', label: t('run.close'), group: 'group.run', shortcut: 'Escape', hidden: true, enabled: chosen !== null, run: () => select(null) },
    ],
    [t, chosen, actions, select],
  );
  useCommands(commands);

  const step = (by: number) => {
    const at = shown.findIndex((run) => run.runId === runId);
    const next = shown[at + by];
    if (next !== undefined) select(next.runId);
  };

  return (
    <Page
      label={t('place.runs')}
      panel="runDetail"
      panelLabel={chosen === null ? t('runs.title') : t('run.title', { name: chosen.graphName, number: chosen.number })}
      drawerOpen={chosen !== null}
      onDrawerClose={() => select(null)}
      beside={chosen === null ? null : <RunDetail key={chosen.runId} summary={chosen} actions={actions} onClose={() => select(null)} onStep={step} />}
    >
      <RunsHead filter={filter} onFilter={setFilter} runs={runs} shown={shown} searchRef={search} />
      {status === 'failed' && error !== undefined && runs.length > 0 && <Banner means="failed">{t('runs.listBroken', { reason: reasonOf(t, error) })}</Banner>}
      {status === 'loading' ? (
        <Skeleton rows={8} label={t('loading')} className="px-4" />
      ) : runs.length === 0 ? (
        <EmptyState title={t('runs.none')} detail={t('runs.noneDetail')} action={<Button onClick={() => view.go({ place: 'graphs' })}>{t('graphs.seeAll')}</Button>} className="flex-1" />
      ) : shown.length === 0 ? (
        <EmptyState title={t('runs.noHits')} action={<Button onClick={() => setFilter(anyRun)}>{t('runs.clearFilters')}</Button>} className="flex-1" />
      ) : (
        <>
          {layout !== 'phone' && <Histogram label={t('runs.histogram')} bars={histogram.bars} ticks={histogram.ticks} className="shrink-0 border-b border-line-1 px-4" />}
          <Table
            label={t('runs.title')}
            columns={columns}
            entries={entries}
            rowHeight={rowHeight}
            selected={runId}
            onSelect={select}
            onOpen={(key) => {
              const run = runs.find((one) => one.runId === key);
              if (run !== undefined) actions.open(run);
            }}
            foot={
              more ? (
                <div className="px-4 py-2">
                  <Button small busy={loadingMore} onClick={() => void workspace.loadMoreRuns().catch(() => undefined)}>
                    {t('runs.more')}
                  </Button>
                </div>
              ) : undefined
            }
          />
        </>
      )}
      {actions.dialogs}
    </Page>
  );
}

interface RunsHeadProps {
  readonly filter: RunFilter;
  readonly onFilter: (filter: RunFilter) => void;
  readonly runs: readonly RunSummary[];
  readonly shown: readonly RunSummary[];
  readonly searchRef: React.RefObject<HTMLInputElement | null>;
}

function RunsHead({ filter, onFilter, runs, shown, searchRef }: RunsHeadProps): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const graphs = useMemo(() => [...new Map(runs.map((run): [string, string] => [graphKey(run), run.graphName]))].sort((one, other) => formats.compare(one[1], other[1])), [runs, formats]);
  const failed = shown.filter((run) => run.state === 'failed').length;
  return (
    <div className="flex min-h-[42px] shrink-0 flex-wrap items-center gap-2 px-4 py-1.5">
      <Text as="h1" type="heading" className="pe-1">
        {t('runs.title')}
      </Text>
      <Select
        sentence={t('runs.graph')}
        aria-label={t('runs.graph')}
        value={filter.graph ?? ''}
        onChange={(value) => onFilter({ ...filter, graph: value === '' ? null : value })}
        options={[{ value: '', label: t('runs.any') }, ...graphs.map(([value, label]) => ({ value, label }))]}
        className="max-w-52"
      />
      <Select
        sentence={t('runs.state')}
        aria-label={t('runs.state')}
        value={filter.state ?? ''}
        onChange={(value) => onFilter({ ...filter, state: stateChoices.find((state) => state === value) ?? null })}
        options={[{ value: '', label: t('runs.any') }, ...stateChoices.map((state) => ({ value: state as string, label: stateWord(t, state), leading: <StateGlyph state={state} label={null} /> }))]}
      />
      <Select<Span>
        sentence=""
        aria-label={t('runs.span')}
        value={filter.span}
        onChange={(span) => onFilter({ ...filter, span })}
        options={[
          { value: '1', label: t('runs.today') },
          { value: '7', label: t('runs.days', { count: 7 }) },
          { value: '14', label: t('runs.days', { count: 14 }) },
          { value: 'all', label: t('runs.allTime') },
        ]}
      />
      <div className="flex min-w-40 flex-1 items-center justify-end gap-3">
        <span className="truncate text-small text-fg-3 max-md:hidden">{t('runs.summary', { count: shown.length, failed })}</span>
        <SearchField ref={searchRef} label={t('runs.find')} shortcut="/" value={filter.typed} onChange={(typed) => onFilter({ ...filter, typed })} className="max-w-52" />
      </div>
    </div>
  );
}

function useColumns(now: number, narrow: boolean, phone: boolean): readonly TableColumn<RunSummary>[] {
  const { t, formats } = useMessages();
  const words = useRunWords();
  return useMemo(
    () => [
      { id: 'state', head: t('runs.colState'), headHidden: true, track: '14px', cell: (run) => <StateGlyph state={runStateOf(run)} label={stateWord(t, runStateOf(run))} className="block" /> },
      { id: 'number', head: t('runs.colRun'), track: '36px', cell: (run) => <span className="tabular-nums">{run.number}</span> },
      {
        id: 'graph',
        head: t('runs.colGraph'),
        track: 'minmax(110px, 1.4fr)',
        cell: (run) => (
          <span className="font-medium" title={run.graphName}>
            {run.graphName}
          </span>
        ),
      },
      { id: 'by', head: t('runs.colBy'), track: 'minmax(90px, 1fr)', hidden: narrow, cell: (run) => <span className="text-fg-2">{words.startedBy(run)}</span> },
      { id: 'at', head: t('runs.colAt'), track: '48px', numbers: true, cell: (run) => <span className="text-fg-2">{formats.clock(run.createdAt)}</span> },
      { id: 'time', head: t('runs.colTime'), track: '84px', numbers: true, cell: (run) => <span className="text-fg-2">{formats.duration(run.ms ?? Math.max(0, now - run.createdAt))}</span> },
      { id: 'steps', head: t('runs.colSteps'), track: 'minmax(80px, 2fr)', hidden: phone, cell: (run) => <StepsStrip shares={stepShares(run)} label={words.steps(run)} /> },
      { id: 'runner', head: t('runs.colRunner'), track: 'minmax(80px, 110px)', hidden: narrow, cell: (run) => <span className="text-fg-2">{words.runner(run)}</span> },
    ],
    [t, formats, words, now, narrow, phone],
  );
}
