/** One edge: a level curve, or a way round what lies between, with a wide invisible path that takes the pointer. Its look in a run comes from outside of the model. */
import { type EdgeProps, getBezierPath, type Edge } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { EdgeData } from '../flow/flowElements.ts';
import { measures } from '../model/geometry.ts';
import { lanePath } from './lanes.ts';

/** The shape of a port reaches this far out of the node's edge; the line begins there. */
const SHAPE = 4;

/** The visible line begins a little off the port's middle. */
const NEAR = 12;
const same = (a: { readonly x: number; readonly y: number }, b: { readonly x: number; readonly y: number }): boolean => Math.abs(a.x - b.x) < NEAR && Math.abs(a.y - b.y) < 1;

export const CanvasEdge = memo(function CanvasEdge(props: EdgeProps<Edge<EdgeData, 'edge'>>): JSX.Element {
  const { looks, density } = useCanvas();
  const look = useEntry(looks, props.id) ?? 'rest';
  const inset = measures[density].hit / 2 - SHAPE;
  const from = { x: props.sourceX - inset, y: props.sourceY };
  const to = { x: props.targetX + inset, y: props.targetY };
  const lane = props.data?.lane;
  // While an end is dragged it is elsewhere than the lane was made for.
  const fits = lane !== undefined && same(lane.from, from) && same(lane.to, to);
  const [curve] = getBezierPath({
    sourceX: from.x, sourceY: from.y, sourcePosition: props.sourcePosition,
    targetX: to.x, targetY: to.y, targetPosition: props.targetPosition,
  });
  const path = fits ? lanePath(from, to, lane) : curve;
  const port = props.data?.port;
  return (
    <g className="ax-edge" data-edge-id={props.id} data-look={look} data-list={port?.list || undefined} data-type={port?.type} data-selected={props.selected || undefined}>
      <title>{props.data?.name}</title>
      <path className="ax-edge-hit" d={path} />
      <path className="ax-edge-line" d={path} />
    </g>
  );
});
