// A button with an icon only. Its name is required and shown as a tooltip, with the shortcut if there is one.

import { type ComponentProps, type JSX, useContext } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Tooltip, type TooltipSide } from '../layers/Tooltip.tsx';
import { ariaShortcut, PlatformContext } from '../text/Kbd.tsx';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'children' | 'aria-label'> {
  readonly icon: IconName;
  readonly label: string;
  readonly shortcut?: string;
  readonly small?: boolean;
  /** A toggle that is on; undefined for a button that is no toggle. */
  readonly pressed?: boolean;
  readonly tooltipSide?: TooltipSide;
  /** Off where the name stands right beside the button, or in a row that has a tooltip of its own. */
  readonly tooltip?: boolean;
}

export function IconButton({
  icon,
  label,
  shortcut,
  small = false,
  pressed,
  tooltipSide = 'bottom',
  tooltip = true,
  className,
  ...rest
}: IconButtonProps): JSX.Element {
  const platform = useContext(PlatformContext);
  const button = (
    <button
      {...rest}
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut === undefined ? undefined : ariaShortcut(shortcut, platform)}
      className={classNames(
        'inline-flex shrink-0 items-center justify-center rounded-field text-fg-2 transition-colors enabled:hover:bg-hover enabled:hover:text-fg enabled:active:bg-active disabled:text-fg-off',
        small ? 'size-(--h-button-small)' : 'size-(--h-icon-button)',
        pressed && 'bg-active text-fg',
        className,
      )}
    >
      <Icon name={icon} size={small ? 14 : 16} />
    </button>
  );
  if (!tooltip) return button;
  return (
    <Tooltip label={label} side={tooltipSide} {...(shortcut === undefined ? {} : { shortcut })}>
      {button}
    </Tooltip>
  );
}
