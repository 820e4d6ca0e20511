// A choice with one explaining line each, as rows.

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { type JSX, type ReactNode, useId } from 'react';
import { classNames } from '../classNames.ts';
import { useFieldBinding } from './fieldContext.ts';

export interface RadioRow<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: ReactNode;
  readonly disabled?: boolean;
}

export interface RadioRowsProps<Value extends string> {
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly rows: readonly RadioRow<Value>[];
  readonly 'aria-label'?: string;
  readonly className?: string;
}

export function RadioRows<Value extends string>({ value, onChange, rows, className, ...own }: RadioRowsProps<Value>): JSX.Element {
  const binding = useFieldBinding(own);
  const name = useId();
  return (
    <RadioGroup
      {...binding}
      {...(own['aria-label'] === undefined ? {} : { 'aria-label': own['aria-label'] })}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
      className={classNames('flex flex-col', className)}
    >
      {rows.map((row) => (
        <label key={row.value} className={classNames('flex min-h-(--hit-mark) select-none items-start gap-2 py-0.5', row.disabled ? 'text-fg-off' : 'text-fg')}>
          <Radio.Root
            value={row.value}
            disabled={row.disabled ?? false}
            aria-describedby={row.detail === undefined ? undefined : `${name}-${row.value}`}
            className="mt-[3px] inline-flex size-3.5 shrink-0 items-center justify-center rounded-full border-[1.5px] border-line-control data-checked:border-accent-solid data-disabled:border-line-2"
          >
            <Radio.Indicator className="size-1.5 rounded-full bg-accent-solid" />
          </Radio.Root>
          <span className="min-w-0">
            <span className="text-ui">{row.label}</span>
            {row.detail !== undefined && (
              <span id={`${name}-${row.value}`} className="block text-caption text-fg-3">
                {row.detail}
              </span>
            )}
          </span>
        </label>
      ))}
    </RadioGroup>
  );
}
