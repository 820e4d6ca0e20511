/** A node as a card: header, port rows, summary, live preview, state strip. Its size comes from `model/geometry`, not from its content. */
import { Icon, StateGlyph } from '@axion/ui';
import type { NodeProps, Node } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { NodeData } from '../flow/flowElements.ts';
import { PREVIEW_LINES } from '../model/geometry.ts';
import type { CanvasNode, NodeView } from '../model/types.ts';
import { domIdOf } from './nodeDom.ts';
import { Ports } from './Ports.tsx';
import { TitleField } from './TitleField.tsx';

export const NodeCard = memo(function NodeCard({ id, data, selected, isConnectable }: NodeProps<Node<NodeData, 'card'>>): JSX.Element {
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
        className="ax-node"
        data-node-id={id}
        data-state={view.state}
        data-selected={selected || undefined}
        data-off={node.off || view.state === 'skipped' || undefined}
        data-unknown={node.unknown !== undefined || undefined}
        data-cursor={mark?.cursor || undefined}
        data-found={mark?.found || undefined}
        data-problem={node.problem !== undefined || undefined}
      >
        <div className="ax-node-head">
          <Icon name={node.icon} size={14} className="ax-node-icon" />
          {mark?.renaming ? <TitleField id={id} title={node.title} /> : <span className="ax-node-title" title={node.title}>{node.title}</span>}
          {view.time !== undefined && <span className="ax-node-time">{view.time}</span>}
        </div>
        <PortRows node={node} />
        <Summary node={node} notHere={shared.words.notHere} />
        {view.preview !== undefined && view.preview.length > 0 && <Preview lines={view.preview} streaming={view.streaming === true} />}
        <Strip node={node} view={view} off={shared.words.nodeOff} />
      </div>
      <Ports data={data} open={false} connectable={isConnectable} />
    </>
  );
});

const PortRows = memo(function PortRows({ node }: { readonly node: CanvasNode }): JSX.Element {
  const rows = Math.max(node.inputs.length, node.outputs.length);
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; ports of a kind do not move
        <div key={row} className="ax-port-row">
          <span className="ax-port-name" title={node.inputs[row]?.name}>{node.inputs[row]?.name}</span>
          <span className="ax-port-name ax-port-name-out" title={node.outputs[row]?.name}>{node.outputs[row]?.name}</span>
        </div>
      ))}
    </>
  );
});

const Summary = memo(function Summary({ node, notHere }: { readonly node: CanvasNode; readonly notHere: string }): JSX.Element | null {
  if (node.unknown !== undefined) return <div className="ax-node-summary" title={notHere}><code>{node.kind}</code></div>;
  if (node.summary.length === 0) return null;
  return (
    <div className="ax-node-summary" title={node.summary.map((part) => part.text).join('')}>
      {node.summary.map((part) => (part.mono ? <code key={part.text}>{part.text}</code> : <span key={part.text}>{part.text}</span>))}
    </div>
  );
});

const Preview = memo(function Preview({ lines, streaming }: { readonly lines: readonly string[]; readonly streaming: boolean }): JSX.Element {
  const shown = lines.slice(-PREVIEW_LINES);
  return (
    <div className="ax-preview">
      {shown.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place in the preview
        <div key={at} className="ax-preview-line">
          {line}
          {streaming && at === shown.length - 1 && <i className="ax-caret" />}
        </div>
      ))}
    </div>
  );
});

function Strip({ node, view, off }: { readonly node: CanvasNode; readonly view: NodeView; readonly off: string }): JSX.Element {
  const isOff = node.off && view.state === 'idle';
  return (
    <div className="ax-strip">
      <StateGlyph state={isOff ? 'skipped' : view.state} label={null} turning />
      <span className="ax-strip-word">{node.unknown ?? (isOff ? off : view.word)}</span>
      {view.count !== undefined && <span className="ax-strip-count" title={view.count}>{view.count}</span>}
    </div>
  );
}
