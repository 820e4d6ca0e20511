// The open graphs as a strip. A tab shows the state of the graph's newest run while that run is not over.

import type { GraphSummary, RunSummary } from '@axion/protocol';
import { IconButton, TabStrip } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useGraphActions } from '../features/graphs/useGraphActions.ts';
import { useT } from '../messages/context.ts';
import { useClient, useView, useWorkspace } from '../session/context.ts';
import { isLive, runStateOf, stateWord } from '../session/words.ts';

export function DocumentTabs(): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const actions = useGraphActions();
  const tabs = useView((state) => state.tabs);
  const route = useView((state) => state.route);
  const graphs = useWorkspace((state) => state.graphs);
  const runs = useWorkspace((state) => state.runs);
  const byId = useMemo(() => new Map(graphs.map((graph): [string, GraphSummary] => [graph.graphId, graph])), [graphs]);
  const newest = useMemo(() => newestRuns(runs), [runs]);
  return (
    <TabStrip
      tabs={tabs.map(({ graphId }) => {
        const run = newest.get(graphId);
        const state = run !== undefined && isLive(run) ? runStateOf(run) : null;
        return {
          id: graphId,
          label: byId.get(graphId)?.name ?? t('tabs.missing'),
          icon: 'workflow' as const,
          ...(state === null ? {} : { state, stateLabel: stateWord(t, state) }),
        };
      })}
      active={route.place === 'graph' ? route.graphId : null}
      onSelect={(graphId) => view.openGraph(graphId)}
      onClose={(graphId) => view.closeTab(graphId)}
      onMove={(graphId, to) => view.moveTab(graphId, to)}
      labels={{ tabs: t('tabs.name'), close: (name) => t('tabs.close', { name }), more: t('tabs.more') }}
      trailing={<IconButton icon="plus" label={t('tabs.new')} shortcut="Mod+N" small onClick={actions.create} />}
    />
  );
}

/** The newest run of each graph; the list is sorted, newest first. */
export function newestRuns(runs: readonly RunSummary[]): ReadonlyMap<string, RunSummary> {
  const newest = new Map<string, RunSummary>();
  for (const run of runs) if (run.graphId !== undefined && !newest.has(run.graphId)) newest.set(run.graphId, run);
  return newest;
}
