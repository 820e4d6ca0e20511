/** The graph in 150 × 84: states as blocks, the view as a frame. Pressing or dragging in it moves the view. Painted at most ten times a second. */
import type { RunState } from '@axion/ui';
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { type JSX, memo, type PointerEvent, useEffect, useRef } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import { useOnTransform } from '../flow/useOnTransform.ts';
import type { Box } from '../model/types.ts';
import type { Scene } from './scene.ts';
import { type Paint, usePainter } from './usePainter.ts';

const PAD = 8;
const EVERY_MS = 100;

/** How the map shows the canvas: its scale and where the canvas' origin is in it. */
function mapping(scene: Scene, view: Box, width: number, height: number): { readonly scale: number; readonly x: number; readonly y: number } {
  const bounds = scene.bounds ?? view;
  const left = Math.min(bounds.x, view.x);
  const top = Math.min(bounds.y, view.y);
  const right = Math.max(bounds.x + bounds.w, view.x + view.w);
  const bottom = Math.max(bounds.y + bounds.h, view.y + view.h);
  const scale = Math.min((width - 2 * PAD) / Math.max(1, right - left), (height - 2 * PAD) / Math.max(1, bottom - top));
  return { scale, x: width / 2 - ((left + right) / 2) * scale, y: height / 2 - ((top + bottom) / 2) * scale };
}

export const Minimap = memo(function Minimap({ scene }: { readonly scene: Scene }): JSX.Element {
  const { views, words } = useCanvas();
  const api = useStoreApi();
  const flow = useReactFlow();
  const element = useRef<HTMLCanvasElement>(null);
  const viewBox = (): Box => {
    const { transform: [tx, ty, zoom], width, height } = api.getState();
    return { x: -tx / zoom, y: -ty / zoom, w: width / zoom, h: height / zoom };
  };

  const paint: Paint = (context, width, height, colours) => {
    const view = viewBox();
    const { scale, x, y } = mapping(scene, view, width, height);
    const byState = new Map<RunState, Path2D>();
    for (const { id, box, container } of scene.items) {
      const w = Math.max(1, box.w * scale);
      const h = Math.max(1, box.h * scale);
      if (container) {
        context.strokeStyle = colours.frame;
        context.lineWidth = 1;
        context.strokeRect(Math.round(x + box.x * scale) + 0.5, Math.round(y + box.y * scale) + 0.5, Math.round(w), Math.round(h));
        continue;
      }
      const state = views.get(id)?.state ?? 'idle';
      let path = byState.get(state);
      if (path === undefined) {
        path = new Path2D();
        byState.set(state, path);
      }
      // Rounded corners cost much by the thousand and are not seen on a block of three pixels.
      if (w > 6) path.roundRect(x + box.x * scale, y + box.y * scale, w, h, 1.5);
      else path.rect(x + box.x * scale, y + box.y * scale, w, h);
    }
    for (const [state, path] of byState) {
      context.fillStyle = state === 'idle' ? colours.edge : colours.fill[state];
      context.fill(path);
    }
    context.strokeStyle = colours.frame;
    context.lineWidth = 1;
    const fx = Math.max(1, x + view.x * scale);
    const fy = Math.max(1, y + view.y * scale);
    context.strokeRect(Math.round(fx) + 0.5, Math.round(fy) + 0.5, Math.round(Math.min(width - 2, x + (view.x + view.w) * scale) - fx) - 1, Math.round(Math.min(height - 2, y + (view.y + view.h) * scale) - fy) - 1);
  };
  const painter = usePainter(element, paint, EVERY_MS);
  useOnTransform(painter.ask);
  useEffect(() => views.subscribeAll(painter.ask), [views, painter]);

  const moveTo = (event: PointerEvent<HTMLCanvasElement>): void => {
    const rect = event.currentTarget.getBoundingClientRect();
    const { scale, x, y } = mapping(scene, viewBox(), rect.width, rect.height);
    const { zoom } = flow.getViewport();
    void flow.setCenter((event.clientX - rect.left - x) / scale, (event.clientY - rect.top - y) / scale, { zoom });
  };
  return (
    <div className="ax-minimap">
      <canvas
        ref={element}
        role="img"
        aria-label={words.minimap}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          moveTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(event);
        }}
      />
    </div>
  );
});
