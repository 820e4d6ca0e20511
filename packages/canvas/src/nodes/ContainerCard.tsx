/** An open container: header, one bar with a segment for each item, and its children on top of it (drawn by themselves). */
import { Icon, StateGlyph } from '@axion/ui';
import type { Node, NodeProps } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { NodeData } from '../flow/flowElements.ts';
import { InstanceBar } from './InstanceBar.tsx';
import { domIdOf } from './nodeDom.ts';
import { Ports } from './Ports.tsx';
import { ProblemMark } from './ProblemMark.tsx';
import { TitleField } from './TitleField.tsx';

const INSET = 11;

export const ContainerCard = memo(function ContainerCard({ id, data, selected, isConnectable, width }: NodeProps<Node<NodeData, 'container'>>): JSX.Element {
  const shared = useCanvas();
  const view = useEntry(shared.views, id) ?? shared.idle;
  const mark = useEntry(shared.marks, id);
  const { node } = data;
  return (
    <>
      <div
        id={domIdOf(shared.domId, id)}
        role="group"
        aria-label={shared.words.nodeName(node.title, node.kindName, node.off ? shared.words.nodeOff : view.word) + (node.problem === undefined ? '' : `. ${node.problem}`)}
        className="ax-container"
        data-node-id={id}
        data-state={view.state}
        data-selected={selected || undefined}
        data-off={node.off || view.state === 'skipped' || undefined}
        data-cursor={mark?.cursor || undefined}
        data-found={mark?.found || undefined}
        data-problem={node.problem !== undefined || undefined}
      >
        <div className="ax-container-head">
          <Icon name={node.icon} size={14} className="ax-node-icon" />
          {mark?.renaming ? <TitleField id={id} title={node.title} /> : <span className="ax-container-title ax-cut" title={node.title}>{node.title}</span>}
          <span className="ax-container-policy">{node.off ? shared.words.nodeOff : node.summary.map((part) => part.text).join('')}</span>
          <button
            type="button"
            className="ax-collapse nodrag nopan"
            aria-label={shared.words.collapse}
            title={shared.words.collapse}
            tabIndex={-1}
            onClick={() => shared.onIntent({ type: 'collapse', id, collapsed: true })}
          >
            <Icon name="chevron-up" size={12} />
          </button>
          {view.state === 'idle' && node.problem !== undefined && <ProblemMark text={node.problem} />}
          {view.state !== 'idle' && (
            <span className="ax-container-state">
              <StateGlyph state={view.state} label={null} turning />
              <span className="ax-strip-word">{view.count ?? view.word}</span>
            </span>
          )}
        </div>
        {view.instances !== undefined && <InstanceBar states={view.instances} width={(width ?? 0) - 2 * INSET} className="ax-instances" />}
        <PortNames data={data} />
      </div>
      <Ports data={data} open connectable={isConnectable} />
    </>
  );
});

/** Names of the ports on the border, inside it; shown when the container is under the pointer or selected. */
const PortNames = memo(function PortNames({ data }: { readonly data: NodeData }): JSX.Element {
  return (
    <>
      {data.places.filter((place) => place.inner || !data.places.some((other) => other.inner && other.x === place.x && other.y === place.y)).map((place) => (
        <span key={`${place.side} ${place.port.id}`} className={place.x === 0 ? 'ax-border-name' : 'ax-border-name ax-border-name-right'} style={{ top: place.y }} aria-hidden>
          {place.port.name}
        </span>
      ))}
    </>
  );
});
