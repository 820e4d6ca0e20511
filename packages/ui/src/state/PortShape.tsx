// The shape of a value type: what flows through a port, an edge or a field, told by silhouette before colour. Filled when
// connected, hollow when not; a list is the same shape with a second outline up and right.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

export const valueTypes = ['text', 'number', 'bool', 'object', 'file', 'table', 'any', 'error'] as const;
export type ValueType = (typeof valueTypes)[number];

export const typeTextClass: Readonly<Record<ValueType, string>> = {
  text: 'text-ty-text',
  number: 'text-ty-number',
  bool: 'text-ty-bool',
  object: 'text-ty-object',
  file: 'text-ty-file',
  table: 'text-ty-table',
  any: 'text-ty-any',
  error: 'text-ty-error',
};

export interface PortShapeProps extends Omit<ComponentProps<'svg'>, 'children' | 'type'> {
  readonly type: ValueType;
  readonly list?: boolean;
  readonly filled?: boolean;
  /** The accessible name; null when the port's name is beside the shape. */
  readonly label: string | null;
}

export function PortShape({ type, list = false, filled = true, label, className, ...rest }: PortShapeProps): JSX.Element {
  const named = label === null ? ({ 'aria-hidden': true } as const) : ({ role: 'img', 'aria-label': label } as const);
  const solid = filled && type !== 'any';
  return (
    <svg
      {...named}
      focusable={false}
      data-port-shape={type}
      {...rest}
      width="10"
      height="10"
      viewBox="0 0 10 10"
      strokeWidth="1.2"
      stroke="currentColor"
      className={classNames('shrink-0 overflow-visible', typeTextClass[type], className)}
    >
      {list && (
        <g transform="translate(2.6 -2.6)" className="fill-none">
          <path d={outlines[type]} strokeWidth="1" />
        </g>
      )}
      <path d={outlines[type]} className={solid ? 'fill-current' : 'fill-raised'} strokeLinejoin="round" />
      {type === 'table' && <path d="M.9 4.2h8.2M5 4.2v4.9" className={solid ? 'stroke-raised' : undefined} strokeWidth="1.1" />}
    </svg>
  );
}

const outlines: Readonly<Record<ValueType, string>> = {
  text: 'M5 .8a4.2 4.2 0 1 1 0 8.4A4.2 4.2 0 0 1 5 .8Z',
  number: 'M5 .6 9.4 5 5 9.4 .6 5Z',
  bool: 'M1 .9h4a4.1 4.1 0 0 1 0 8.2H1Z',
  object: 'M2 .9h6A1.1 1.1 0 0 1 9.1 2v6A1.1 1.1 0 0 1 8 9.1H2A1.1 1.1 0 0 1 .9 8V2A1.1 1.1 0 0 1 2 .9Z',
  file: 'M1.3.7h4.6l2.8 2.8v5.8H1.3Z',
  table: 'M.9.9h8.2v8.2H.9Z',
  any: 'M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z',
  error: 'M5 .9 9.3 8.8H.7Z',
};
