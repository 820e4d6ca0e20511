// The state of one editor: selection, the run that is shown, which tabs are open, what is wrong with the graph. It also keeps what
// belongs to the window (selection, shown run) where the window is remembered.

import { type CanvasHandle, type CanvasSelection, emptySelection } from '@axion/canvas';
import type { DraftOp, GraphModel } from '@axion/client';
import type { Kind } from '@axion/engine';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useClient, useGraph, useView, useWorkspace } from '../../session/context.ts';
import { isLive } from '../../session/words.ts';
import { type Editor, type InspectorTab, onlyNode, type RunTab, runTabs } from './EditorContext.ts';
import type { Place } from './model/canvasModel.ts';
import { type Change, insert, type Spot } from './model/changes.ts';
import { keepPlaces, placesFor } from './model/places.ts';
import { problemByNode } from './model/problems.ts';
import { useGraphProblems } from './useGraphProblems.ts';
import { useRecentKinds } from './useRecentKinds.ts';

export interface EditorState {
  readonly editor: Editor;
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: ReadonlyMap<string, string>;
  readonly usedKind: (kind: string) => void;
}

const COLUMN = 214;

export function useEditorState(graphId: string, openRunPanel: () => void): EditorState {
  const client = useClient();
  const graph = useGraph(graphId);
  const model = useStore(graph.store, (state) => state.model);
  const { view, environment } = client;
  const canvas = useRef<CanvasHandle>(null);
  const [selection, setSelection] = useState<CanvasSelection>(() => ({ ...emptySelection, nodes: new Set(view.store.getState().graphs[graphId]?.selection ?? []) }));
  const [stepKey, setStepKey] = useState<string | null>(null);
  const keptTab = useView((state) => state.graphs[graphId]?.runTab);
  const runTab = runTabs.find((tab) => tab === keptTab) ?? 'timeline';
  const setRunTab = useCallback((tab: RunTab) => view.setGraphPlace(graphId, { runTab: tab }), [view, graphId]);
  const [inspectorTab, setInspectorTab] = useState<InspectorTab>('setup');
  const [, usedKind] = useRecentKinds();
  const runId = useShownRun(graphId);

  const shown = useMemo(() => existing(selection, model), [selection, model]);
  const select = useCallback(
    (next: CanvasSelection) => {
      setSelection(next);
      // A step of another node is not what the inspector is about any more.
      const only = onlyNode(next);
      setStepKey((key) => (key !== null && only !== null && key.split('@')[0] === only ? key : null));
      view.setGraphPlace(graphId, { selection: [...next.nodes].slice(0, 100) });
    },
    [view, graphId],
  );
  const problems = useGraphProblems(model);
  const lastProblems = useRef<ReadonlyMap<string, string>>(new Map());
  lastProblems.current = useMemo(() => problemByNode(problems, lastProblems.current), [problems]);
  const places = usePlaces(model);
  const latest = useRef({ model, places, shown });
  latest.current = { model, places, shown };

  const edit = useCallback(
    (ops: readonly DraftOp[], label: string, gesture?: string) => {
      if (ops.length === 0) return;
      const kept = keepPlaces(latest.current.model, latest.current.places, ops);
      graph.edit(kept, { label, ...(gesture === undefined ? {} : { gesture }) });
    },
    [graph],
  );
  const apply = useCallback(
    (change: Change, label: string) => {
      if (change.ops.length === 0) return;
      edit(change.ops, label);
      select({ nodes: new Set(change.nodes ?? []), edges: new Set(), notes: new Set(change.notes ?? []) });
      const [first] = change.nodes ?? [];
      if (first !== undefined) requestAnimationFrame(() => canvas.current?.showNode(first));
    },
    [edit, select],
  );
  const insertKind = useCallback(
    (kind: Kind, spot?: Spot) => {
      const { model: now, shown: chosen } = latest.current;
      const after = onlyNode(chosen);
      usedKind(kind.id);
      const change = insert(now, kind, spot ?? spotFor(now, after, canvas), environment.newId, after === null || spot !== undefined ? undefined : { after });
      apply(change, 'insert');
      // The free place may be out of view.
      const [added] = change.nodes ?? [];
      if (added !== undefined) environment.frame(() => canvas.current?.showNode(added));
    },
    [apply, environment, usedKind],
  );
  const openPanel = useRef(openRunPanel);
  openPanel.current = openRunPanel;
  const showRun = useCallback(
    (next: string | null) => {
      view.setGraphPlace(graphId, { runId: next ?? '' });
      setStepKey(null);
      if (next === null) return;
      setRunTab('timeline');
      openPanel.current();
    },
    [view, graphId, setRunTab],
  );
  const show = useCallback(
    (node: string) => {
      select({ ...emptySelection, nodes: new Set([node]) });
      requestAnimationFrame(() => canvas.current?.showNode(node));
    },
    [select],
  );
  useResultOpens(runId, runTab, setRunTab, setStepKey);

  const editor = useMemo<Editor>(
    () => ({
      graphId, graph, model, problems, selection: shown, select, show, edit, apply, insertKind, newId: environment.newId,
      runId, showRun, stepKey, showStep: setStepKey, runTab, showRunTab: setRunTab, inspectorTab, showInspectorTab: setInspectorTab, canvas,
    }),
    [graphId, graph, model, problems, shown, select, show, edit, apply, insertKind, environment, runId, showRun, stepKey, runTab, setRunTab, inspectorTab],
  );
  return { editor, places, problems: lastProblems.current, usedKind };
}

/** What is selected and still there. Another window may have deleted a part of it. */
function existing(selection: CanvasSelection, model: GraphModel): CanvasSelection {
  const all = [...selection.nodes].every((id) => model.nodes.has(id)) && [...selection.edges].every((id) => model.edges.has(id)) && [...selection.notes].every((id) => model.notes.has(id));
  if (all) return selection;
  const kept = (ids: ReadonlySet<string>, there: ReadonlyMap<string, unknown>): ReadonlySet<string> => new Set([...ids].filter((id) => there.has(id)));
  return { nodes: kept(selection.nodes, model.nodes), edges: kept(selection.edges, model.edges), notes: kept(selection.notes, model.notes) };
}

/** Right of the selected node, in its container; else in the middle of what is seen. */
function spotFor(model: GraphModel, after: string | null, canvas: RefObject<CanvasHandle | null>): Spot {
  const node = after === null ? undefined : model.nodes.get(after);
  if (node !== undefined) return { at: { x: node.x + (node.w ?? COLUMN - 40) + 40, y: node.y }, parent: node.parent ?? null };
  return canvas.current?.newPlace() ?? { at: { x: 0, y: 0 }, parent: null };
}

/** The run that was chosen, or, when none was, the newest one while it is under way. A run that is gone is not shown. */
function useShownRun(graphId: string): string | null {
  const chosen = useView((state) => state.graphs[graphId]?.runId);
  const runs = useWorkspace((state) => state.runs);
  const ready = useWorkspace((state) => state.status === 'ready');
  return useMemo(() => {
    const newest = runs.find((run) => run.graphId === graphId);
    if (chosen !== undefined && chosen !== '') {
      // A list that was read only in part may not have an old run; it is asked for by its id then.
      const known = runs.some((run) => run.runId === chosen) || !ready;
      return known ? chosen : (newest?.runId ?? null);
    }
    if (chosen === '') return newest !== undefined && isLive(newest) ? newest.runId : null;
    return newest?.runId ?? null;
  }, [chosen, runs, graphId, ready]);
}

/** Places of what has none are computed once for a set of such nodes, not for each edit. */
function usePlaces(model: GraphModel): ReadonlyMap<string, Place> {
  const before = useRef<ReadonlyMap<string, Place>>(new Map());
  before.current = useMemo(() => placesFor(model, before.current), [model]);
  return before.current;
}

/** When the run that is shown ends well while its timeline is looked at, its result is opened. */
function useResultOpens(runId: string | null, tab: RunTab, showTab: (tab: RunTab) => void, showStep: (key: string | null) => void): void {
  const state = useWorkspace((workspace) => workspace.runs.find((run) => run.runId === runId)?.state);
  const before = useRef<{ readonly runId: string | null; readonly live: boolean }>({ runId: null, live: false });
  useEffect(() => {
    const was = before.current;
    const live = state === 'queued' || state === 'running' || state === 'waiting';
    before.current = { runId, live };
    if (was.runId !== runId || !was.live || live) return;
    if (state === 'failed') showTab('problems');
    else if (state === 'succeeded' && tab === 'timeline') {
      showStep(null);
      showTab('values');
    }
  }, [runId, state, tab, showTab, showStep]);
}
