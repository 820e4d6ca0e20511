// An inline action in the accent colour. With `href` it is a link, otherwise a button that looks like one.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

const look = 'rounded-mark text-accent underline-offset-2 hover:underline focus-visible:underline disabled:text-fg-off disabled:no-underline';

export type LinkProps = ({ readonly href: string } & Omit<ComponentProps<'a'>, 'href'>) | ({ readonly href?: undefined } & Omit<ComponentProps<'button'>, 'type'>);

export function Link(props: LinkProps): JSX.Element {
  if (props.href !== undefined) {
    const { className, ...rest } = props;
    return <a {...rest} className={classNames(look, className)} />;
  }
  const { className, href: _none, ...rest } = props;
  return <button {...rest} type="button" className={classNames(look, className)} />;
}
