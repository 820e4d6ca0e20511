// Output of a tool in a well: the first 8 and the last 4 lines, the rest on request. Of what is still coming, the end.

import { Link } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';

const FIRST = 8;
const LAST = 4;
const LONGEST_SHOWN = 200_000;

export interface OutputWellProps {
  readonly text: string;
  readonly live?: boolean;
  /** There is more than this, elsewhere. */
  readonly cut?: boolean;
}

export function OutputWell({ text, live = false, cut = false }: OutputWellProps): JSX.Element {
  const t = useT();
  const [all, setAll] = useState(false);
  const lines = text.replace(/\n$/, '').slice(0, LONGEST_SHOWN).split('\n');
  const folded = !all && lines.length > FIRST + LAST + 2;
  const well = 'overflow-x-auto px-2.5 font-mono text-mono whitespace-pre';
  if (live) {
    return (
      <pre role="log" aria-live="off" className={`rounded-field bg-sunken py-1.5 ${well}`}>
        {lines.slice(-(FIRST + LAST)).join('\n')}
      </pre>
    );
  }
  return (
    <div className="overflow-hidden rounded-field bg-sunken py-1.5">
      <pre tabIndex={0} className={`${well} ${all ? 'max-h-[420px] overflow-y-auto' : ''}`}>
        {folded ? lines.slice(0, FIRST).join('\n') : lines.join('\n')}
        {cut && '…'}
      </pre>
      {folded && (
        <>
          <p className="px-2.5 py-0.5 text-small">
            <Link onClick={() => setAll(true)}>{t('chat.showLines', { count: lines.length - FIRST - LAST })}</Link>
          </p>
          <pre tabIndex={0} className={well}>
            {lines.slice(-LAST).join('\n')}
          </pre>
        </>
      )}
    </div>
  );
}
