// The command palette: one ranked list over commands, graphs, chats, runs and examples. `>` shows commands only, `#` graphs only.

import { PaletteDialog, PickList } from '@axion/ui';
import { type JSX, useEffect, useMemo, useState } from 'react';
import { useExampleOpener } from '../features/examples/useExampleOpener.ts';
import { useT } from '../messages/context.ts';
import { useClient, useWorkspace } from '../session/context.ts';
import { titleOfChat } from '../session/words.ts';
import { type PaletteEntry, rankPalette } from './paletteEntries.ts';
import { useAllCommands } from './registry.tsx';

const MOST_RUNS = 200;
const noExamples = [] as const;

export function CommandPalette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const t = useT();
  return (
    <PaletteDialog open={open} onClose={onClose} label={t('palette.name')}>
      <PaletteContent onClose={onClose} />
    </PaletteDialog>
  );
}

function PaletteContent({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { view, workspace } = useClient();
  const t = useT();
  const [query, setQuery] = useState('');
  const commands = useAllCommands();
  const graphs = useWorkspace((state) => state.graphs);
  const sessions = useWorkspace((state) => state.sessions);
  const runs = useWorkspace((state) => state.runs);
  const examples = useWorkspace((state) => state.examples ?? noExamples);
  const openExample = useExampleOpener();

  useEffect(() => {
    if (workspace.store.getState().examples === undefined) workspace.loadExamples().catch(() => undefined);
  }, [workspace]);

  const entries = useMemo<readonly PaletteEntry[]>(
    () => [
      ...commands
        .filter((command) => command.enabled !== false && command.hidden !== true)
        .map((command): PaletteEntry => ({ id: `command:${command.id}`, kind: 'command', group: t(command.group), label: command.label, icon: command.icon, shortcut: command.shortcut, act: command.run })),
      ...graphs.map((graph): PaletteEntry => ({ id: `graph:${graph.graphId}`, kind: 'graph', group: t('palette.graphs'), label: graph.name, icon: 'workflow', act: () => view.openGraph(graph.graphId) })),
      ...sessions.slice(0, MOST_RUNS).map((session): PaletteEntry => ({ id: `chat:${session.id}`, kind: 'chat', group: t('palette.chats'), label: titleOfChat(t, session), icon: 'message-square', act: () => view.openChat(session.id) })),
      ...runs.slice(0, MOST_RUNS).map(
        (run): PaletteEntry => ({
          id: `run:${run.runId}`,
          kind: 'run',
          group: t('palette.runs'),
          label: t('palette.run', { number: run.number, name: run.graphName }),
          icon: 'list-video',
          act: () => view.go({ place: 'runs', runId: run.runId }),
        }),
      ),
      ...examples.map((example): PaletteEntry => ({ id: `example:${example.exampleId}`, kind: 'example', group: t('palette.examples'), label: example.name, icon: 'layers', act: () => openExample(example) })),
    ],
    [commands, graphs, sessions, runs, examples, openExample, t, view],
  );
  const groups = useMemo(() => rankPalette(query, entries), [query, entries]);

  return (
    <PickList
      label={t('palette.name')}
      placeholder={t('palette.placeholder')}
      query={query}
      onQuery={setQuery}
      groups={groups}
      onPick={(id) => {
        onClose();
        entries.find((entry) => entry.id === id)?.act();
      }}
      empty={t('palette.empty', { typed: query })}
      foot={<div className="border-t border-line-1 px-3 py-1.5 text-caption whitespace-pre text-fg-3">{t('palette.hint')}</div>}
    />
  );
}
