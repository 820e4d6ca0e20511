// Looks into a value that passed through a run: as a tree, as a table where it is one, as text, or raw. What is inside came
// from files and strangers; it is drawn as text only, in part, and never all at once.

import { type JSX, useMemo, useState } from 'react';
import { classNames } from '../classNames.ts';
import { Segmented } from '../fields/Segmented.tsx';
import { asRawText, asTable, kindOf } from './valueTree.ts';
import { ValueTree, type ValueTreeLabels } from './ValueTree.tsx';

export type ValueLook = 'tree' | 'table' | 'text' | 'raw';

export interface ValueViewerLabels extends ValueTreeLabels {
  readonly looks: string;
  readonly look: Readonly<Record<ValueLook, string>>;
  readonly moreRows: (count: number) => string;
  readonly moreCharacters: (count: number) => string;
  readonly tooDeep: string;
}

export interface ValueViewerProps {
  readonly label: string;
  readonly value: unknown;
  readonly labels: ValueViewerLabels;
  readonly className?: string;
}

export function ValueViewer({ label, value, labels, className }: ValueViewerProps): JSX.Element {
  const table = useMemo(() => asTable(value), [value]);
  const kind = kindOf(value);
  const looks: readonly ValueLook[] = [...(kind === 'text' ? (['text'] as const) : (['tree'] as const)), ...(table ? (['table'] as const) : []), 'raw'];
  const [asked, setAsked] = useState<ValueLook | null>(null);
  const look = asked !== null && looks.includes(asked) ? asked : (looks[0] ?? 'raw');
  return (
    <section aria-label={label} className={classNames('flex min-h-0 min-w-0 flex-col gap-2', className)}>
      {looks.length > 1 && (
        <Segmented aria-label={labels.looks} value={look} onChange={setAsked} options={looks.map((one) => ({ value: one, label: labels.look[one] }))} className="self-start" />
      )}
      {look === 'tree' && <ValueTree label={label} value={value} labels={labels} />}
      {look === 'table' && table && (
        <div className="min-h-0 overflow-auto rounded-field border border-line-1 bg-sunken">
          <table className="w-max min-w-full border-collapse font-mono text-mono-small">
            <thead className="sticky top-0 bg-sunken text-start text-fg-3">
              <tr>
                {table.columns.map((column) => (
                  <th key={column} scope="col" className="border-b border-line-1 px-2 py-1 text-start font-normal">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value have no other identity and never move
                <tr key={index} className="border-b border-line-1 last:border-0">
                  {row.map((cell, column) => (
                    <td key={table.columns[column]} className="max-w-72 truncate px-2 py-1" title={cell}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {table.total > table.rows.length && <p className="px-2 py-1 text-caption text-fg-3">{labels.moreRows(table.total - table.rows.length)}</p>}
        </div>
      )}
      {(look === 'text' || look === 'raw') && <RawText value={value} labels={labels} />}
    </section>
  );
}

function RawText({ value, labels }: { readonly value: unknown; readonly labels: ValueViewerLabels }): JSX.Element {
  const raw = useMemo(() => asRawText(value), [value]);
  if (raw === null) return <p className="text-small text-fg-2">{labels.tooDeep}</p>;
  return (
    <div className="min-h-0 overflow-auto rounded-field border border-line-1 bg-sunken">
      <pre tabIndex={0} className="px-2 py-1.5 font-mono text-mono break-words whitespace-pre-wrap">
        {raw.text}
      </pre>
      {raw.cut > 0 && <p className="px-2 py-1 text-caption text-fg-3">{labels.moreCharacters(raw.cut)}</p>}
    </div>
  );
}
