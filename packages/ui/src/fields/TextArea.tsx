// Several lines of text. It grows with its content to a limit and scrolls after that; growth is the browser's own
// (`field-sizing`), and an engine without it keeps the first height and scrolls.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';
import { useFieldBinding } from './fieldContext.ts';

export interface TextAreaProps extends Omit<ComponentProps<'textarea'>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}

export function TextArea({ value, onChange, mono = false, rows = 3, className, id, ...rest }: TextAreaProps): JSX.Element {
  const binding = useFieldBinding({ id, 'aria-label': rest['aria-label'] });
  return (
    <textarea
      spellCheck={false}
      {...binding}
      {...rest}
      rows={rows}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      className={classNames(
        'field-sizing-content max-h-80 min-h-14 w-full resize-y rounded-field border border-line-field bg-well px-2 py-1.5 text-fg aria-invalid:border-st-failed disabled:text-fg-off',
        mono ? 'font-mono text-mono' : 'text-ui',
        className,
      )}
    />
  );
}
