// A checkbox with its label: on, off or mixed; a 14 px mark in a 24 px target.

import { Checkbox as Base } from '@base-ui/react/checkbox';
import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';

export interface CheckboxProps {
  readonly checked: boolean | 'mixed';
  readonly onChange: (checked: boolean) => void;
  readonly label: ReactNode;
  readonly disabled?: boolean;
  readonly className?: string;
}

export function Checkbox({ checked, onChange, label, disabled = false, className }: CheckboxProps): JSX.Element {
  return (
    <label className={classNames('inline-flex min-h-(--hit-mark) select-none items-center gap-2 text-ui', disabled ? 'text-fg-off' : 'text-fg', className)}>
      <Base.Root
        checked={checked === true}
        indeterminate={checked === 'mixed'}
        disabled={disabled}
        onCheckedChange={(next) => onChange(next)}
        className="inline-flex size-3.5 shrink-0 items-center justify-center rounded-mark border-[1.5px] border-line-control data-checked:border-accent-solid data-checked:bg-accent-solid data-indeterminate:border-accent-solid data-indeterminate:bg-accent-solid data-disabled:border-line-2"
      >
        <Base.Indicator className="inline-flex text-knob">
          {checked === 'mixed' ? <Icon name="minus" size={12} /> : <Icon name="check" size={12} className="stroke-3" />}
        </Base.Indicator>
      </Base.Root>
      {label}
    </label>
  );
}
