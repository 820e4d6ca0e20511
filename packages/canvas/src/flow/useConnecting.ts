/**
 * Drawing an edge with the pointer: what happens on a port that fits, on one that does not, on the body of a node, and on nothing.
 */
import type { Connection, FinalConnectionState } from '@xyflow/react';
import { useCallback, useMemo, useRef } from 'react';
import { type GraphIndex, portKey } from '../model/graphIndex.ts';
import type { CanvasEndpoint, CheckConnection, OnIntent, OpenEnd, Point } from '../model/types.ts';
import type { Clash } from '../overlays/ClashBubble.tsx';

export interface ConnectingInput {
  readonly index: GraphIndex;
  readonly check: CheckConnection;
  readonly onIntent: OnIntent;
  readonly setClash: (clash: Clash) => void;
  readonly openPalette: (screen: Point, from: OpenEnd) => void;
}

interface Joined {
  readonly source: string;
  readonly target: string;
  readonly sourceHandle?: string | null | undefined;
  readonly targetHandle?: string | null | undefined;
}
const endsOf = (connection: Joined): readonly [CanvasEndpoint, CanvasEndpoint] => [
  { node: connection.source, port: connection.sourceHandle ?? '' }, { node: connection.target, port: connection.targetHandle ?? '' },
];

export interface Connecting {
  readonly isValid: (connection: Joined) => boolean;
  readonly onConnect: (connection: Connection) => void;
  readonly onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void;
  readonly onReconnect: (edge: { readonly id: string }, connection: Connection) => void;
}

export function useConnecting(input: ConnectingInput): Connecting {
  const latest = useRef(input);
  latest.current = input;
  const isValid = useCallback((connection: Joined) => latest.current.check(...endsOf(connection)).ok, []);
  const onConnect = useCallback((connection: Connection) => {
    const [from, to] = endsOf(connection);
    latest.current.onIntent({ type: 'connect', from, to });
  }, []);
  const onReconnect = useCallback((edge: { readonly id: string }, connection: Connection) => {
    const [from, to] = endsOf(connection);
    latest.current.onIntent({ type: 'reconnect', edge: edge.id, from, to });
  }, []);
  const onConnectEnd = useCallback((event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    const { check, onIntent, setClash, openPalette, index } = latest.current;
    const { fromHandle } = state;
    if (fromHandle === null || state.isValid === true) return;
    const screen = pointOf(event);
    const started = { node: fromHandle.nodeId, port: fromHandle.id ?? '' };
    const outwards = fromHandle.type === 'source';
    const answer = (other: CanvasEndpoint) => (outwards ? check(started, other) : check(other, started));
    const refuse = (other: CanvasEndpoint): void => {
      const result = answer(other);
      if (result.ok) return;
      setClash({
        from: outwards ? started : other, to: outwards ? other : started, screen, reason: result.reason,
        ...(result.proposal === undefined ? {} : { proposal: result.proposal }),
      });
    };
    if (state.toHandle !== null) return refuse({ node: state.toHandle.nodeId, port: state.toHandle.id ?? '' });
    const under = document.elementFromPoint(screen.x, screen.y)?.closest<HTMLElement>('[data-node-id]')?.dataset['nodeId'];
    const node = under === undefined ? undefined : index.node.get(under);
    if (node === undefined || (node.container && !node.collapsed)) return openPalette(screen, { endpoint: started, side: outwards ? 'output' : 'input' });
    if (node.id === started.node) return;
    // Dropped on a node's body: the first port that fits, a free one before a used one.
    const ports = (outwards ? node.inputs : node.outputs).map((port) => ({ node: node.id, port: port.id }));
    const fitting = ports.filter((end) => answer(end).ok);
    const free = fitting.find((end) => !index.usedPorts.has(portKey(outwards ? 'in' : 'out', end.node, end.port)));
    const best = free ?? fitting[0];
    if (best !== undefined) onIntent({ type: 'connect', from: outwards ? started : best, to: outwards ? best : started });
    else if (ports[0] !== undefined) refuse(ports[0]);
  }, []);
  return useMemo(() => ({ isValid, onConnect, onConnectEnd, onReconnect }), [isValid, onConnect, onConnectEnd, onReconnect]);
}

function pointOf(event: MouseEvent | TouchEvent): Point {
  if ('changedTouches' in event) {
    const touch = event.changedTouches[0];
    return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
  }
  return { x: event.clientX, y: event.clientY };
}
