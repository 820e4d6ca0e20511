// The settings of a node: the form of its kind, the rules every node may have, and its ports with the values that passed last.

import { edits, type GraphNode, type Json } from '@axion/client';
import { type InputPort, describeType, type OutputPort } from '@axion/engine';
import { Link, PortShape, FormRow, Text } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useT } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { useEditor } from '../EditorContext.ts';
import { infoOf, missingOf } from '../model/kindInfo.ts';
import { oneLine, previewLines } from '../run/preview.ts';
import { useViewWords } from '../run/useRunDrawing.ts';
import { FieldControl } from './FieldControl.tsx';
import { looseProblems, shownFields, withHint } from './formModel.ts';
import { StepRules } from './StepRules.tsx';

export function SetupTab({ node }: { readonly node: GraphNode }): JSX.Element {
  const t = useT();
  const { graph, edit, model } = useEditor();
  const info = infoOf(node);
  const problems = useMemo(() => {
    const used = new Set([...model.edges.values()].filter((edge) => edge.to.node === node.id).map((edge) => edge.to.port));
    const missing = missingOf(node, (port) => used.has(port));
    return missing === null || missing.field === '' ? info.problems : [...info.problems, missing];
  }, [info, node, model.edges]);
  const fields = info.kind === undefined ? [] : shownFields(info.kind, node, problems);
  const loose = looseProblems(fields, problems);
  const set = (field: string, value: Json | undefined): void => edit(edits.setConfig(node.id, field, value), 'settings', `config ${node.id} ${field}`);
  if (info.kind === undefined) {
    return (
      <div className="flex flex-col gap-2 p-3.5">
        <p className="text-fg">{t('canvas.notHere')}</p>
        <p className="text-fg-2">{t('editor.unknownData')}</p>
        <pre className="overflow-x-auto rounded-field border border-line-1 bg-sunken p-2 font-mono text-mono-small">{JSON.stringify(node.config, null, 2).slice(0, 20_000)}</pre>
      </div>
    );
  }
  return (
    <>
      <div className="flex flex-col gap-3.5 p-3.5" onBlur={() => graph.endGesture()}>
        {fields.length === 0 && <p className="text-fg-2">{t('editor.noSettings')}</p>}
        {loose.map((problem) => (
          <p key={problem.field + problem.message} role="alert" className="text-st-failed">
            {withHint(problem)}
          </p>
        ))}
        {fields.map(({ field, value, changed, error }) => (
          <FormRow
            key={field.field}
            label={field.label}
            error={error}
            {...(field.help === undefined ? {} : { help: field.help })}
            {...(changed ? { action: <Link className="text-caption" onClick={() => set(field.field, undefined)}>{t('editor.resetField')}</Link> } : {})}
          >
            <FieldControl node={node} field={field} value={value} problems={problems} onChange={(next) => set(field.field, next)} />
          </FormRow>
        ))}
      </div>
      {info.kind.slow === true && <StepRules node={node} problems={problems} />}
      <Ports node={node} />
    </>
  );
}

function Ports({ node }: { readonly node: GraphNode }): JSX.Element | null {
  const t = useT();
  const { model, runId } = useEditor();
  const words = useViewWords();
  const run = useRun(runId);
  const info = infoOf(node);
  const outputs = run?.view.node(node.id)?.last.outputs;
  /** What passed into an input last is what its source gave last. */
  const valueInto = (port: string): string | null => {
    const edge = [...model.edges.values()].find((one) => one.to.node === node.id && one.to.port === port);
    const value = edge === undefined ? undefined : run?.view.node(edge.from.node)?.last.outputs?.[edge.from.port];
    return value === undefined ? null : value.type === 'inline' ? oneLine(value.value) : (previewLines(value, words)[0] ?? '');
  };
  const valueOut = (port: string): string | null => {
    const value = outputs?.[port];
    return value === undefined ? null : value.type === 'inline' ? oneLine(value.value) : (previewLines(value, words)[0] ?? '');
  };
  const used = new Set([...model.edges.values()].flatMap((edge) => [`in ${edge.to.node} ${edge.to.port}`, `out ${edge.from.node} ${edge.from.port}`]));
  const rows: readonly { readonly key: string; readonly port: InputPort | OutputPort; readonly note: string; readonly value: string | null }[] = [
    ...info.inputs.map((port) => ({ key: `in ${node.id} ${port.id}`, port, note: t('editor.portIn', { type: describeType(port) }), value: valueInto(port.id) })),
    ...info.outputs.map((port) => ({ key: `out ${node.id} ${port.id}`, port, note: t('editor.portOut', { type: describeType(port) }), value: valueOut(port.id) })),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-label={t('editor.ports')} className="border-t border-line-1 px-3.5 py-3">
      <Text as="h3" type="section" className="pb-1">
        {t('editor.ports')}
      </Text>
      <ul>
        {rows.map(({ key, port, note, value }) => (
          <li key={key} className="flex min-h-6 items-center gap-2">
            <PortShape type={port.type} list={port.list === true} filled={used.has(key)} label={null} />
            <span className="shrink-0">{port.label}</span>
            <span className="min-w-0 flex-1 truncate text-caption text-fg-3">{note}</span>
            <code className="max-w-[45%] truncate font-mono text-mono-small text-fg-2" title={value ?? undefined}>
              {value ?? '–'}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}
