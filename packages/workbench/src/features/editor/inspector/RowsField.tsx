// A list of rows with a few cells each: rules, fields, facts. Rows are added, moved and taken out; each cell has its own mistake.

import type { Json } from '@axion/client';
import type { ConfigProblem, FormField } from '@axion/engine';
import { Button, FormRow, IconButton } from '@axion/ui';
import type { JSX, ReactNode } from 'react';
import { useT } from '../../../messages/context.ts';
import { cellOf, cellProblem, isShown, isRecord, newRow, rowsOf, withCell } from './formModel.ts';

export interface RowsFieldProps {
  readonly field: FormField;
  readonly value: Json;
  readonly problems: readonly ConfigProblem[];
  readonly onChange: (value: Json | undefined) => void;
  /** Draws the control of a cell: the same controls as outside of rows, so they are given and not known here. */
  readonly cell: (column: FormField, value: Json, onChange: (value: Json | undefined) => void) => ReactNode;
}

export function RowsField({ field, value, problems, onChange, cell }: RowsFieldProps): JSX.Element {
  const t = useT();
  const rows = rowsOf(value);
  const title = field.row?.title ?? field.label;
  const replace = (next: readonly Json[]): void => onChange(next);
  const swap = (at: number, other: number): void => {
    const one = rows[at];
    const two = rows[other];
    if (one === undefined || two === undefined) return;
    replace(rows.map((row, index) => (index === at ? two : index === other ? one : row)));
  };
  return (
    <div className="flex flex-col gap-2">
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no id of its own; its place is all that tells it apart
        <div key={at} role="group" aria-label={t('editor.rowTitle', { row: title, number: at + 1 })} className="flex flex-col gap-2 border-s-2 border-line-2 ps-2.5">
          <div className="flex items-center">
            <span className="flex-1 text-caption text-fg-3">{t('editor.rowTitle', { row: title, number: at + 1 })}</span>
            <IconButton icon="arrow-up" small tooltip={false} label={t('editor.moveRowUp', { row: title, number: at + 1 })} disabled={at === 0} onClick={() => swap(at, at - 1)} />
            <IconButton icon="arrow-down" small tooltip={false} label={t('editor.moveRowDown', { row: title, number: at + 1 })} disabled={at === rows.length - 1} onClick={() => swap(at, at + 1)} />
            <IconButton icon="x" small tooltip={false} label={t('editor.removeRow', { row: title, number: at + 1 })} onClick={() => replace(rows.filter((_, index) => index !== at))} />
          </div>
          {(field.columns ?? []).filter((column) => isShown(column, isRecord(row) ? row : {})).map((column) => (
            <FormRow key={column.field} label={column.label} error={cellProblem(problems, field.field, at, column.field)} {...(column.help === undefined ? {} : { help: column.help })}>
              {cell(column, cellOf(row, column.field), (next) =>
                replace(rows.map((other, index) => (index === at ? withCell(row, column.field, next ?? null, (field.row?.initial ?? null) as Json) : other))),
              )}
            </FormRow>
          ))}
        </div>
      ))}
      <Button small icon="plus" className="self-start" onClick={() => replace([...rows, newRow(field, rows)])}>
        {t('editor.addRow', { row: title })}
      </Button>
    </div>
  );
}
