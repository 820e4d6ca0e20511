// One line of text, with room for a prefix (an icon, a scheme) and a unit.

import type { ComponentProps, JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { fieldBox, useFieldBinding } from './fieldContext.ts';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'prefix'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly prefix?: ReactNode;
  readonly unit?: ReactNode;
  /** Paths, expressions, ids. */
  readonly mono?: boolean;
}

export function TextField({ value, onChange, prefix, unit, mono = false, className, id, ...rest }: TextFieldProps): JSX.Element {
  const binding = useFieldBinding({ id, 'aria-label': rest['aria-label'] });
  return (
    <div className={classNames(fieldBox, className)}>
      {prefix !== undefined && <span className="shrink-0 text-fg-3">{prefix}</span>}
      <input
        autoComplete="off"
        spellCheck={false}
        type="text"
        {...binding}
        {...rest}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        className={classNames('h-full min-w-0 flex-1 bg-transparent outline-none', mono && 'font-mono text-mono')}
      />
      {unit !== undefined && <span className="shrink-0 text-small text-fg-3">{unit}</span>}
    </div>
  );
}
