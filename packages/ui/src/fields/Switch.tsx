// A switch acts at once; it is never inside a form that has a Save button.

import { Switch as Base } from '@base-ui/react/switch';
import type { JSX } from 'react';
import { classNames } from '../classNames.ts';
import { useFieldBinding } from './fieldContext.ts';

export interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly id?: string;
  readonly 'aria-label'?: string;
  readonly className?: string;
}

export function Switch({ checked, onChange, disabled = false, className, ...own }: SwitchProps): JSX.Element {
  const { id, ...binding } = useFieldBinding(own);
  return (
    <Base.Root
      id={id}
      {...binding}
      {...(own['aria-label'] === undefined ? {} : { 'aria-label': own['aria-label'] })}
      checked={checked}
      disabled={disabled}
      onCheckedChange={(next) => onChange(next)}
      className={classNames(
        'group relative inline-flex h-4 w-[26px] shrink-0 items-center rounded-full border-[1.5px] border-line-control px-[2px] transition-colors before:absolute before:-inset-x-1 before:-inset-y-2 data-checked:border-accent-solid data-checked:bg-accent-solid data-disabled:border-line-2',
        className,
      )}
    >
      <Base.Thumb className="size-[9px] rounded-full bg-line-control transition-transform duration-80 data-checked:translate-x-[10px] data-checked:bg-knob" />
    </Base.Root>
  );
}
