/** The ports of a node: typed shapes on its edge, each a handle that an edge can be drawn from or to. */
import { Handle, Position } from '@xyflow/react';
import { PortShape } from '@axion/ui';
import { type JSX, memo } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';
import { handleBox, type NodeData } from '../flow/flowElements.ts';
import { measures, type PortPlace } from '../model/geometry.ts';

export interface PortsProps {
  readonly data: NodeData;
  readonly open: boolean;
  readonly connectable: boolean;
}

export const Ports = memo(function Ports({ data, open, connectable }: PortsProps): JSX.Element {
  return (
    <>
      {data.places.map((place, at) => (
        <Port key={`${place.side} ${place.port.id}`} place={place} used={data.used[at] === true} open={open} connectable={connectable} doubled={open && isDoubled(data.places, place)} />
      ))}
    </>
  );
});

/** An inner port that shares its place with an outer one: the outer shape stands for both. */
function isDoubled(places: readonly PortPlace[], place: PortPlace): boolean {
  return place.inner && places.some((other) => !other.inner && other.x === place.x && other.y === place.y && other.port.type === place.port.type && other.port.list === place.port.list);
}

interface PortProps {
  readonly place: PortPlace;
  readonly used: boolean;
  readonly open: boolean;
  readonly connectable: boolean;
  readonly doubled: boolean;
}

function Port({ place, used, open, connectable, doubled }: PortProps): JSX.Element {
  const { density } = useCanvas();
  const { port, side, faces } = place;
  const box = handleBox(place, open, measures[density].hit);
  return (
    <Handle
      id={port.id}
      type={side === 'in' ? 'target' : 'source'}
      position={faces === 'left' ? Position.Left : Position.Right}
      isConnectable={connectable}
      className={open ? `ax-port ax-port-half ax-port-${faces}` : 'ax-port'}
      style={{ top: box.y, left: box.x, width: box.width, height: box.height }}
      title={`${port.name}: ${port.typeName}`}
      data-port={port.id}
      data-side={side}
      aria-hidden
    >
      {!doubled && <PortShape type={port.type} list={port.list} filled={used} label={null} className="ax-port-shape" />}
    </Handle>
  );
}
