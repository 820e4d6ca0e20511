// Two to four short words of which one holds.

import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { JSX } from 'react';
import { classNames } from '../classNames.ts';
import { useFieldBinding } from './fieldContext.ts';

export interface SegmentedProps<Value extends string> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[];
  readonly 'aria-label'?: string;
  readonly className?: string;
}

export function Segmented<Value extends string>({ value, onChange, options, className, ...own }: SegmentedProps<Value>): JSX.Element {
  const { id: _unused, ...binding } = useFieldBinding(own);
  return (
    <ToggleGroup
      {...binding}
      {...(own['aria-label'] === undefined ? {} : { 'aria-label': own['aria-label'] })}
      value={[value]}
      onValueChange={(next) => {
        const picked = next.find((one) => one !== value);
        if (picked !== undefined) onChange(picked);
      }}
      className={classNames('inline-flex h-(--h-icon-button) shrink-0 items-stretch overflow-hidden rounded-field border border-line-2 bg-segment', className)}
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          disabled={option.disabled ?? false}
          className="inline-flex select-none items-center px-2.5 text-small text-fg-2 outline-offset-[-2px] hover:bg-hover data-disabled:text-fg-off data-pressed:bg-segment-on data-pressed:font-medium data-pressed:text-fg"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
