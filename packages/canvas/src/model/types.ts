/**
 * What the canvas is given and what it says back. Data only: it knows no store, no transport and no catalogue of kinds, so the
 * same canvas draws a document that is being edited, a graph that ran last week, or one side of a comparison.
 *
 * Positions of a child are relative to the top left corner of its container. Items keep their identity while nothing about them
 * changed; the canvas relies on that to redraw only what is new.
 */
import type { IconName, RunState, ValueType } from '@axion/ui';

export interface CanvasPort {
  readonly id: string;
  /** What is written beside the port. */
  readonly name: string;
  readonly type: ValueType;
  readonly list: boolean;
  /** The type in words, for names and tooltips: "list of files". */
  readonly typeName: string;
  /** The port takes more than one edge. */
  readonly many?: boolean;
}

/** A part of the one summary line; code, paths and models are set in mono. */
export interface SummaryPart {
  readonly text: string;
  readonly mono?: boolean;
}

export interface CanvasNode {
  readonly id: string;
  readonly kind: string;
  /** The kind in words, for names: "Approval". */
  readonly kindName: string;
  readonly icon: IconName;
  readonly title: string;
  readonly parent?: string;
  readonly x: number;
  readonly y: number;
  readonly w?: number;
  readonly h?: number;
  readonly container: boolean;
  readonly collapsed: boolean;
  readonly off: boolean;
  /** The kind is not known here: drawn as an inert placeholder, with this text. */
  readonly unknown?: string;
  readonly inputs: readonly CanvasPort[];
  readonly outputs: readonly CanvasPort[];
  /** Ports of a container that face its children: values that come in, and those that go out. */
  readonly innerSources: readonly CanvasPort[];
  readonly innerSinks: readonly CanvasPort[];
  readonly summary: readonly SummaryPart[];
  /** How many problems the node has; the first is told in its name. */
  readonly problem?: string;
}

export interface CanvasEndpoint {
  readonly node: string;
  readonly port: string;
}

export interface CanvasEdge {
  readonly id: string;
  readonly from: CanvasEndpoint;
  readonly to: CanvasEndpoint;
}

export interface CanvasNote {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface CanvasModel {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly notes: readonly CanvasNote[];
}

/** States of the items of a container: one by one up to 200, else as shares. */
export interface InstanceStates {
  readonly total: number;
  readonly each?: readonly RunState[];
  readonly shares?: Readonly<Partial<Record<RunState, number>>>;
}

/** How a node stands in the run that is shown. Kept apart from the model: it changes many times a second. */
export interface NodeView {
  readonly state: RunState;
  /** The word of the strip: "Done", "Retry in 4 s". */
  readonly word: string;
  /** Top right of the header: "0.3 s", "≈ 6.1 s". */
  readonly time?: string;
  /** Right of the strip: "38 files", "503 · 3 tries"; in the header of a container: "26 of 38". */
  readonly count?: string;
  /** At most three lines of what the node made. */
  readonly preview?: readonly string[];
  readonly streaming?: boolean;
  readonly instances?: InstanceStates;
}

export type EdgeLook = 'rest' | 'passed' | 'running' | 'dead';

export interface CanvasSelection {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly notes: ReadonlySet<string>;
}

export const emptySelection: CanvasSelection = { nodes: new Set(), edges: new Set(), notes: new Set() };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly w: number;
  readonly h: number;
}

/** The answer to "may these two be joined?". `proposal` is a node that would make it fit. */
export type ConnectionCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly proposal?: { readonly label: string; readonly kind: string } };

export type CheckConnection = (from: CanvasEndpoint, to: CanvasEndpoint) => ConnectionCheck;

/** An end of an edge that does not exist yet: where it started, and which way it goes. */
export interface OpenEnd {
  readonly endpoint: CanvasEndpoint;
  readonly side: 'output' | 'input';
}

export interface NodeMove {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** Present when the node went into or out of a container; null is the top level. */
  readonly parent?: string | null;
}

export type CanvasIntent =
  | { readonly type: 'select'; readonly selection: CanvasSelection }
  | { readonly type: 'move'; readonly nodes: readonly NodeMove[]; readonly notes: readonly { readonly id: string; readonly x: number; readonly y: number }[] }
  | { readonly type: 'resize'; readonly id: string; readonly entity: 'node' | 'note'; readonly box: Box }
  | { readonly type: 'connect'; readonly from: CanvasEndpoint; readonly to: CanvasEndpoint }
  | { readonly type: 'reconnect'; readonly edge: string; readonly from: CanvasEndpoint; readonly to: CanvasEndpoint }
  | { readonly type: 'convert'; readonly from: CanvasEndpoint; readonly to: CanvasEndpoint; readonly kind: string }
  | { readonly type: 'delete'; readonly selection: CanvasSelection }
  | { readonly type: 'copy' | 'cut' | 'duplicate'; readonly selection: CanvasSelection }
  | { readonly type: 'paste'; readonly text: string | null; readonly at: Point; readonly parent: string | null }
  | { readonly type: 'insert'; readonly kind: string; readonly at: Point; readonly parent: string | null }
  | { readonly type: 'palette'; readonly at: Point; readonly parent: string | null; readonly screen: Point; readonly from?: OpenEnd }
  | { readonly type: 'rename'; readonly id: string; readonly title: string }
  | { readonly type: 'note-text'; readonly id: string; readonly text: string }
  | { readonly type: 'edit'; readonly id: string }
  | { readonly type: 'toggle-off'; readonly ids: readonly string[] }
  | { readonly type: 'collapse'; readonly id: string; readonly collapsed: boolean }
  | { readonly type: 'menu'; readonly screen: Point; readonly at: Point; readonly node?: string; readonly edge?: string; readonly note?: string }
  | { readonly type: 'inspect-edge'; readonly id: string; readonly screen: Point }
  | { readonly type: 'undo' | 'redo' | 'run' };

export type OnIntent = (intent: CanvasIntent) => void;
