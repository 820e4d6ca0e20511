/**
 * The graph editor's drawing: props in, intents out. The one place, with what lies beside it, that knows React Flow. It keeps only
 * what belongs to looking (view, keyboard place, a drag that is not over); the graph, its selection and its run come from outside.
 */
import { ReactFlowProvider } from '@xyflow/react';
import { type JSX, type Ref, useId } from 'react';
import type { CanvasDensity, View } from '../model/geometry.ts';
import type { CanvasModel, CanvasSelection, CheckConnection, EdgeLook, NodeView, OnIntent, Point } from '../model/types.ts';
import type { CanvasWords } from '../model/words.ts';
import { CanvasStage } from './CanvasStage.tsx';

export interface CanvasHandle {
  readonly focus: () => void;
  readonly fit: (nodes?: Iterable<string>) => void;
  /** Selects a node, puts the keyboard on it and brings it into view. */
  readonly showNode: (id: string) => void;
  readonly rename: (id: string) => void;
  /** The middle of what is seen, in canvas coordinates. */
  readonly centre: () => Point;
  /** Where something new goes: after what the keyboard is on, else in the middle of what is seen, in the container that is there. */
  readonly newPlace: () => { readonly at: Point; readonly parent: string | null };
  readonly toCanvas: (screen: Point) => Point;
  readonly find: () => void;
  readonly outline: () => void;
}

export interface GraphCanvasProps {
  readonly model: CanvasModel;
  readonly views: ReadonlyMap<string, NodeView>;
  readonly looks: ReadonlyMap<string, EdgeLook>;
  /** What a node shows of which the run knows nothing. Must not change its identity. */
  readonly idle: NodeView;
  readonly selection: CanvasSelection;
  readonly words: CanvasWords;
  readonly density: CanvasDensity;
  readonly readOnly: boolean;
  readonly check: CheckConnection;
  readonly onIntent: OnIntent;
  /** Where the view was when the graph was last open; without it the graph opens at its start, or whole where that can be read. */
  readonly view?: View;
  readonly onView?: (view: View) => void;
  readonly onAnnounce?: (text: string) => void;
  readonly handle?: Ref<CanvasHandle>;
}

export function GraphCanvas(props: GraphCanvasProps): JSX.Element {
  const domId = useId().replaceAll(/[^A-Za-z0-9_-]/g, '');
  return (
    <ReactFlowProvider>
      <CanvasStage {...props} domId={domId} />
    </ReactFlowProvider>
  );
}
