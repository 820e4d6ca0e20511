// Opens an example: a copy in the person's graphs, with the example's own folders offered for its slots. Nothing is granted or run.

import type { Example } from '@axion/protocol';
import { useAnnounce, useToasts } from '@axion/ui';
import { useCallback } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { offerFolders } from '../folders/offeredFolders.ts';

export function useExampleOpener(): (example: Example) => void {
  const { commands, view, environment } = useClient();
  const t = useT();
  const toasts = useToasts();
  const announce = useAnnounce();
  return useCallback(
    (example) => {
      commands
        .openExample(example.exampleId)
        .then(({ graph, folders }) => {
          offerFolders(environment.storage, graph.summary.graphId, folders);
          view.openGraph(graph.summary.graphId);
          // The graph that opens says it to who sees; a toast would lie over its buttons.
          announce.politely('example', t('examples.opened', { name: graph.summary.name }));
        })
        .catch((error: unknown) => toasts.show({ title: t('open.failed', { name: example.name, reason: reasonOf(t, error) }), state: 'failed' }));
    },
    [commands, view, environment, t, toasts, announce],
  );
}
