/** Moving the view: fit, centre on a node, zoom by steps, and the level of detail that follows from the zoom. */
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { boundsOf, fitView, MAX_ZOOM, MIN_ZOOM, openingView, type View } from '../model/geometry.ts';
import type { Box, Point } from '../model/types.ts';
import { useOnTransform } from './useOnTransform.ts';

export type Detail = 'full' | 'plain' | 'far';
/** Below the first nodes lose ports and previews, below the second they are painted. */
const PLAIN = 0.45;
const FAR = 0.25;
const FIT_MS = 200;

export const detailOf = (zoom: number): Detail => (zoom < FAR ? 'far' : zoom < PLAIN ? 'plain' : 'full');

/** No motion for those who asked for none, of the system or of us. */
const duration = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches || document.documentElement.dataset['motion'] === 'reduced' ? 0 : FIT_MS);

export interface CanvasViewport {
  readonly far: boolean;
  readonly onMoveStart: () => void;
  readonly onMoveEnd: () => void;
  /** False when there is nothing to fit, or no room yet. */
  readonly fit: (boxes: Iterable<Box>) => boolean;
  /** The first look; false as above. */
  readonly open: (bounds: Box, start: Box) => boolean;
  readonly show: (box: Box) => void;
  readonly zoom: (by: 'in' | 'out' | '100') => void;
  readonly toCanvas: (screen: Point) => Point;
  readonly toScreen: (point: Point) => Point;
  readonly centre: () => Point;
}

export interface ViewportInput {
  readonly initial: View | undefined;
  readonly onView: ((view: View) => void) | undefined;
  /** Told of each move, also of those that no person made. */
  readonly onMoved: () => void;
}

export function useViewport(root: RefObject<HTMLElement | null>, { initial, onView, onMoved }: ViewportInput): CanvasViewport {
  const flow = useReactFlow();
  const api = useStoreApi();
  const [far, setFar] = useState(initial !== undefined && detailOf(initial.zoom) === 'far');
  // A remembered view is not a move, so nobody tells of it.
  const start = initial?.zoom ?? 1;
  useLayoutEffect(() => {
    if (root.current) root.current.dataset['detail'] ??= detailOf(start);
  }, [root, start]);
  const tell = useRef(onView);
  tell.current = onView;

  const moved = useRef(onMoved);
  moved.current = onMoved;
  useOnTransform((zoom) => {
    const detail = detailOf(zoom);
    // Written to the element, not through React: it changes in the middle of a gesture.
    if (root.current && root.current.dataset['detail'] !== detail) root.current.dataset['detail'] = detail;
    setFar(detail === 'far');
    moved.current();
  });
  const onMoveStart = useCallback(() => root.current?.setAttribute('data-moving', ''), [root]);
  const onMoveEnd = useCallback(() => {
    root.current?.removeAttribute('data-moving');
    const { x, y, zoom } = flow.getViewport();
    tell.current?.({ x, y, zoom });
  }, [root, flow]);

  // From the element: React Flow learns its size a moment later than the page has it.
  const room = useCallback(() => root.current?.getBoundingClientRect() ?? { width: 0, height: 0 }, [root]);
  const fit = useCallback((boxes: Iterable<Box>) => {
    const bounds = boundsOf(boxes);
    const { width, height } = room();
    if (bounds === null || width === 0 || height === 0) return false;
    void flow.setViewport(fitView(bounds, width, height), { duration: duration() });
    return true;
  }, [room, flow]);
  const open = useCallback((bounds: Box, start: Box) => {
    const { width, height } = room();
    if (width === 0 || height === 0) return false;
    void flow.setViewport(openingView(bounds, start, width, height), { duration: 0 });
    return true;
  }, [room, flow]);
  const show = useCallback((box: Box) => {
    const { width, height, transform: [x, y, zoom] } = api.getState();
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const room = 16;
    // A node larger than the view is shown from its start.
    const dx = left < room ? room - left : left + box.w * zoom > width - room ? Math.max(room - left, width - room - left - box.w * zoom) : 0;
    const dy = top < room ? room - top : top + box.h * zoom > height - room ? Math.max(room - top, height - room - top - box.h * zoom) : 0;
    if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: duration() });
  }, [api, flow]);
  const zoom = useCallback((by: 'in' | 'out' | '100') => {
    const now = flow.getZoom();
    const next = by === '100' ? 1 : by === 'in' ? now * 1.25 : now / 1.25;
    void flow.zoomTo(Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, next)), { duration: duration() });
  }, [flow]);
  const toCanvas = useCallback((screen: Point) => flow.screenToFlowPosition(screen, { snapToGrid: false }), [flow]);
  const toScreen = useCallback((point: Point) => flow.flowToScreenPosition(point), [flow]);
  const centre = useCallback(() => {
    const { width, height, transform: [x, y, now] } = api.getState();
    return { x: (width / 2 - x) / now, y: (height / 2 - y) / now };
  }, [api]);
  return useMemo(
    () => ({ far, onMoveStart, onMoveEnd, fit, open, show, zoom, toCanvas, toScreen, centre }),
    [far, onMoveStart, onMoveEnd, fit, open, show, zoom, toCanvas, toScreen, centre],
  );
}
