// A file that a run wrote, shown where it was made: a page as a page, anything else as text. Read through Core, within the run's
// own grants, and never run.

import { Button, Dialog, Segmented, Skeleton } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import type { Result } from '@axion/protocol';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import type { RunFileRef } from './runFiles.ts';
import { SafePage } from './SafePage.tsx';

export interface RunFileDialogProps {
  readonly runId: string;
  readonly file: RunFileRef | null;
  readonly onClose: () => void;
}

export function RunFileDialog({ runId, file, onClose }: RunFileDialogProps): JSX.Element {
  const t = useT();
  return (
    <Dialog
      open={file !== null}
      onClose={onClose}
      title={file === null ? '' : t('run.fileTitle', { path: file.path })}
      width="large"
      actions={<Button onClick={onClose}>{t('act.close')}</Button>}
      className="h-[80vh]"
    >
      {file !== null && <FileContent key={`${file.slot}/${file.path}`} runId={runId} file={file} />}
    </Dialog>
  );
}

function FileContent({ runId, file }: { readonly runId: string; readonly file: RunFileRef }): JSX.Element {
  const { commands } = useClient();
  const t = useT();
  const formats = useFormats();
  const [content, setContent] = useState<Result<'read_run_file'> | null>(null);
  const [error, setError] = useState<string | null>(null);
  const isPage = /\.html?$/i.test(file.path);
  const [look, setLook] = useState<'page' | 'text'>(isPage ? 'page' : 'text');
  useEffect(() => {
    let over = false;
    commands.readRunFile(runId, file.slot, file.path).then(
      (read) => !over && setContent(read),
      (reason: unknown) => !over && setError(t('run.fileFailed', { path: file.path, reason: reasonOf(t, reason) })),
    );
    return () => {
      over = true;
    };
  }, [commands, runId, file, t]);
  if (error !== null) return <p role="alert">{error}</p>;
  if (content === null) return <Skeleton rows={6} label={t('loading')} />;
  const cutNote = t('run.fileCut', { shown: formats.bytes(content.text.length), size: formats.bytes(content.bytes) });
  return (
    <div className="flex flex-col gap-3 text-fg">
      <div className="flex flex-wrap items-center gap-3 text-caption text-fg-3">
        {isPage && (
          <Segmented
            aria-label={t('run.fileLooks')}
            value={look}
            onChange={setLook}
            options={[
              { value: 'page', label: t('run.filePage') },
              { value: 'text', label: t('run.fileText') },
            ]}
          />
        )}
        <span>{look === 'page' ? t('run.filePageNote') : t('run.file', { path: content.path, slot: file.slot })}</span>
        <span className="ms-auto">{formats.bytes(content.bytes)}</span>
      </div>
      {look === 'page' ? (
        <SafePage html={content.text} cutNote={t('run.filePageCut')} />
      ) : (
        <pre tabIndex={0} className="overflow-x-auto rounded-field border border-line-1 bg-sunken p-3 font-mono text-mono">
          {content.text}
        </pre>
      )}
      {content.truncated && <p className="text-caption text-fg-3">{cutNote}</p>}
    </div>
  );
}
