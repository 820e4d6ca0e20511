// Values of the step that is looked at; with none, what the run brought: its outputs and the files that it wrote.

import { EmptyState, StateGlyph, Text } from '@axion/ui';
import type { JSX } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useRun, useWorkspace } from '../../../session/context.ts';
import { stateWord } from '../../../session/words.ts';
import { PortValueView } from '../../runs/PortValueView.tsx';
import { RunOutputs } from '../../runs/RunOutputs.tsx';
import { onlyNode, useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';
import { stepOf } from '../run/steps.ts';

export function ValuesView(): JSX.Element {
  const { t, formats } = useMessages();
  const editor = useEditor();
  const run = useRun(editor.runId);
  const number = useWorkspace((state) => state.runs.find((one) => one.runId === editor.runId)?.number);
  if (run === null || editor.runId === null) return <EmptyState title={t('editor.noRunShown')} detail={t('editor.noRunShownDetail')} className="h-full" />;
  const only = onlyNode(editor.selection);
  const step = stepOf(run.view, editor.stepKey) ?? (only === null ? undefined : run.view.node(only)?.last);
  if (step === undefined) {
    const empty = Object.keys(run.view.outputs ?? {}).length === 0;
    return (
      <div data-result={editor.runId} className="flex flex-col">
        {number !== undefined && (
          <Text as="h3" type="section" className="px-4 pt-3">
            {t('editor.resultOf', { number })}
          </Text>
        )}
        <RunOutputs state={run} runId={editor.runId} />
        {empty && <p className="px-4 py-3 text-fg-2">{t('editor.valuesNone')}</p>}
      </div>
    );
  }
  const node = editor.model.nodes.get(step.node);
  const outputs = Object.entries(step.outputs ?? {});
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <div className="flex items-center gap-2">
        <StateGlyph state={step.state} label={stateWord(t, step.state)} />
        <Text as="h3" type="section">
          {node === undefined ? step.node : titleOf(node)}
        </Text>
        {step.scope !== undefined && <code className="font-mono text-mono text-fg-3">{step.scope}</code>}
        {step.ms !== undefined && <span className="ms-auto text-caption text-fg-3">{formats.duration(step.ms)}</span>}
      </div>
      {step.error !== undefined && <p className="break-words text-st-failed">{step.error.message}</p>}
      {outputs.length === 0 && step.error === undefined && <p className="text-fg-2">{step.reason ?? t('editor.noOutputs')}</p>}
      <div className="grid grid-cols-[repeat(auto-fit,minmax(260px,1fr))] gap-4">
        {outputs.map(([port, value]) => (
          <div key={port} data-output={port} className="min-w-0">
            <div className="pb-1 text-small font-medium">{port}</div>
            <PortValueView label={t('editor.valueOf', { port })} value={value} />
          </div>
        ))}
      </div>
    </div>
  );
}
