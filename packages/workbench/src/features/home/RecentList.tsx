// Graphs by when something last happened to them, with what that was. Absent when there are none.

import type { GraphSummary, RunSummary } from '@axion/protocol';
import { Icon, StateGlyph } from '@axion/ui';
import { type JSX, type KeyboardEvent, type ReactNode, useMemo } from 'react';
import { newestRuns } from '../../frame/DocumentTabs.tsx';
import { useFormats, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { runStateOf } from '../../session/words.ts';
import { useRunWords } from '../runs/useRunWords.ts';

const MOST_SHOWN = 8;

interface RecentRow {
  readonly graph: GraphSummary;
  readonly run: RunSummary | null;
  readonly at: number;
}

export function RecentList({ action }: { readonly action: ReactNode }): JSX.Element | null {
  const { view } = useClient();
  const t = useT();
  const formats = useFormats();
  const words = useRunWords();
  const now = useNow(60_000);
  const graphs = useWorkspace((state) => state.graphs);
  const runs = useWorkspace((state) => state.runs);
  const rows = useMemo(() => recentRows(graphs, runs), [graphs, runs]);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="home-recent">
      <div className="flex items-baseline gap-4 border-b border-line-1 pb-1.5">
        <h2 id="home-recent" className="min-w-0 flex-1 text-small font-semibold">
          {t('home.recent')}
        </h2>
        <span className="text-small">{action}</span>
      </div>
      <ul onKeyDown={moveInList}>
        {rows.map(({ graph, run, at }) => (
          <li key={graph.graphId} className="border-b border-line-1">
            <button
              type="button"
              onClick={() => view.openGraph(graph.graphId)}
              className="ring-inside flex min-h-(--h-row) w-full items-center gap-2.5 text-start hover:bg-hover"
            >
              <Icon name="workflow" size={14} className="text-fg-2" />
              <span className="w-56 shrink-0 truncate font-medium max-md:w-40" title={graph.name}>
                {graph.name}
              </span>
              <span className="flex min-w-0 flex-1 items-center gap-2 text-fg-2">
                <StateGlyph state={run === null ? 'idle' : runStateOf(run)} label={null} />
                <span className="truncate">{run === null ? t('home.never') : words.outcome(run)}</span>
              </span>
              <span className="shrink-0 text-small text-fg-3 max-md:hidden">{t('home.nodes', { count: graph.nodeCount })}</span>
              <span className="numbers w-20 shrink-0 text-small text-fg-2">{formats.when(at, now)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function recentRows(graphs: readonly GraphSummary[], runs: readonly RunSummary[]): readonly RecentRow[] {
  const newest = newestRuns(runs);
  return graphs
    .map((graph): RecentRow => {
      const run = newest.get(graph.graphId) ?? null;
      return { graph, run, at: Math.max(graph.updatedAt, run?.finishedAt ?? run?.createdAt ?? 0) };
    })
    .sort((one, other) => other.at - one.at)
    .slice(0, MOST_SHOWN);
}

/** Arrows go through the rows; Tab stays what it is. */
export function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const buttons: readonly Element[] = [...event.currentTarget.querySelectorAll('button')];
  const at = document.activeElement === null ? -1 : buttons.indexOf(document.activeElement);
  const next = buttons[at + step];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
