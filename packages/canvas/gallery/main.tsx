// The canvas by itself: the sample of the reference picture, or `?nodes=N` for the bench, with `?live` to change states each frame.

import { UiProvider } from '@axion/ui';
import { type JSX, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import './gallery.css';
import { type CanvasHandle, type CanvasIntent, type CanvasModel, emptySelection, GraphCanvas, type NodeView } from '../src/index.ts';
import { gridModel } from '../src/testing/models.ts';
import { sampleLooks, sampleModel, sampleViews } from './sample.ts';
import { words } from './words.ts';

const query = new URLSearchParams(location.search);
const asked = query.get('theme');
document.documentElement.dataset['theme'] = (asked === null ? matchMedia('(prefers-color-scheme: dark)').matches : asked === 'dark') ? 'dark' : 'light';
const count = Number(query.get('nodes') ?? 0);
const idle: NodeView = { state: 'idle', word: 'Not run' };
const noViews: ReadonlyMap<string, NodeView> = new Map();
const noLooks = new Map();

/** Ten nodes change their state in each frame, as a busy run would make them. */
function useLiveViews(on: boolean, total: number): ReadonlyMap<string, NodeView> {
  const [views, setViews] = useState<ReadonlyMap<string, NodeView>>(noViews);
  useEffect(() => {
    if (!on) return;
    let frame = 0;
    let at = 0;
    const tick = (): void => {
      setViews((old) => {
        const next = new Map(old);
        for (let one = 0; one < 10; one += 1) {
          const id = `n${at % total}`;
          next.set(id, next.get(id)?.state === 'running' ? { state: 'succeeded', word: 'Done', time: '2 ms' } : { state: 'running', word: 'Running' });
          at += 1;
        }
        return next;
      });
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [on, total]);
  return views;
}

function Page(): JSX.Element {
  const bench = count > 0;
  const [model, setModel] = useState<CanvasModel>(() => (bench ? gridModel(count, Math.ceil(Math.sqrt(count))) : sampleModel));
  const [selection, setSelection] = useState({ ...emptySelection, nodes: new Set(bench ? [] : ['approve']) as ReadonlySet<string> });
  const live = useLiveViews(query.has('live'), count);
  const handle = useRef<CanvasHandle>(null);
  const onIntent = (intent: CanvasIntent): void => {
    if (intent.type === 'select') setSelection(intent.selection);
    else if (intent.type === 'move') {
      const moves = new Map(intent.nodes.map((move) => [move.id, move]));
      setModel((old) => ({
        ...old,
        nodes: old.nodes.map((node) => {
          const move = moves.get(node.id);
          if (move === undefined) return node;
          const { parent, ...rest } = node;
          const home = move.parent === undefined ? parent : (move.parent ?? undefined);
          return { ...rest, x: move.x, y: move.y, ...(home === undefined ? {} : { parent: home }) };
        }),
      }));
    } else if (intent.type === 'collapse') setModel((old) => ({ ...old, nodes: old.nodes.map((node) => (node.id === intent.id ? { ...node, collapsed: intent.collapsed } : node)) }));
    else if (intent.type === 'connect') setModel((old) => ({ ...old, edges: [...old.edges, { id: `x${old.edges.length}`, from: intent.from, to: intent.to }] }));
  };
  const zoom = Number(query.get('zoom') ?? 0);
  return (
    <GraphCanvas
      model={model}
      views={bench ? live : sampleViews}
      looks={bench ? noLooks : sampleLooks}
      idle={idle}
      selection={selection}
      words={words}
      density="compact"
      readOnly={false}
      check={(from, to) => (from.port === to.port || bench ? { ok: true } : { ok: false, reason: 'text does not fit number', proposal: { label: 'Parse number', kind: 'parse' } })}
      onIntent={onIntent}
      handle={handle}
      {...(zoom > 0 ? { view: { x: 0, y: 0, zoom } } : bench ? { view: { x: 0, y: 0, zoom: 0.6 } } : { view: { x: 0, y: 0, zoom: 1 } })}
    />
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<UiProvider platform="other"><Page /></UiProvider>);
