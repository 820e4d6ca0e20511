/** The canvas inside its provider: joins scene, drawing, keyboard and overlays. Each of those is a file of its own. */
import { type DragEvent, type JSX, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { containerAt, measures, NODE_WIDTH } from '../model/geometry.ts';
import { emptySelection, type CanvasEdge, type CanvasSelection, type OpenEnd, type Point } from '../model/types.ts';
import { type Clash, ClashBubble } from '../overlays/ClashBubble.tsx';
import { ConnectLetters } from '../overlays/ConnectLetters.tsx';
import { EmptyHint } from '../overlays/EmptyHint.tsx';
import { FarLayer } from '../overlays/FarLayer.tsx';
import { FindBar } from '../overlays/FindBar.tsx';
import { Minimap } from '../overlays/Minimap.tsx';
import { Outline } from '../overlays/Outline.tsx';
import { firstOf, itemAt } from '../overlays/scene.ts';
import { ZoomBar } from '../overlays/ZoomBar.tsx';
import { domIdOf } from '../nodes/nodeDom.ts';
import { CanvasContext } from './canvasContext.ts';
import { createFlowBuilder, noteOfFlowId, sourcePort, targetPort } from './flowElements.ts';
import { FlowSurface, type SurfaceEvents } from './FlowSurface.tsx';
import type { GraphCanvasProps } from './GraphCanvas.tsx';
import { useCanvasDrag } from './useCanvasDrag.ts';
import { useCanvasKeys } from './useCanvasKeys.ts';
import { useCanvasShared } from './useCanvasShared.ts';
import { useConnecting } from './useConnecting.ts';
import { useScene } from './useScene.ts';
import { useViewport } from './useViewport.ts';
import { useWindow } from './useWindow.ts';

/** What a row of the palette carries while it is dragged. */
export const KIND_DRAG_TYPE = 'application/x-axion-kind';
const TURNING_MOST = 12;
/** A selection up to this size is drawn also where it is out of view, so that a drag of it loses nothing. */
const ALWAYS_MOST = 300;
const nobody: ReadonlySet<string> = new Set();
const NEW_NODE_HEIGHT = 96;
type Overlay = 'none' | 'find' | 'letters' | 'outline';

export function CanvasStage(props: GraphCanvasProps & { readonly domId: string }): JSX.Element {
  const { model, views, selection, words, density, readOnly, check, onIntent, domId } = props;
  const root = useRef<HTMLDivElement>(null);
  const { index, sizes, scene, lanes } = useScene(model, views, density);
  const [cursor, setCursor] = useState<string | null>(null);
  const [overlay, setOverlay] = useState<Overlay>('none');
  const [clash, setClash] = useState<Clash | null>(null);
  const [mapShown, setMapShown] = useState(true);
  const { shared, setRenaming } = useCanvasShared(props, root, cursor);
  const always = selection.nodes.size <= ALWAYS_MOST ? selection.nodes : nobody;
  const part = useWindow(scene, always);
  const viewport = useViewport(root, { initial: props.view, onView: props.onView, onMoved: part.onMove });
  const build = useMemo(createFlowBuilder, []);

  // The keyboard follows a single selection that came from a pointer or from outside.
  const only = selection.nodes.size === 1 ? ([...selection.nodes][0] ?? null) : null;
  useEffect(() => {
    if (only !== null) setCursor(only);
  }, [only]);
  const here = cursor !== null && scene.boxes.has(cursor) ? cursor : null;

  const select = useCallback((next: CanvasSelection) => shared.onIntent({ type: 'select', selection: next }), [shared]);
  const drag = useCanvasDrag({ index, boxes: scene.boxes, selection, select, onIntent });
  const edgeName = useCallback((edge: CanvasEdge) => words.edgeName(
    index.node.get(edge.from.node)?.title ?? '', sourcePort(index, edge)?.name ?? edge.from.port,
    index.node.get(edge.to.node)?.title ?? '', targetPort(index, edge)?.name ?? edge.to.port,
  ), [index, words]);
  // React Flow's part of the canvas is drawn again when its props change; a caller's function of the moment is no reason.
  const latestCheck = useRef(check);
  latestCheck.current = check;
  const steadyCheck = useCallback<typeof check>((from, to) => latestCheck.current(from, to), []);
  const { nodes, edges } = useMemo(
    () => build({ index, sizes, selection, density, dragged: drag.dragged, edgeName, lanes, part: part.shown }),
    [build, index, sizes, selection, density, drag.dragged, edgeName, lanes, part.shown],
  );

  const focusNode = (id: string, extend: boolean): void => {
    setCursor(id);
    select(extend ? { ...selection, nodes: new Set(selection.nodes).add(id) } : { ...emptySelection, nodes: new Set([id]) });
    const box = scene.boxes.get(id);
    if (box) viewport.show(box);
  };
  const placeOf = (at: Point): { readonly at: Point; readonly parent: string | null } => {
    const parent = containerAt(index, scene.boxes, at, new Set());
    const origin = parent === null ? undefined : scene.boxes.get(parent);
    return { at: { x: at.x - (origin?.x ?? 0), y: at.y - (origin?.y ?? 0) }, parent };
  };
  /** After the selection if there is one, else in the middle of what is seen. */
  const newPlace = (): { readonly at: Point; readonly parent: string | null } => {
    const after = here === null ? undefined : index.node.get(here);
    const size = here === null ? undefined : sizes.get(here);
    if (after === undefined || size === undefined) {
      const centre = viewport.centre();
      return placeOf({ x: centre.x - NODE_WIDTH / 2, y: centre.y - NEW_NODE_HEIGHT / 2 });
    }
    return { at: { x: after.x + size.w + 40, y: after.y }, parent: index.parent.get(after.id) ?? null };
  };
  const latestPlace = useRef(newPlace);
  latestPlace.current = newPlace;
  const openPalette = (screen: Point | null, from?: OpenEnd): void => {
    const place = screen === null ? newPlace() : placeOf(viewport.toCanvas(screen));
    const box = root.current?.getBoundingClientRect();
    onIntent({ type: 'palette', ...place, screen: screen ?? { x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + 80 }, ...(from === undefined ? {} : { from }) });
  };
  const connecting = useConnecting({ index, check, onIntent, setClash, openPalette });
  const closeOverlay = (): void => {
    setOverlay('none');
    root.current?.focus({ preventScroll: true });
  };
  const keys = useCanvasKeys({
    index, boxes: scene.boxes, selection, cursor: here, readOnly, onIntent, select, focusNode,
    fit: (ids) => viewport.fit(ids === null ? [...scene.boxes.values(), ...model.notes] : [...ids].flatMap((id) => scene.boxes.get(id) ?? [])),
    zoom: viewport.zoom,
    openPalette: () => openPalette(null),
    openMenu: () => {
      const box = here === null ? undefined : scene.boxes.get(here);
      const at = box === undefined ? viewport.centre() : { x: box.x + 12, y: box.y + 20 };
      onIntent({ type: 'menu', screen: viewport.toScreen(at), at, ...(here === null ? {} : { node: here }) });
    },
    startConnect: () => setOverlay('letters'),
    rename: setRenaming,
    find: () => setOverlay('find'),
    outline: () => setOverlay((old) => (old === 'outline' ? 'none' : 'outline')),
    escape: () => {
      if (clash !== null) setClash(null);
      else if (selection.nodes.size + selection.edges.size + selection.notes.size > 0) select(emptySelection);
      else return false;
      return true;
    },
    pastePlace: newPlace,
  });

  useImperativeHandle(props.handle, () => ({
    focus: () => root.current?.focus({ preventScroll: true }),
    fit: (ids) => viewport.fit(ids === undefined ? [...scene.boxes.values(), ...model.notes] : [...ids].flatMap((id) => scene.boxes.get(id) ?? [])),
    showNode: (id) => {
      setCursor(id);
      const box = scene.boxes.get(id);
      if (box) viewport.show(box);
    },
    rename: setRenaming,
    centre: viewport.centre,
    newPlace: () => latestPlace.current(),
    toCanvas: viewport.toCanvas,
    find: () => setOverlay('find'),
    outline: () => setOverlay('outline'),
  }), [viewport, scene, model.notes, setRenaming]);

  // The first look at a graph that has no remembered view. Later changes of the model leave the view alone.
  const opened = useRef(props.view !== undefined);
  const onReady = useCallback(() => {
    if (!opened.current && scene.bounds !== null) opened.current = viewport.open(scene.bounds, firstOf(scene) ?? scene.bounds);
    part.onMove();
  }, [scene, viewport, part.onMove]);

  const events = useSurfaceEvents({
    onDragStop: drag.onDragStop,
    onNodeDoubleClick: (id) => {
      if (noteOfFlowId(id) === null) onIntent({ type: 'edit', id });
      else if (!readOnly) setRenaming(id);
    },
    onEdgeClick: (id, screen) => onIntent({ type: 'inspect-edge', id, screen }),
    onMenu: (screen, target) => {
      const note = target.node === undefined ? null : noteOfFlowId(target.node);
      const at = viewport.toCanvas(screen);
      onIntent({ type: 'menu', screen, at, ...(note === null ? target : { note }) });
    },
    onPaneClick: (screen) => {
      setClash(null);
      if (!viewport.far) return;
      // Far away there are no elements to press: the painted rectangle under the pointer is meant.
      const at = viewport.toCanvas(screen);
      const item = itemAt(scene, at.x, at.y);
      select(item === null ? emptySelection : { ...emptySelection, nodes: new Set([item.id]) });
    },
  });

  const bounds = useRef(scene.bounds);
  bounds.current = scene.bounds;
  const { fit } = viewport;
  const fitAll = useCallback(() => void (bounds.current === null || fit([bounds.current])), [fit]);
  const toggleMap = useCallback(() => setMapShown((shown) => !shown), []);
  const onDrop = (event: DragEvent): void => {
    const kind = event.dataTransfer.getData(KIND_DRAG_TYPE);
    if (kind === '' || readOnly) return;
    event.preventDefault();
    const point = viewport.toCanvas({ x: event.clientX, y: event.clientY });
    onIntent({ type: 'insert', kind, ...placeOf({ x: point.x - 40, y: point.y - 14 }) });
  };
  const sizesOfDensity = measures[density];
  return (
    <CanvasContext value={shared}>
      <div
        ref={root}
        className="ax-canvas"
        role="application"
        aria-roledescription={words.canvas}
        aria-label={words.canvas}
        aria-description={words.canvasHelp}
        aria-activedescendant={here === null || viewport.far ? undefined : domIdOf(domId, here)}
        tabIndex={0}
        data-graph-canvas=""
        data-density={density}
        data-turn={runningCount(views) <= TURNING_MOST || undefined}
        data-readonly={readOnly || undefined}
        style={{ '--ax-head': `${sizesOfDensity.head}px`, '--ax-row': `${sizesOfDensity.row}px`, '--ax-strip': `${sizesOfDensity.strip}px`, '--ax-hit': `${sizesOfDensity.hit}px`, '--ax-line': `${sizesOfDensity.line}px` } as Record<string, string>}
        onKeyDown={keys.onKeyDown}
        onPaste={keys.onPaste}
        onDragOver={(event) => {
          if (!readOnly && event.dataTransfer.types.includes(KIND_DRAG_TYPE)) event.preventDefault();
        }}
        onDrop={onDrop}
      >
        {viewport.far && <FarLayer scene={scene} selection={selection} cursor={here} />}
        <FlowSurface
          id={domId}
          nodes={viewport.far ? nothing : nodes}
          edges={viewport.far ? nothing : edges}
          readOnly={readOnly}
          view={props.view}
          check={steadyCheck}
          onNodesChange={drag.onNodesChange}
          onEdgesChange={drag.onEdgesChange}
          connecting={connecting}
          onMoveStart={viewport.onMoveStart}
          onMoveEnd={viewport.onMoveEnd}
          events={events}
          onReady={onReady}
        />
        {model.nodes.length === 0 && model.notes.length === 0 && <EmptyHint readOnly={readOnly} />}
        <div className="ax-corner">
          <ZoomBar zoom={viewport.zoom} fit={fitAll} mapShown={mapShown} toggleMap={toggleMap} />
        </div>
        {mapShown && model.nodes.length > 0 && <Minimap scene={scene} />}
        {overlay === 'find' && <FindBar index={index} onShow={(id) => focusNode(id, false)} onClose={closeOverlay} />}
        {overlay === 'letters' && here !== null && (
          <ConnectLetters
            node={here}
            index={index}
            scene={scene}
            density={density}
            check={check}
            onConnect={(from, to) => {
              onIntent({ type: 'connect', from, to });
              props.onAnnounce?.(words.connected(index.node.get(from.node)?.title ?? '', index.node.get(to.node)?.title ?? ''));
              closeOverlay();
            }}
            onRefused={(from, to, at) => {
              const answer = check(from, to);
              setOverlay('none');
              if (answer.ok) return;
              const corner = cornerOf(root.current);
              setClash({ from, to, screen: { x: corner.x + at.x, y: corner.y + at.y }, reason: answer.reason, ...(answer.proposal === undefined ? {} : { proposal: answer.proposal }) });
              props.onAnnounce?.(words.refused(answer.reason));
            }}
            onClose={closeOverlay}
          />
        )}
        {clash !== null && (
          <ClashBubble
            clash={clash}
            origin={cornerOf(root.current)}
            onPropose={() => {
              if (clash.proposal) onIntent({ type: 'convert', from: clash.from, to: clash.to, kind: clash.proposal.kind });
              setClash(null);
              root.current?.focus({ preventScroll: true });
            }}
            onClose={() => {
              setClash(null);
              root.current?.focus({ preventScroll: true });
            }}
          />
        )}
        {overlay === 'outline' && (
          <Outline index={index} selected={selection.nodes} current={here} onCurrent={focusNode} onKey={keys.onKeyDown} onClose={closeOverlay} />
        )}
      </div>
    </CanvasContext>
  );
}

const nothing: never[] = [];

function cornerOf(element: HTMLElement | null): Point {
  const box = element?.getBoundingClientRect();
  return { x: box?.left ?? 0, y: box?.top ?? 0 };
}

function runningCount(views: GraphCanvasProps['views']): number {
  let count = 0;
  for (const view of views.values()) if (view.state === 'running') count += 1;
  return count;
}

/** Callbacks that keep their identity for React Flow and always do what the latest render means. */
function useSurfaceEvents(now: SurfaceEvents): SurfaceEvents {
  const latest = useRef(now);
  latest.current = now;
  return useMemo<SurfaceEvents>(() => ({
    onDragStop: (nodes) => latest.current.onDragStop(nodes),
    onNodeDoubleClick: (id) => latest.current.onNodeDoubleClick(id),
    onEdgeClick: (id, screen) => latest.current.onEdgeClick(id, screen),
    onMenu: (screen: Point, target) => latest.current.onMenu(screen, target),
    onPaneClick: (screen) => latest.current.onPaneClick(screen),
  }), []);
}
