// What passed along an edge, at the place where it was pressed.

import type { CanvasIntent } from '@axion/canvas';
import { Dialog, Button } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../messages/context.ts';
import { useRun } from '../../session/context.ts';
import { PortValueView } from '../runs/PortValueView.tsx';
import { useEditor } from './EditorContext.ts';
import { titleOf } from './model/canvasModel.ts';

export interface EdgeValueProps {
  readonly edge: Extract<CanvasIntent, { readonly type: 'inspect-edge' }> | null;
  readonly onClose: () => void;
}

export function EdgeValue({ edge, onClose }: EdgeValueProps): JSX.Element | null {
  const t = useT();
  const { model, runId } = useEditor();
  const run = useRun(edge === null ? null : runId);
  const record = edge === null ? undefined : model.edges.get(edge.id);
  const source = record === undefined ? undefined : run?.view.node(record.from.node);
  const value = record === undefined ? undefined : source?.last.outputs?.[record.from.port];
  // Without a value a click only selects the edge; there is nothing to open.
  if (record === undefined || value === undefined) return null;
  const from = model.nodes.get(record.from.node);
  const to = model.nodes.get(record.to.node);
  const title = t('editor.edgeValue', { from: from === undefined ? record.from.node : titleOf(from), to: to === undefined ? record.to.node : titleOf(to) });
  return (
    <Dialog open onClose={onClose} title={title} actions={<Button onClick={onClose}>{t('act.close')}</Button>}>
      {source !== undefined && source.instances > 1 && <p className="mb-2 text-caption text-fg-3">{t('editor.edgeValueMany', { count: source.instances })}</p>}
      <PortValueView label={title} value={value} />
    </Dialog>
  );
}
