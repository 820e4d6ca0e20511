// What a run brought: its named outputs, and the files that it wrote, each of which opens in place.

import type { RunStoreState } from '@axion/client';
import type { GraphDocument } from '@axion/protocol';
import { Icon, MiddleCut } from '@axion/ui';
import { type JSX, useEffect, useMemo, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { PortValueView } from './PortValueView.tsx';
import { Block } from './Block.tsx';
import { RunFileDialog } from './RunFileDialog.tsx';
import { fileRefOf, filesWritten, type RunFileRef } from './runFiles.ts';

export function RunOutputs({ state, runId }: { readonly state: RunStoreState; readonly runId: string }): JSX.Element | null {
  const client = useClient();
  const t = useT();
  const [document, setDocument] = useState<GraphDocument | null>(null);
  const [shown, setShown] = useState<RunFileRef | null>(null);
  const { view } = state;
  const version = view.version;
  useEffect(() => {
    let over = false;
    // Without the graph the outputs are still shown; only the list of files is not.
    client
      .run(runId)
      .graph()
      .then((graph) => !over && setDocument(graph.document), () => undefined);
    return () => {
      over = true;
    };
  }, [client, runId]);
  // The version stands for everything that the view says.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const files = useMemo(() => (document === null ? [] : filesWritten(view, document)), [document, view, version]);
  const outputs = Object.entries(view.outputs ?? state.snapshot?.outputs ?? {});
  if (outputs.length === 0 && files.length === 0) return null;
  return (
    <>
      {files.length > 0 && (
        <Block title={t('run.files')} detail={String(files.length)}>
          <ul className="-mx-2">
            {files.map((file) => (
              <li key={`${file.slot}/${file.path}`}>
                <FileButton file={file} onOpen={setShown} />
              </li>
            ))}
          </ul>
        </Block>
      )}
      {outputs.length > 0 && (
        <Block title={t('run.outputs')}>
          <div className="flex flex-col gap-3">
            {outputs.map(([name, value]) => {
              const file = value.type === 'inline' ? fileRefOf(value.value) : null;
              return (
                <div key={name} data-output={name} className="min-w-0">
                  <div className="pb-1 text-small font-medium">{name}</div>
                  {file === null ? <PortValueView label={t('run.output', { name })} value={value} /> : <FileButton file={file} onOpen={setShown} />}
                </div>
              );
            })}
          </div>
        </Block>
      )}
      <RunFileDialog runId={runId} file={shown} onClose={() => setShown(null)} />
    </>
  );
}

function FileButton({ file, onOpen }: { readonly file: RunFileRef; readonly onOpen: (file: RunFileRef) => void }): JSX.Element {
  return (
    <button
      type="button"
      data-file={file.path}
      onClick={() => onOpen(file)}
      className="ring-inside flex min-h-7 w-full items-center gap-2 rounded-field px-2 text-start font-mono text-mono hover:bg-hover"
    >
      <Icon name="file-text" size={14} className="text-fg-2" />
      <MiddleCut text={file.path} className="flex-1" />
      <span className="shrink-0 font-sans text-caption text-fg-3">{file.slot}</span>
    </button>
  );
}
