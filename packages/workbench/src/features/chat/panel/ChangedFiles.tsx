// The files that this chat changed, each with its counts; one opens as a diff from what it was first.

import type { FileChange } from '@axion/protocol';
import { Button, Dialog, Icon, MiddleCut } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { Counts, DiffView } from '../DiffView.tsx';
import { diffLines } from '../diffLines.ts';
import { PanelBlock } from './PanelBlock.tsx';
import { useChangedFiles } from './useChangedFiles.ts';

export function ChangedFiles(): JSX.Element | null {
  const t = useT();
  const files = useChangedFiles();
  const [shown, setShown] = useState<FileChange | null>(null);
  if (files.length === 0) return null;
  return (
    <PanelBlock title={t('chat.changedFiles')} hint={files.length}>
      <ul>
        {files.map((change) => (
          <ChangedFile key={`${change.folderId}/${change.path}`} change={change} onOpen={() => setShown(change)} />
        ))}
      </ul>
      {shown !== null && (
        <Dialog open onClose={() => setShown(null)} title={t('chat.changeTitle')} width="large" className="w-[860px]" actions={<Button onClick={() => setShown(null)}>{t('act.close')}</Button>}>
          <DiffView change={shown} />
        </Dialog>
      )}
    </PanelBlock>
  );
}

function ChangedFile({ change, onOpen }: { readonly change: FileChange; readonly onOpen: () => void }): JSX.Element {
  const counts = useMemo(() => (change.tooLarge === true ? null : diffLines(change.before ?? '', change.after ?? '')), [change]);
  return (
    <li>
      <button type="button" onClick={onOpen} title={change.path} className="-mx-1 flex min-h-6 w-[calc(100%+8px)] items-center gap-2 rounded-mark px-1 text-start hover:bg-hover">
        <Icon name={change.before === undefined ? 'file-input' : 'file'} size={14} className="text-fg-2" />
        <MiddleCut text={change.path} className="min-w-0 flex-1 font-mono text-mono" />
        {counts !== null && <Counts added={counts.added} removed={counts.removed} />}
      </button>
    </li>
  );
}
