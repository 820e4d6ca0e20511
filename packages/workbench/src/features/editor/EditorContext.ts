// What the parts of one editor share: the graph and how to change it, what is selected, which run is shown. One object for a screen.

import type { CanvasHandle, CanvasSelection } from '@axion/canvas';
import type { DraftOp, GraphModel, GraphStore } from '@axion/client';
import type { Kind } from '@axion/engine';
import type { Problem } from '@axion/protocol';
import { createContext, type RefObject, useContext } from 'react';
import type { Change, Spot } from './model/changes.ts';

export const runTabs = ['timeline', 'logs', 'values', 'approvals', 'problems'] as const;
export type RunTab = (typeof runTabs)[number];
export type InspectorTab = 'run' | 'setup' | 'notes';

export interface Editor {
  readonly graphId: string;
  readonly graph: GraphStore;
  readonly model: GraphModel;
  readonly problems: readonly Problem[];
  readonly selection: CanvasSelection;
  readonly select: (selection: CanvasSelection) => void;
  /** Selects one node and brings it into view. */
  readonly show: (node: string) => void;
  readonly edit: (ops: readonly DraftOp[], label: string, gesture?: string) => void;
  /** Makes a change and selects what it brought. */
  readonly apply: (change: Change, label: string) => void;
  readonly insertKind: (kind: Kind, spot?: Spot) => void;
  readonly newId: () => string;
  readonly runId: string | null;
  readonly showRun: (runId: string | null) => void;
  /** The instance whose values are looked at: `node`, or `node@scope`. */
  readonly stepKey: string | null;
  readonly showStep: (key: string | null) => void;
  readonly runTab: RunTab;
  readonly showRunTab: (tab: RunTab) => void;
  readonly inspectorTab: InspectorTab;
  readonly showInspectorTab: (tab: InspectorTab) => void;
  readonly canvas: RefObject<CanvasHandle | null>;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error('No editor around this component.');
  return editor;
}

/** The one node that is selected, or null for none or several. */
export function onlyNode(selection: CanvasSelection): string | null {
  return selection.nodes.size === 1 ? ([...selection.nodes][0] ?? null) : null;
}
