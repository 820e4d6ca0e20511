/** Why two ports do not fit, in one line, where the attempt was made; with the node that would make them fit as a button. */
import { Icon } from '@axion/ui';
import { useConnection, useStore } from '@xyflow/react';
import { type JSX, useEffect, useRef } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import type { CanvasEndpoint, CheckConnection, Point } from '../model/types.ts';

export interface Clash {
  readonly from: CanvasEndpoint;
  readonly to: CanvasEndpoint;
  /** In the window. */
  readonly screen: Point;
  readonly reason: string;
  readonly proposal?: { readonly label: string; readonly kind: string };
}

export interface ClashBubbleProps {
  readonly clash: Clash;
  readonly origin: Point;
  readonly onPropose: () => void;
  readonly onClose: () => void;
}

export function ClashBubble({ clash, origin, onPropose, onClose }: ClashBubbleProps): JSX.Element {
  const { words } = useCanvas();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div
      className="ax-clash"
      role="alert"
      style={{ left: clash.screen.x - origin.x, top: clash.screen.y - origin.y }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onClose();
      }}
    >
      <Icon name="ban" size={14} className="ax-clash-icon" />
      <span>{clash.reason}</span>
      {clash.proposal && <button ref={button} type="button" className="ax-clash-button" onClick={onPropose}>{words.putBetween(clash.proposal.label)}</button>}
    </div>
  );
}

/** The same line while the edge is still being drawn: it follows the pointer and takes no click. */
export function ClashHint({ check }: { readonly check: CheckConnection }): JSX.Element | null {
  const { words } = useCanvas();
  const connection = useConnection();
  const [tx, ty, zoom] = useStore((state) => state.transform);
  if (!connection.inProgress || connection.isValid !== false || connection.toHandle === null) return null;
  const started = { node: connection.fromHandle.nodeId, port: connection.fromHandle.id ?? '' };
  const ended = { node: connection.toHandle.nodeId, port: connection.toHandle.id ?? '' };
  const answer = connection.fromHandle.type === 'source' ? check(started, ended) : check(ended, started);
  if (answer.ok) return null;
  return (
    <div className="ax-clash ax-clash-hint" style={{ left: connection.to.x * zoom + tx, top: connection.to.y * zoom + ty }}>
      <Icon name="ban" size={14} className="ax-clash-icon" />
      <span>{answer.reason}</span>
      {answer.proposal && <span className="ax-clash-proposal">{words.putBetween(answer.proposal.label)}</span>}
    </div>
  );
}
