/** One edge: a level curve, with a wide invisible path that takes the pointer. Its look in a run comes from outside of the model. */
import { type EdgeProps, getBezierPath, type Edge } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { EdgeData } from '../flow/flowElements.ts';
import { measures } from '../model/geometry.ts';

/** The shape of a port reaches this far out of the node's edge; the line begins there. */
const SHAPE = 4;

export const CanvasEdge = memo(function CanvasEdge(props: EdgeProps<Edge<EdgeData, 'edge'>>): JSX.Element {
  const { looks, density } = useCanvas();
  const look = useEntry(looks, props.id) ?? 'rest';
  const inset = measures[density].hit / 2 - SHAPE;
  const [path] = getBezierPath({
    sourceX: props.sourceX - inset, sourceY: props.sourceY, sourcePosition: props.sourcePosition,
    targetX: props.targetX + inset, targetY: props.targetY, targetPosition: props.targetPosition,
  });
  const port = props.data?.port;
  return (
    <g className="ax-edge" data-edge-id={props.id} data-look={look} data-list={port?.list || undefined} data-type={port?.type} data-selected={props.selected || undefined}>
      <title>{props.data?.name}</title>
      <path className="ax-edge-hit" d={path} />
      <path className="ax-edge-line" d={path} />
    </g>
  );
});
