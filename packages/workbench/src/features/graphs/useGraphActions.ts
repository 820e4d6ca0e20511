// What can be done with a graph from any place: new, duplicate, save as a file, delete with undo. Failures say themselves.

import type { GraphSummary } from '@axion/protocol';
import { useToasts } from '@axion/ui';
import { useMemo } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { GRAPH_SUFFIX, LAYOUT_SUFFIX } from '../files/graphFiles.ts';
import { saveText } from '../files/saveText.ts';

export interface GraphActions {
  readonly create: () => void;
  readonly duplicate: (graph: GraphSummary) => void;
  readonly saveAsFile: (graph: GraphSummary) => void;
  readonly remove: (graph: GraphSummary) => void;
  readonly restore: (graph: GraphSummary) => void;
}

export function useGraphActions(): GraphActions {
  const { commands, view, workspace } = useClient();
  const t = useT();
  const toasts = useToasts();
  return useMemo(() => {
    const attempt = (name: string, work: () => Promise<void>) => {
      work().catch((error: unknown) => toasts.show({ title: t('graphs.failed', { name, reason: reasonOf(t, error) }), state: 'failed' }));
    };
    const restore = (graph: GraphSummary) =>
      attempt(graph.name, async () => {
        await commands.restoreGraph(graph.graphId);
        toasts.show({ id: `graph-${graph.graphId}`, title: t('graphs.restored', { name: graph.name }), state: 'succeeded' });
      });
    return {
      create: () =>
        attempt(t('home.untitled'), async () => {
          const taken = new Set(workspace.store.getState().graphs.map((graph) => graph.name));
          const snapshot = await commands.createGraph(freeName(t('home.untitled'), taken));
          view.openGraph(snapshot.summary.graphId);
        }),
      duplicate: (graph) =>
        attempt(graph.name, async () => {
          const snapshot = await commands.duplicateGraph(graph.graphId, t('graphs.copyName', { name: graph.name }));
          view.openGraph(snapshot.summary.graphId);
        }),
      saveAsFile: (graph) =>
        attempt(graph.name, async () => {
          const texts = await commands.exportGraph(graph.graphId);
          const stem = fileStem(graph.name);
          saveText(`${stem}${GRAPH_SUFFIX}`, texts.text);
          saveText(`${stem}${LAYOUT_SUFFIX}`, texts.layout);
        }),
      remove: (graph) =>
        attempt(graph.name, async () => {
          await commands.deleteGraph(graph.graphId);
          view.closeTab(graph.graphId);
          toasts.show({
            id: `graph-${graph.graphId}`,
            title: t('graphs.deleted', { name: graph.name }),
            state: 'succeeded',
            action: { label: t('act.undo'), act: () => restore(graph) },
          });
        }),
      restore,
    };
  }, [commands, view, workspace, t, toasts]);
}

/** `New graph`, `New graph 2`, … the first that is free. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base} ${number}`)) number += 1;
  return `${base} ${number}`;
}

/** A file name that every system takes. */
function fileStem(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} ._-]/gu, '-')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 80);
  return plain === '' ? 'graph' : plain;
}
