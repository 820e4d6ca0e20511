// The words of a timeline row: what it is called, how long it took, and what there is to say about it.

import type { Json, RunView, TimelineRow } from '@axion/client';
import { useCallback, useMemo } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';
import { countOf, oneLine, shownOutput } from '../run/preview.ts';
import { useViewWords } from '../run/useRunDrawing.ts';

export interface RowWords {
  readonly name: string;
  /** Beside the name: "26 of 38". */
  readonly detail: string;
  readonly time: string;
  /** Beside the bar: a count, a reason, a failure. */
  readonly note: string;
}

export function useRowWords(run: RunView | null): (row: TimelineRow) => RowWords {
  const { t, formats } = useMessages();
  const { model } = useEditor();
  const words = useViewWords();
  // Where the items of a container come from, to call them by their names.
  const sources = useMemo(() => {
    const found = new Map<string, { readonly node: string; readonly port: string }>();
    for (const edge of model.edges.values()) if (model.nodes.get(edge.from.node)?.parent === model.nodes.get(edge.to.node)?.parent) found.set(edge.to.node, edge.from);
    return found;
  }, [model]);
  return useCallback(
    (row) => {
      if (row.kind === 'item') {
        const source = sources.get(row.container);
        const items = source === undefined ? undefined : run?.node(source.node)?.last.outputs?.[source.port];
        const item = items?.type === 'inline' && Array.isArray(items.value) ? ((items.value as readonly Json[])[row.index] ?? null) : null;
        const time = row.startedAt === undefined || row.endedAt === undefined ? '' : formats.duration(row.endedAt - row.startedAt);
        const number = t('editor.itemRow', { number: row.index + 1 });
        return item === null ? { name: number, detail: '', time, note: '' } : { name: oneLine(item), detail: number, time, note: '' };
      }
      const { step } = row;
      const node = model.nodes.get(step.node);
      const name = node === undefined ? step.node : titleOf(node);
      const detail = step.items === undefined ? '' : t('editor.itemCount', { count: step.items });
      const time = step.ms === undefined ? '' : formats.duration(step.ms);
      return { name, detail, time: step.state === 'skipped' ? '' : time, note: noteOf() };

      function noteOf(): string {
        if (step.error !== undefined) return step.attempts > 1 ? `${step.error.message} · ${t('editor.tries', { count: step.attempts })}` : step.error.message;
        if (step.reason !== undefined) return step.reason;
        const output = row.kind === 'step' && step.items === undefined ? shownOutput(step.outputs) : null;
        return output === null ? '' : (countOf(output[1], words) ?? '');
      }
    },
    [run, sources, model, t, formats, words],
  );
}
