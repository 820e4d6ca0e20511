/** React Flow with our settings. Memoised: it is drawn again only when nodes, edges or rights change, never for a run's states. */
import { ReactFlow, SelectionMode, type Viewport } from '@xyflow/react';
import { type JSX, memo, type MouseEvent as ReactMouseEvent } from 'react';
import { CanvasEdge } from '../edges/CanvasEdge.tsx';
import { ConnectionLine } from '../edges/ConnectionLine.tsx';
import { MAX_ZOOM, MIN_ZOOM, SNAP, type View } from '../model/geometry.ts';
import type { CheckConnection, Point } from '../model/types.ts';
import { ContainerCard } from '../nodes/ContainerCard.tsx';
import { NodeCard } from '../nodes/NodeCard.tsx';
import { NoteCard } from '../nodes/NoteCard.tsx';
import { ClashHint } from '../overlays/ClashBubble.tsx';
import type { FlowEdge, FlowNode } from './flowElements.ts';
import type { CanvasDrag } from './useCanvasDrag.ts';
import type { Connecting } from './useConnecting.ts';
import type { CanvasViewport } from './useViewport.ts';

export interface SurfaceEvents {
  readonly onDragStop: (nodes: readonly FlowNode[]) => void;
  readonly onNodeDoubleClick: (id: string) => void;
  readonly onEdgeClick: (id: string, screen: Point) => void;
  readonly onMenu: (screen: Point, target: { readonly node?: string; readonly edge?: string }) => void;
  readonly onPaneClick: (screen: Point) => void;
}

export interface FlowSurfaceProps {
  readonly id: string;
  readonly nodes: FlowNode[];
  readonly edges: FlowEdge[];
  readonly readOnly: boolean;
  readonly view: View | undefined;
  readonly check: CheckConnection;
  readonly onNodesChange: CanvasDrag['onNodesChange'];
  readonly onEdgesChange: CanvasDrag['onEdgesChange'];
  readonly connecting: Connecting;
  readonly onMoveStart: CanvasViewport['onMoveStart'];
  readonly onMoveEnd: CanvasViewport['onMoveEnd'];
  readonly events: SurfaceEvents;
  readonly onReady: () => void;
}

const nodeTypes = { card: NodeCard, container: ContainerCard, note: NoteCard };
const edgeTypes = { edge: CanvasEdge };
const grid: [number, number] = [SNAP, SNAP];
const start: Viewport = { x: 0, y: 0, zoom: 1 };
const attribution = { hideAttribution: true };
const modKeys = ['Control', 'Meta'];
const at = (event: { readonly clientX: number; readonly clientY: number }): Point => ({ x: event.clientX, y: event.clientY });

export const FlowSurface = memo(function FlowSurface({ id, nodes, edges, readOnly, view, check, onNodesChange, onEdgesChange, connecting, onMoveStart, onMoveEnd, events, onReady }: FlowSurfaceProps): JSX.Element {
  const menu = (event: ReactMouseEvent | MouseEvent, target: { readonly node?: string; readonly edge?: string }): void => {
    event.preventDefault();
    events.onMenu(at(event), target);
  };
  return (
    <ReactFlow<FlowNode, FlowEdge>
      id={id}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      defaultViewport={view ?? start}
      minZoom={MIN_ZOOM}
      maxZoom={MAX_ZOOM}
      snapToGrid
      snapGrid={grid}
      zIndexMode="manual"
      elevateNodesOnSelect={false}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      edgesReconnectable={!readOnly}
      nodesFocusable={false}
      edgesFocusable={false}
      disableKeyboardA11y
      deleteKeyCode={null}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={modKeys}
      panActivationKeyCode={null}
      zoomActivationKeyCode={modKeys}
      selectionMode={SelectionMode.Partial}
      panOnScroll
      panOnScrollSpeed={1}
      zoomOnDoubleClick={false}
      connectOnClick={false}
      connectionRadius={24}
      connectionLineComponent={ConnectionLine}
      nodeDragThreshold={3}
      proOptions={attribution}
      onInit={onReady}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onNodeDragStop={(_event, node, moved) => events.onDragStop(moved.length > 0 ? moved : [node])}
      onSelectionDragStop={(_event, moved) => events.onDragStop(moved)}
      onNodeDoubleClick={(_event, node) => events.onNodeDoubleClick(node.id)}
      onEdgeClick={(event, edge) => events.onEdgeClick(edge.id, at(event))}
      onNodeContextMenu={(event, node) => menu(event, { node: node.id })}
      onEdgeContextMenu={(event, edge) => menu(event, { edge: edge.id })}
      onPaneContextMenu={(event) => menu(event, {})}
      onSelectionContextMenu={(event, chosen) => menu(event, chosen[0] === undefined ? {} : { node: chosen[0].id })}
      onPaneClick={(event) => events.onPaneClick(at(event))}
      isValidConnection={connecting.isValid}
      onConnect={connecting.onConnect}
      onConnectEnd={connecting.onConnectEnd}
      onReconnect={connecting.onReconnect}
      onMoveStart={onMoveStart}
      onMoveEnd={onMoveEnd}
    >
      {!readOnly && <ClashHint check={check} />}
    </ReactFlow>
  );
});
