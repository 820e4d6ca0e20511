// A search field: Esc clears it first and leaves it after; the caller focuses it on `/` through the ref. It can show the hits.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import { Kbd } from '../text/Kbd.tsx';
import { fieldBox, useFieldBinding } from './fieldContext.ts';

export interface SearchFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'type' | 'aria-label'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  /** "12 of 92", already worded. */
  readonly hits?: string;
  readonly shortcut?: string;
}

export function SearchField({ value, onChange, label, hits, shortcut, placeholder, className, onKeyDown, ...rest }: SearchFieldProps): JSX.Element {
  const binding = useFieldBinding({ id: rest.id, 'aria-label': label });
  return (
    <div className={classNames(fieldBox, className)}>
      <Icon name="search" size={14} className="text-fg-3" />
      <input
        {...binding}
        {...rest}
        type="text"
        inputMode="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          onKeyDown?.(event);
          if (event.defaultPrevented || event.key !== 'Escape') return;
          if (value === '') event.currentTarget.blur();
          else {
            event.stopPropagation();
            onChange('');
          }
        }}
        className="h-full min-w-0 flex-1 bg-transparent outline-none"
      />
      {hits !== undefined && value !== '' && (
        <span aria-live="polite" className="shrink-0 text-caption text-fg-3">
          {hits}
        </span>
      )}
      {shortcut !== undefined && value === '' && <Kbd shortcut={shortcut} />}
    </div>
  );
}
