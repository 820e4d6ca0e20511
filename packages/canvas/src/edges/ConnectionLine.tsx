/** The edge that is being drawn: plain, or red and dotted with a cross over a port that it does not fit. */
import { type ConnectionLineComponentProps, getBezierPath, Position } from '@xyflow/react';
import type { JSX } from 'react';

export function ConnectionLine({ fromX, fromY, toX, toY, fromPosition, connectionStatus, toHandle }: ConnectionLineComponentProps): JSX.Element {
  const clash = connectionStatus === 'invalid' && toHandle !== null;
  const [path, labelX, labelY] = getBezierPath({
    sourceX: fromX, sourceY: fromY, sourcePosition: fromPosition, targetX: toX, targetY: toY,
    targetPosition: fromPosition === Position.Right ? Position.Left : Position.Right,
  });
  return (
    <g className="ax-edge" data-look={clash ? 'clash' : 'drawn'}>
      <path className="ax-edge-line" d={path} />
      {clash && <path className="ax-edge-cross" d={`M${labelX - 4} ${labelY - 4}l8 8m0-8l-8 8`} />}
    </g>
  );
}
