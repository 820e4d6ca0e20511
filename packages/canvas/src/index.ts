/**
 * @axion/canvas: the graph editor's drawing. Props in, intents out; no store, no transport. Beside the component it gives the pure
 * parts that others need with it: tidy, the clipboard format, sizes.
 */
export { type Clip, type ClipNode, type ClipRefusal, type ClipResult, clipCorner, clipText, readClip } from './clipboard/clip.ts';
export { KIND_DRAG_TYPE } from './flow/CanvasStage.tsx';
export { type CanvasHandle, GraphCanvas, type GraphCanvasProps } from './flow/GraphCanvas.tsx';
export { boxSize, CONTAINER, type CanvasDensity, NODE_WIDTH, PREVIEW_LINES, SNAP, snap, type View } from './model/geometry.ts';
export { type GraphIndex, indexGraph, isInnerEdge, withDescendants } from './model/graphIndex.ts';
export {
  type Box, type CanvasEdge, type CanvasEndpoint, type CanvasIntent, type CanvasModel, type CanvasNode, type CanvasNote, type CanvasPort, type CanvasSelection,
  type CheckConnection, type ConnectionCheck, type EdgeLook, emptySelection, type InstanceStates, type NodeMove, type NodeView, type OnIntent, type OpenEnd, type Point, type SummaryPart,
} from './model/types.ts';
export type { CanvasWords } from './model/words.ts';
export { InstanceBar, type InstanceBarProps } from './nodes/InstanceBar.tsx';
export { tidy, type TidyOptions } from './tidy/tidy.ts';
