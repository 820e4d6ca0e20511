// Text in one of the design's roles, cut at its end or in its middle. Roles carry size, line and weight; the surface decides colour.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

export type TextRole = 'display' | 'title' | 'heading' | 'section' | 'name' | 'ui' | 'small' | 'caption' | 'mono';
export type TextTone = 'plain' | 'second' | 'third';

const roleClass: Readonly<Record<TextRole, string>> = {
  display: 'text-display',
  title: 'text-title',
  heading: 'text-heading',
  section: 'text-ui font-semibold',
  name: 'text-ui font-medium',
  ui: 'text-ui',
  small: 'text-small',
  caption: 'text-caption',
  mono: 'font-mono text-mono',
};
const toneClass: Readonly<Record<TextTone, string>> = { plain: 'text-fg', second: 'text-fg-2', third: 'text-fg-3' };

export interface TextProps extends ComponentProps<'span'> {
  readonly as?: 'span' | 'p' | 'div' | 'h1' | 'h2' | 'h3' | 'dt' | 'dd';
  readonly type?: TextRole;
  readonly tone?: TextTone;
  /** One line, an ellipsis at the end; the whole text goes into the title. */
  readonly cut?: boolean;
}

export function Text({ as = 'span', type = 'ui', tone = 'plain', cut = false, className, children, title, ...rest }: TextProps): JSX.Element {
  const Tag = as as 'span';
  const whole = title ?? (cut && typeof children === 'string' ? children : undefined);
  return (
    <Tag {...rest} title={whole} className={classNames(roleClass[type], toneClass[tone], cut && 'block min-w-0 truncate', className)}>
      {children}
    </Tag>
  );
}
