// Starts a run from any place and asks for what it needs on the way: the fields of the graph's Start, folders for its slots. What
// stands in the way is said in a dialog with the way out. One start at a time; the promise gives the run, or null when it was not started.

import type { Json } from '@axion/client';
import type { Problem, RunSummary, Slot } from '@axion/protocol';
import { createContext, type JSX, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { NotStartedDialog } from './NotStartedDialog.tsx';
import { SlotsDialog } from './SlotsDialog.tsx';
import { StartFormDialog } from './StartFormDialog.tsx';
import { type StartField, startFieldsOf } from './startFields.ts';

export interface StartRequest {
  readonly graphId: string;
  /** The answers to the Start form; when given, the form is not shown. */
  readonly input?: Json;
}

export interface RunStarter {
  readonly start: (request: StartRequest) => Promise<RunSummary | null>;
  /** A start is under way: the Run button is busy. */
  readonly busy: boolean;
}

type Question =
  | { readonly kind: 'form'; readonly fields: readonly StartField[] }
  | { readonly kind: 'slots'; readonly slots: readonly Slot[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly problems: readonly Problem[]; readonly runner: boolean };

interface Open {
  readonly request: StartRequest;
  readonly name: string;
  readonly question: Question;
}

const RunStarterContext = createContext<RunStarter | null>(null);

export function useRunStarter(): RunStarter {
  const starter = useContext(RunStarterContext);
  if (starter === null) throw new Error('No run starter around this component.');
  return starter;
}

export function RunStarterProvider({ children }: { readonly children: ReactNode }): JSX.Element {
  const client = useClient();
  const t = useT();
  const [open, setOpen] = useState<Open | null>(null);
  const [busy, setBusy] = useState(false);
  const settle = useRef<((run: RunSummary | null) => void) | null>(null);

  const finish = useCallback((run: RunSummary | null) => {
    setOpen(null);
    setBusy(false);
    settle.current?.(run);
    settle.current = null;
  }, []);

  const attempt = useCallback(
    async (request: StartRequest, name: string) => {
      try {
        const outcome = await client.commands.startRun(request.graphId, request.input === undefined ? {} : { input: request.input });
        if (outcome.kind === 'started') finish(outcome.run);
        else if (outcome.kind === 'slots-unbound') setOpen({ request, name, question: { kind: 'slots', slots: outcome.slots } });
        else {
          const problems = outcome.kind === 'invalid' ? outcome.problems : [];
          setOpen({ request, name, question: { kind: 'refused', reason: reasonOf(t, outcome.refusal), problems, runner: outcome.kind === 'no-runner' } });
        }
      } catch (error) {
        setOpen({ request, name, question: { kind: 'refused', reason: reasonOf(t, error), problems: [], runner: false } });
      }
    },
    [client, finish, t],
  );

  const start = useCallback(
    async (request: StartRequest): Promise<RunSummary | null> => {
      if (settle.current !== null) return null;
      setBusy(true);
      const done = new Promise<RunSummary | null>((resolve) => {
        settle.current = resolve;
      });
      const graph = await loadedGraph(client, request.graphId);
      const name = graph?.name ?? client.workspace.store.getState().graphs.find((one) => one.graphId === request.graphId)?.name ?? '';
      const fields = request.input === undefined && graph !== null ? startFieldsOf(graph.nodes.values()) : [];
      if (fields.length > 0) setOpen({ request, name, question: { kind: 'form', fields } });
      else await attempt(request, name);
      return done;
    },
    [client, attempt],
  );

  const value = useMemo<RunStarter>(() => ({ start, busy }), [start, busy]);
  const cancel = () => finish(null);
  const proceed = (request: StartRequest) => {
    if (open === null) return;
    setOpen(null);
    void attempt(request, open.name);
  };
  return (
    <RunStarterContext value={value}>
      {children}
      {open?.question.kind === 'form' && (
        <StartFormDialog name={open.name} fields={open.question.fields} onCancel={cancel} onStart={(input) => proceed({ ...open.request, input })} />
      )}
      {open?.question.kind === 'slots' && (
        <SlotsDialog graphId={open.request.graphId} name={open.name} slots={open.question.slots} forRun onCancel={cancel} onDone={() => proceed(open.request)} />
      )}
      {open?.question.kind === 'refused' && (
        <NotStartedDialog
          graphId={open.request.graphId}
          name={open.name}
          reason={open.question.reason}
          problems={open.question.problems}
          runner={open.question.runner}
          onClose={cancel}
        />
      )}
    </RunStarterContext>
  );
}

/** The graph as it is now, unsaved edits with it; null when it cannot be had, and then Core says why. */
async function loadedGraph(client: ReturnType<typeof useClient>, graphId: string) {
  const graph = client.graph(graphId);
  const release = client.retain(graph);
  try {
    if (graph.store.getState().status === 'loading') {
      await new Promise<void>((resolve) => {
        const stop = graph.store.subscribe((state) => {
          if (state.status === 'loading') return;
          stop();
          resolve();
        });
      });
    }
    const state = graph.store.getState();
    return state.status === 'ready' ? state.model : null;
  } finally {
    release();
  }
}
