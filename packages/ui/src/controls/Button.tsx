// Buttons: one ink button in a view, the rest plain or ghost; danger is coloured text, never a red fill. A busy button keeps
// its width and says so to a screen reader; it still takes focus so that nothing jumps.

import type { ComponentProps, JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Kbd } from '../text/Kbd.tsx';

export type ButtonLook = 'ink' | 'plain' | 'ghost' | 'danger';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: ButtonLook;
  readonly small?: boolean;
  readonly icon?: IconName;
  readonly trailingIcon?: IconName;
  readonly shortcut?: string;
  readonly busy?: boolean;
  readonly type?: 'button' | 'submit';
  readonly children: ReactNode;
}

const lookClass: Readonly<Record<ButtonLook, string>> = {
  ink: 'bg-ink text-on-ink enabled:hover:opacity-90 enabled:active:opacity-80 forced-colors:border forced-colors:border-current',
  plain: 'border border-line-2 bg-raised text-fg enabled:hover:bg-hover enabled:active:bg-active',
  ghost: 'text-fg-2 enabled:hover:bg-hover enabled:hover:text-fg enabled:active:bg-active',
  danger: 'border border-line-2 bg-raised text-st-failed enabled:hover:bg-tt-failed enabled:active:bg-tt-failed',
};

export function Button({
  look = 'plain',
  small = false,
  icon,
  trailingIcon,
  shortcut,
  busy = false,
  type = 'button',
  disabled,
  onClick,
  className,
  children,
  ...rest
}: ButtonProps): JSX.Element {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={classNames(
        'relative inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap font-medium transition-colors',
        small ? 'h-(--h-button-small) rounded-chip px-2 text-small' : 'h-(--h-button) rounded-field px-2.5 text-ui',
        disabled && look === 'ink' ? 'bg-active text-fg-off' : lookClass[look],
        disabled && look !== 'ink' && 'text-fg-off',
        className,
      )}
    >
      <span className={classNames('inline-flex items-center gap-1.5', busy && 'opacity-0')}>
        {icon && <Icon name={icon} size={small ? 14 : 16} />}
        {children}
        {trailingIcon && <Icon name={trailingIcon} size={14} />}
        {shortcut && <Kbd shortcut={shortcut} onButton={look === 'ink' || disabled === true ? 'inherit' : 'quiet'} />}
      </span>
      {busy && <BusyDots />}
    </button>
  );
}

/** Three still dots: the state is in `aria-busy`, and nothing animates that stands still in meaning. */
function BusyDots(): JSX.Element {
  return (
    <span aria-hidden className="absolute inset-0 flex items-center justify-center gap-1">
      <span className="size-1 rounded-full bg-current" />
      <span className="size-1 rounded-full bg-current opacity-70" />
      <span className="size-1 rounded-full bg-current opacity-40" />
    </span>
  );
}
