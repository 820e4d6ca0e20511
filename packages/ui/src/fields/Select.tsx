// One of a few values. Looks like a field, or, with `sentence`, like a filter that reads as words: "State any".

import { Select as Base } from '@base-ui/react/select';
import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import { menuRow, popupSurface } from '../layers/popupClasses.ts';
import { fieldBox, useFieldBinding } from './fieldContext.ts';

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string;
  readonly leading?: ReactNode;
  readonly disabled?: boolean;
}

export interface SelectProps<Value extends string> {
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly options: readonly SelectOption<Value>[];
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly mono?: boolean;
  /** The words before the value (may be none); makes it a 28 px button instead of a field. */
  readonly sentence?: string;
  readonly id?: string;
  readonly 'aria-label'?: string;
  readonly className?: string;
}

const sentenceBox =
  'inline-flex h-(--h-button) shrink-0 select-none items-center gap-1.5 rounded-field border border-line-2 bg-raised px-2 text-small text-fg-2 hover:bg-hover data-popup-open:bg-active';

export function Select<Value extends string>({
  value,
  onChange,
  options,
  placeholder,
  disabled = false,
  mono = false,
  sentence,
  className,
  ...own
}: SelectProps<Value>): JSX.Element {
  const { id, ...binding } = useFieldBinding(own);
  const chosen = options.find((option) => option.value === value);
  return (
    <Base.Root
      id={id}
      value={value}
      items={options}
      disabled={disabled}
      modal={false}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <Base.Trigger
        {...binding}
        {...(own['aria-label'] === undefined ? {} : { 'aria-label': own['aria-label'] })}
        className={classNames(
          sentence === undefined ? classNames(fieldBox, 'select-none text-start aria-invalid:border-st-failed') : sentenceBox,
          className,
        )}
      >
        {sentence !== undefined && sentence !== '' && <span>{sentence}</span>}
        {chosen?.leading}
        <Base.Value
          className={classNames(
            'min-w-0 truncate',
            sentence === undefined ? 'flex-1' : 'font-medium text-fg',
            mono && 'font-mono text-mono',
            chosen === undefined && 'text-fg-3',
          )}
        >
          {chosen?.label ?? placeholder ?? ''}
        </Base.Value>
        <Icon name="chevron-down" size={14} className="text-fg-2" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner alignItemWithTrigger={false} sideOffset={4} collisionPadding={6} className="z-65">
          <Base.Popup
            className={classNames(
              popupSurface,
              'max-h-[min(20rem,var(--available-height))] min-w-(--anchor-width) max-w-96 overflow-y-auto p-1',
            )}
          >
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} disabled={option.disabled ?? false} label={option.label} className={menuRow}>
                <span className="inline-flex size-4 shrink-0 items-center justify-center">
                  <Base.ItemIndicator>
                    <Icon name="check" size={14} />
                  </Base.ItemIndicator>
                </span>
                {option.leading}
                <Base.ItemText className={classNames('min-w-0 flex-1 truncate', mono && 'font-mono text-mono')}>{option.label}</Base.ItemText>
                {option.detail !== undefined && <span className="shrink-0 text-caption text-fg-3">{option.detail}</span>}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
