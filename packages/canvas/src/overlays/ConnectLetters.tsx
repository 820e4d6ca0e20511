/**
 * Connecting without a pointer: letters stand on ports, and typing them joins. First the output (if there is more than one),
 * then the input. Ports that do not fit have letters too, in red, so that the reason can be asked for.
 */
import { useStore } from '@xyflow/react';
import { type JSX, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import { letterCodes } from '../keyboard/letters.ts';
import { type CanvasDensity, portPlaces } from '../model/geometry.ts';
import type { GraphIndex } from '../model/graphIndex.ts';
import type { CanvasEndpoint, CheckConnection, Point } from '../model/types.ts';
import type { Scene } from './scene.ts';

export interface ConnectLettersProps {
  readonly node: string;
  readonly index: GraphIndex;
  readonly scene: Scene;
  readonly density: CanvasDensity;
  readonly check: CheckConnection;
  readonly onConnect: (from: CanvasEndpoint, to: CanvasEndpoint) => void;
  readonly onRefused: (from: CanvasEndpoint, to: CanvasEndpoint, at: Point) => void;
  readonly onClose: () => void;
}

interface Target extends Point {
  readonly end: CanvasEndpoint;
  readonly name: string;
  readonly fits: boolean;
}

const MOST = 26 * 26;

export function ConnectLetters({ node, index, scene, density, check, onConnect, onRefused, onClose }: ConnectLettersProps): JSX.Element {
  const { words } = useCanvas();
  const [tx, ty, zoom] = useStore((state) => state.transform);
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)];
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const sources = useMemo(() => portTargets(index, scene, density, node, 'out', () => true), [index, scene, density, node]);
  const [from, setFrom] = useState<CanvasEndpoint | null>(() => (sources.length === 1 ? (sources[0] as Target).end : null));
  useEffect(() => field.current?.focus(), []);

  const targets = useMemo(() => {
    if (from === null) return sources;
    const seen: Target[] = [];
    for (const { id } of scene.items) {
      for (const target of portTargets(index, scene, density, id, 'in', (end) => check(from, end).ok)) {
        const x = target.x * zoom + tx;
        const y = target.y * zoom + ty;
        if (x >= 0 && y >= 0 && x <= width && y <= height) seen.push(target);
      }
    }
    const start = sources.find((one) => one.end.port === from.port) ?? { x: 0, y: 0 };
    const far = (one: Target): number => Math.abs(one.x - start.x) + Math.abs(one.y - start.y) * 2;
    return seen.filter((one) => one.end.node !== node || one.fits).sort((a, b) => Number(b.fits) - Number(a.fits) || far(a) - far(b)).slice(0, MOST);
  }, [from, sources, scene, index, density, check, node, tx, ty, zoom, width, height]);
  const codes = useMemo(() => letterCodes(targets.length), [targets.length]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') return onClose();
    if (event.key === 'Backspace') return setTyped('');
    const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : null;
    if (letter === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = typed + letter;
    const at = codes.indexOf(next);
    if (at < 0) return setTyped(codes.some((code) => code.startsWith(next)) ? next : '');
    setTyped('');
    const target = targets[at] as Target;
    if (from === null) setFrom(target.end);
    else if (target.fits) onConnect(from, target.end);
    else onRefused(from, target.end, { x: target.x * zoom + tx, y: target.y * zoom + ty });
  };
  return (
    <div className="ax-letters">
      <input
        ref={field}
        className="ax-letters-field"
        aria-label={targets.length === 0 ? words.connectNone : from === null ? words.connectFrom(index.node.get(node)?.title ?? '') : words.connectTo(index.node.get(node)?.title ?? '', from.port)}
        aria-description={targets.map((target, at) => `${codes[at]}: ${target.name}`).slice(0, 20).join(', ')}
        value=""
        readOnly
        onKeyDown={onKeyDown}
        onBlur={onClose}
      />
      {targets.map((target, at) => (
        <span
          key={`${target.end.node} ${target.end.port}`}
          className="ax-letter"
          data-fits={target.fits || undefined}
          hidden={typed !== '' && codes[at]?.startsWith(typed) !== true}
          style={{ left: target.x * zoom + tx, top: target.y * zoom + ty }}
          aria-hidden
        >
          {codes[at]?.toUpperCase()}
        </span>
      ))}
    </div>
  );
}

function portTargets(index: GraphIndex, scene: Scene, density: CanvasDensity, id: string, side: 'in' | 'out', fits: (end: CanvasEndpoint) => boolean): readonly Target[] {
  const node = index.node.get(id);
  const box = scene.boxes.get(id);
  if (node === undefined || box === undefined) return [];
  return portPlaces(node, box.w, density).filter((place) => place.side === side).map((place) => {
    const end = { node: id, port: place.port.id };
    return { end, name: `${node.title}, ${place.port.name}`, x: box.x + place.x, y: box.y + place.y, fits: fits(end) };
  });
}
