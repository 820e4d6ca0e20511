// How the selected node stands in the run that is shown: the instance that is looked at, and, where there are several, which.

import type { GraphNode, StepView } from '@axion/client';
import { type Fact, KeyValue, StateGlyph, Text } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useMessages, useT } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { stateWord } from '../../../session/words.ts';
import { PortValueView } from '../../runs/PortValueView.tsx';
import { useEditor } from '../EditorContext.ts';
import { instancesOf, stepOf } from '../run/steps.ts';

const LISTED = 30;

export function RunOfNode({ node }: { readonly node: GraphNode }): JSX.Element {
  const t = useT();
  const { runId, stepKey, showStep } = useEditor();
  const run = useRun(runId);
  const view = run?.view.node(node.id);
  const many = (view?.instances ?? 0) > 1;
  const version = run?.view.version;
  // The version stands for everything that the view says.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const instances = useMemo(() => (run === null || !many ? [] : instancesOf(run.view, node.id, LISTED)), [run, node.id, many, version]);
  if (run === null || view === undefined) return <p className="p-3.5 text-fg-2">{runId === null ? t('editor.noRunShownDetail') : t('editor.notRunYet')}</p>;
  const chosen = stepOf(run.view, stepKey);
  const step = chosen?.node === node.id ? chosen : view.last;
  return (
    <>
      <Instance step={step} />
      {many && (
        <section aria-label={t('editor.instances')} className="border-t border-line-1 py-2">
          <Text as="h3" type="section" className="block px-3.5 pb-1">
            {t('editor.instances')}
          </Text>
          {instances.map((one) => (
            <button
              key={one.key}
              type="button"
              aria-current={one.key === step.key}
              onClick={() => showStep(one.key)}
              className="ring-inside flex h-(--h-tree) w-full items-center gap-2 px-3.5 text-start hover:bg-hover aria-[current=true]:bg-accent-tint"
            >
              <StateGlyph state={one.state} label={stateWord(t, one.state)} />
              <code className="min-w-0 flex-1 truncate font-mono text-mono">{one.scope}</code>
              <span className="truncate text-caption text-fg-3">{stateWord(t, one.state)}</span>
            </button>
          ))}
          {view.instances > instances.length && <p className="px-3.5 py-1 text-caption text-fg-3">{t('editor.instancesMore', { count: view.instances - instances.length })}</p>}
        </section>
      )}
    </>
  );
}

function Instance({ step }: { readonly step: StepView }): JSX.Element {
  const { t, formats } = useMessages();
  const outputs = Object.entries(step.outputs ?? {});
  const facts: Fact[] = [
    {
      name: t('editor.stepState'),
      value: (
        <span className="inline-flex items-center gap-1.5">
          <StateGlyph state={step.state} label={null} />
          {stateWord(t, step.state)}
        </span>
      ),
    },
    ...(step.scope === undefined ? [] : [{ name: t('editor.stepScope'), value: <code className="font-mono text-mono">{step.scope}</code> }]),
    ...(step.ms === undefined ? [] : [{ name: t('editor.stepTime'), value: formats.duration(step.ms) }]),
    ...(step.startedAt === undefined ? [] : [{ name: t('editor.stepStarted'), value: formats.clockWithSeconds(step.startedAt) }]),
    ...(step.attempts > 1 ? [{ name: t('editor.stepTries'), value: String(step.attempts) }] : []),
    ...(step.reason === undefined ? [] : [{ name: t('editor.stepReason'), value: step.reason }]),
  ];
  return (
    <div className="flex flex-col gap-3 p-3.5">
      <KeyValue facts={facts} />
      {step.error !== undefined && <p className="break-words text-st-failed">{step.error.message}</p>}
      {outputs.map(([port, value]) => (
        <div key={port} data-output={port} className="min-w-0">
          <div className="pb-1 text-small font-medium">{port}</div>
          <PortValueView label={t('editor.valueOf', { port })} value={value} />
        </div>
      ))}
    </div>
  );
}
