// A small label of 20 px, static or removable: a tag, a chosen value, a mark such as "in use".

import type { ComponentProps, JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';

export interface ChipProps extends Omit<ComponentProps<'span'>, 'children'> {
  readonly icon?: IconName;
  readonly children: ReactNode;
  readonly onRemove?: () => void;
  /** The name of the remove button; needed with `onRemove`. */
  readonly removeLabel?: string;
}

export function Chip({ icon, children, onRemove, removeLabel, className, ...rest }: ChipProps): JSX.Element {
  return (
    <span
      {...rest}
      className={classNames('inline-flex h-5 max-w-full shrink-0 items-center gap-1 rounded-chip bg-hover px-1.5 text-caption text-fg-2', className)}
    >
      {icon && <Icon name={icon} size={12} />}
      <span className="truncate">{children}</span>
      {onRemove && (
        <button
          type="button"
          aria-label={removeLabel}
          onClick={onRemove}
          className="-me-1 inline-flex size-4 items-center justify-center rounded-mark text-fg-3 hover:bg-active hover:text-fg"
        >
          <Icon name="x" size={12} />
        </button>
      )}
    </span>
  );
}
