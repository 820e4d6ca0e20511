// A graph as an outline: its name, Run, and its nodes with their states. The drawing surface takes this place.

import { Button, EmptyState, Skeleton, StateGlyph, Text } from '@axion/ui';
import type { JSX } from 'react';
import { useStore } from 'zustand';
import { DocumentTabs } from '../../frame/DocumentTabs.tsx';
import { useT } from '../../messages/context.ts';
import { useClient, useGraph, useRun, useView } from '../../session/context.ts';
import { stateWord } from '../../session/words.ts';
import { useRunStarter } from '../folders/RunStarter.tsx';

export function EditorScreen({ graphId }: { readonly graphId: string }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const graph = useStore(useGraph(graphId).store);
  const runId = useView((state) => state.graphs[graphId]?.runId ?? null);
  const run = useRun(runId);
  const starter = useRunStarter();
  return (
    <main id="document" tabIndex={-1} data-region="document" aria-label={graph.model.name} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
      <DocumentTabs />
      {graph.status === 'loading' ? (
        <Skeleton rows={6} label={t('loading')} className="p-6" />
      ) : graph.status !== 'ready' ? (
        <EmptyState title={t('graphs.notFound')} detail={t('graphs.notFoundDetail')} action={<Button onClick={() => view.go({ place: 'graphs' })}>{t('graphs.seeAll')}</Button>} className="flex-1" />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto p-6">
          <div className="mb-4 flex items-center gap-3">
            <Text as="h1" type="heading" className="flex-1">
              {graph.model.name}
            </Text>
            <Button
              look="ink"
              icon="play"
              busy={starter.busy}
              onClick={() => void starter.start({ graphId }).then((started) => started !== null && view.setGraphPlace(graphId, { runId: started.runId }))}
            >
              {t('start.run')}
            </Button>
          </div>
          <ul>
            {[...graph.model.nodes.values()].slice(0, 500).map((node) => {
              const state = run?.view.node(node.id)?.state ?? 'idle';
              return (
                <li key={node.id} data-node-id={node.id} data-state={state} className="flex h-(--h-row) items-center gap-2.5 border-b border-line-1">
                  <StateGlyph state={state} label={stateWord(t, state)} />
                  <span className="min-w-0 flex-1 truncate">{node.name}</span>
                  <code className="font-mono text-mono text-fg-3">{node.kind}</code>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </main>
  );
}
