/**
 * The whole graph from far away, painted on one canvas: rectangles in the fill of their state and plain lines. It stands in for
 * React Flow's elements below a quarter of life size, where thousands would be on screen and no text could be read.
 */
import type { RunState } from '@axion/ui';
import { useStoreApi } from '@xyflow/react';
import { type JSX, useEffect, useRef } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import { useOnTransform } from '../flow/useOnTransform.ts';
import type { CanvasSelection } from '../model/types.ts';
import type { Scene } from './scene.ts';
import { type Paint, usePainter } from './usePainter.ts';

export interface FarLayerProps {
  readonly scene: Scene;
  readonly selection: CanvasSelection;
  readonly cursor: string | null;
}

export function FarLayer({ scene, selection, cursor }: FarLayerProps): JSX.Element {
  const { views } = useCanvas();
  const api = useStoreApi();
  const element = useRef<HTMLCanvasElement>(null);

  const paint: Paint = (context, width, height, colours) => {
    const [tx, ty, zoom] = api.getState().transform;
    const left = -tx / zoom;
    const top = -ty / zoom;
    const right = left + width / zoom;
    const bottom = top + height / zoom;
    context.save();
    context.translate(tx, ty);
    context.scale(zoom, zoom);
    context.lineWidth = 1 / zoom;
    context.strokeStyle = colours.edge;
    context.beginPath();
    for (const edge of scene.edges) {
      if (Math.max(edge.fromX, edge.toX) < left || Math.min(edge.fromX, edge.toX) > right || Math.max(edge.fromY, edge.toY) < top || Math.min(edge.fromY, edge.toY) > bottom) continue;
      context.moveTo(edge.fromX, edge.fromY);
      context.lineTo(edge.toX, edge.toY);
    }
    context.globalAlpha = 0.6;
    context.stroke();
    context.globalAlpha = 1;
    const byState = new Map<RunState, Path2D>();
    for (const { id, box, container } of scene.items) {
      if (box.x > right || box.x + box.w < left || box.y > bottom || box.y + box.h < top) continue;
      if (container) {
        context.strokeStyle = colours.frame;
        context.strokeRect(box.x, box.y, box.w, box.h);
        continue;
      }
      const state = views.get(id)?.state ?? 'idle';
      let path = byState.get(state);
      if (path === undefined) {
        path = new Path2D();
        byState.set(state, path);
      }
      path.rect(box.x, box.y, box.w, box.h);
    }
    for (const [state, path] of byState) {
      context.fillStyle = colours.fill[state];
      context.fill(path);
    }
    context.lineWidth = 2 / zoom;
    context.strokeStyle = colours.selected;
    for (const id of selection.nodes) {
      const box = scene.boxes.get(id);
      if (box) context.strokeRect(box.x, box.y, box.w, box.h);
    }
    const at = cursor === null ? undefined : scene.boxes.get(cursor);
    if (at) {
      context.strokeStyle = colours.focus;
      const room = 3 / zoom;
      context.strokeRect(at.x - room, at.y - room, at.w + 2 * room, at.h + 2 * room);
    }
    context.restore();
  };
  const painter = usePainter(element, paint);
  useOnTransform(painter.ask);
  useEffect(() => views.subscribeAll(painter.ask), [views, painter]);
  return <canvas ref={element} className="ax-far" aria-hidden />;
}
