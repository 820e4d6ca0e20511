/** A node as a card: header, port rows, summary, live preview, state strip. Its size comes from `model/geometry`, not from its content. */
import { Icon, StateGlyph } from '@axion/ui';
import type { NodeProps, Node } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import type { NodeData } from '../flow/flowElements.ts';
import { NODE_WIDTH, PREVIEW_LINES } from '../model/geometry.ts';
import { mayOverflow } from '../model/textFit.ts';
import type { CanvasNode, NodeView } from '../model/types.ts';
import { domIdOf } from './nodeDom.ts';
import { Ports } from './Ports.tsx';
import { ProblemMark } from './ProblemMark.tsx';
import { TitleField } from './TitleField.tsx';

export const NodeCard = memo(function NodeCard({ id, data, selected, isConnectable, width = NODE_WIDTH }: NodeProps<Node<NodeData, 'card'>>): JSX.Element {
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
          {mark?.renaming ? <TitleField id={id} title={node.title} /> : <span className={mayOverflow(node.title + (view.time ?? ''), width - 52, 'title') ? 'ax-node-title ax-cut' : 'ax-node-title'} title={node.title}>{node.title}</span>}
          {view.time !== undefined && <span className="ax-node-time">{view.time}</span>}
          {view.time === undefined && node.problem !== undefined && <ProblemMark text={node.problem} />}
        </div>
        <PortRows node={node} width={width} />
        <Summary node={node} notHere={shared.words.notHere} width={width} />
        {view.preview !== undefined && view.preview.length > 0 && <Preview lines={view.preview} streaming={view.streaming === true} width={width} />}
        <Strip node={node} view={view} off={shared.words.nodeOff} width={width} />
      </div>
      <Ports data={data} open={false} connectable={isConnectable} />
    </>
  );
});

const PortRows = memo(function PortRows({ node, width }: { readonly node: CanvasNode; readonly width: number }): JSX.Element {
  const rows = Math.max(node.inputs.length, node.outputs.length);
  return (
    <>
      {Array.from({ length: rows }, (_, row) => {
        const [into, out] = [node.inputs[row]?.name ?? '', node.outputs[row]?.name ?? ''];
        const cut = mayOverflow(into + out, width - 32, 'caption') ? ' ax-cut' : '';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; ports of a kind do not move
          <div key={row} className="ax-port-row">
            <span className={`ax-port-name${cut}`} title={into}>{into}</span>
            <span className={`ax-port-name ax-port-name-out${cut}`} title={out}>{out}</span>
          </div>
        );
      })}
    </>
  );
});

const Summary = memo(function Summary({ node, notHere, width }: { readonly node: CanvasNode; readonly notHere: string; readonly width: number }): JSX.Element | null {
  if (node.unknown !== undefined) return <div className="ax-node-summary ax-cut" title={notHere}><code>{node.kind}</code></div>;
  if (node.summary.length === 0) return null;
  const text = node.summary.map((part) => part.text).join('');
  return (
    <div className={mayOverflow(text, width - 20, 'mono') ? 'ax-node-summary ax-cut' : 'ax-node-summary'} title={text}>
      {node.summary.map((part) => (part.mono ? <code key={part.text}>{part.text}</code> : <span key={part.text}>{part.text}</span>))}
    </div>
  );
});

const Preview = memo(function Preview({ lines, streaming, width }: { readonly lines: readonly string[]; readonly streaming: boolean; readonly width: number }): JSX.Element {
  const shown = lines.slice(-PREVIEW_LINES);
  return (
    <div className="ax-preview">
      {shown.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place in the preview
        <div key={at} className={mayOverflow(line, width - 36, 'mono') ? 'ax-preview-line ax-cut' : 'ax-preview-line'}>
          {line}
          {streaming && at === shown.length - 1 && <i className="ax-caret" />}
        </div>
      ))}
    </div>
  );
});

function Strip({ node, view, off, width }: { readonly node: CanvasNode; readonly view: NodeView; readonly off: string; readonly width: number }): JSX.Element {
  const isOff = node.off && view.state === 'idle';
  const word = node.unknown ?? (isOff ? off : view.word);
  const cut = mayOverflow(word + (view.count ?? ''), width - 48, 'caption') ? ' ax-cut' : '';
  return (
    <div className="ax-strip">
      <StateGlyph state={isOff ? 'skipped' : view.state} label={null} turning />
      <span className={`ax-strip-word${cut}`}>{word}</span>
      {view.count !== undefined && <span className={`ax-strip-count${cut}`} title={view.count}>{view.count}</span>}
    </div>
  );
}
