// A number, written the way the person's locale writes it. Arrows step, Shift steps tenfold. Typing is free; the value is
// given back when it reads as a number, and `null` when the field is empty.

import { NumberField as Base } from '@base-ui/react/number-field';
import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { fieldBox, useFieldBinding } from './fieldContext.ts';

export interface NumberFieldProps {
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly unit?: ReactNode;
  readonly locale?: string;
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly id?: string;
  readonly 'aria-label'?: string;
  readonly className?: string;
}

export function NumberField({ value, onChange, min, max, step = 1, unit, locale, disabled = false, placeholder, className, ...own }: NumberFieldProps): JSX.Element {
  const { id, ...binding } = useFieldBinding(own);
  return (
    <Base.Root
      id={id}
      value={value}
      min={min}
      max={max}
      step={step}
      largeStep={step * 10}
      locale={locale}
      disabled={disabled}
      allowOutOfRange
      format={{ maximumFractionDigits: 12 }}
      onValueChange={(next) => onChange(next)}
      className={classNames(fieldBox, className)}
    >
      <Base.Input
        {...binding}
        {...(own['aria-label'] === undefined ? {} : { 'aria-label': own['aria-label'] })}
        placeholder={placeholder}
        className="h-full min-w-0 flex-1 bg-transparent tabular-nums outline-none"
      />
      {unit !== undefined && <span className="shrink-0 text-small text-fg-3">{unit}</span>}
    </Base.Root>
  );
}
