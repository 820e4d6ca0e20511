// One Lucide icon with the house stroke: 1.3 px on screen at every size. Decorative always: the control that holds it has the name.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';
import { glyphOf, type IconName } from './icons.ts';

export interface IconProps extends Omit<ComponentProps<'svg'>, 'name' | 'ref' | 'width' | 'height'> {
  readonly name: IconName;
  /** 16 by default; 14 in rows and nodes, 18 in the rail. */
  readonly size?: 12 | 14 | 16 | 18;
}

export function Icon({ name, size = 16, className, ...rest }: IconProps): JSX.Element {
  const Glyph = glyphOf(name);
  return <Glyph aria-hidden focusable={false} {...rest} size={size} strokeWidth={(1.3 * 24) / size} className={classNames('shrink-0', className)} />;
}
