// The open documents as a strip: graphs and chats. A tab shows the state of the graph's newest run while that run is not over, and of
// a chat while a turn runs or waits.

import { tabId } from '@axion/client';
import type { GraphSummary, RunSummary, SessionInfo } from '@axion/protocol';
import { type DocumentTab, IconButton, type RunState, TabStrip } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useGraphActions } from '../features/graphs/useGraphActions.ts';
import { useT } from '../messages/context.ts';
import { useClient, useView, useWorkspace } from '../session/context.ts';
import { chatStateOf, isLive, runStateOf, stateWord, titleOfChat } from '../session/words.ts';

export function DocumentTabs(): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const actions = useGraphActions();
  const tabs = useView((state) => state.tabs);
  const route = useView((state) => state.route);
  const graphs = useWorkspace((state) => state.graphs);
  const runs = useWorkspace((state) => state.runs);
  const sessions = useWorkspace((state) => state.sessions);
  const chats = useMemo(() => new Map(sessions.map((session): [string, SessionInfo] => [session.id, session])), [sessions]);
  const byId = useMemo(() => new Map(graphs.map((graph): [string, GraphSummary] => [graph.graphId, graph])), [graphs]);
  const newest = useMemo(() => newestRuns(runs), [runs]);
  const stateOf = (state: RunState | null) => (state === null ? {} : { state, stateLabel: stateWord(t, state) });
  const chat = route.place === 'chat';
  return (
    <TabStrip
      tabs={tabs.map((tab): DocumentTab => {
        const id = tabId(tab);
        if ('sessionId' in tab) {
          const session = chats.get(id);
          return { id, label: session === undefined ? t('tabs.missingChat') : titleOfChat(t, session), icon: 'message-square', ...stateOf(session === undefined ? null : chatStateOf(session)) };
        }
        const run = newest.get(id);
        return { id, label: byId.get(id)?.name ?? t('tabs.missing'), icon: 'workflow', ...stateOf(run !== undefined && isLive(run) ? runStateOf(run) : null) };
      })}
      active={route.place === 'graph' ? route.graphId : chat ? (route.sessionId ?? null) : null}
      onSelect={(id) => (chats.has(id) ? view.openChat(id) : view.openGraph(id))}
      onClose={(id) => view.closeTab(id)}
      onMove={(id, to) => view.moveTab(id, to)}
      labels={{ tabs: t('tabs.name'), close: (name) => t('tabs.close', { name }), more: t('tabs.more') }}
      trailing={
        chat ? (
          <IconButton icon="plus" label={t('tabs.newChat')} small onClick={() => view.go({ place: 'chat' })} />
        ) : (
          <IconButton icon="plus" label={t('tabs.new')} shortcut="Mod+N" small onClick={actions.create} />
        )
      }
    />
  );
}

/** The newest run of each graph; the list is sorted, newest first. */
export function newestRuns(runs: readonly RunSummary[]): ReadonlyMap<string, RunSummary> {
  const newest = new Map<string, RunSummary>();
  for (const run of runs) if (run.graphId !== undefined && !newest.has(run.graphId)) newest.set(run.graphId, run);
  return newest;
}
