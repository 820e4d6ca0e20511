// A change of one file: head with its name and counts, then the unified lines. Long ones show their beginning first.

import type { FileChange } from '@axion/protocol';
import { Icon, Link, MiddleCut } from '@axion/ui';
import { type JSX, memo, useMemo, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { type DiffLine, diffLines } from './diffLines.ts';

const MOST_LINES = 120;

export const DiffView = memo(function DiffView({ change, bare = false }: { readonly change: FileChange; readonly bare?: boolean }): JSX.Element {
  const t = useT();
  const [all, setAll] = useState(false);
  const diff = useMemo(() => (change.tooLarge === true ? null : diffLines(change.before ?? '', change.after ?? '')), [change]);
  const fresh = change.before === undefined && change.tooLarge !== true;
  const gone = change.after === undefined && change.before !== undefined;
  const lines = diff === null ? [] : all ? diff.lines : diff.lines.slice(0, MOST_LINES);
  return (
    <section aria-label={t('chat.changeOf', { path: change.path })} className={bare ? '' : 'overflow-hidden rounded-field border border-line-1'}>
      <div className="flex min-h-7 items-center gap-2 border-b border-line-1 bg-frame px-3 text-small">
        <Icon name={fresh ? 'file-input' : 'file'} size={14} className="text-fg-2" />
        <MiddleCut text={change.path} className="min-w-0 flex-1 font-mono text-mono" />
        {fresh && <span className="text-caption text-fg-3">{t('chat.newFile')}</span>}
        {gone && <span className="text-caption text-fg-3">{t('chat.fileRemoved')}</span>}
        {diff !== null && <Counts added={diff.added} removed={diff.removed} />}
      </div>
      {diff === null ? (
        <p className="bg-sunken px-3 py-2 text-small text-fg-2">{t('chat.diffTooLarge')}</p>
      ) : (
        <div className="max-h-[420px] overflow-auto bg-sunken py-1 font-mono text-mono" tabIndex={0} role="group" aria-label={t('chat.changedLines', { path: change.path })}>
          <div className="w-max min-w-full">
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one change never move
              <Line key={index} line={line} />
            ))}
          </div>
          {diff.lines.length > lines.length && (
            <p className="px-3 py-1 font-sans text-small">
              <Link onClick={() => setAll(true)}>{t('chat.moreLines', { count: diff.lines.length - lines.length })}</Link>
            </p>
          )}
        </div>
      )}
    </section>
  );
});

export function Counts({ added, removed }: { readonly added: number; readonly removed: number }): JSX.Element {
  const t = useT();
  return (
    <span className="shrink-0 text-small tabular-nums" role="img" aria-label={t('chat.changeCounts', { added, removed })}>
      {added > 0 && <span className="text-add-fg">+{added}</span>}
      {added > 0 && removed > 0 && ' '}
      {removed > 0 && <span className="text-del-fg">−{removed}</span>}
    </span>
  );
}

const lineLook = { same: '', added: 'bg-add-bg', removed: 'bg-del-bg' } as const;
const signs = { same: ' ', added: '+', removed: '−' } as const;
const wordLook = { same: '', added: 'rounded-mark bg-add-fg/25', removed: 'rounded-mark bg-del-fg/25' } as const;

function Line({ line }: { readonly line: DiffLine }): JSX.Element {
  const t = useT();
  if (line.kind === 'gap') return <div className="px-3 py-0.5 font-sans text-caption text-fg-3">{t('chat.skippedLines', { count: line.skipped })}</div>;
  return (
    <div className={`flex whitespace-pre ${lineLook[line.kind]}`}>
      <span aria-hidden className="w-11 shrink-0 pe-2 text-end text-fg-3 select-none">
        {line.now ?? line.old}
      </span>
      <span className="w-4 shrink-0 select-none text-fg-3">{signs[line.kind]}</span>
      <span className="pe-4">
        {line.pieces.map((piece, index) =>
          piece.changed ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one line never move
            <mark key={index} className={`text-inherit ${wordLook[line.kind]}`}>
              {piece.text}
            </mark>
          ) : (
            piece.text
          ),
        )}
      </span>
    </div>
  );
}
