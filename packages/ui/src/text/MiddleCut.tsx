// A path or file name that keeps its tail when there is no room: the head shrinks with an ellipsis, the last part stays whole.
// The two halves are for the eye; who listens hears the text once and whole.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

const TAIL = 24;

/** Splits where a path reads best: before the last separator, or so that the extension and some of the name stay. */
export function splitForMiddleCut(text: string): readonly [head: string, tail: string] {
  const slash = Math.max(text.lastIndexOf('/', text.length - 2), text.lastIndexOf('\\', text.length - 2));
  if (slash > 0 && text.length - slash <= TAIL) return [text.slice(0, slash), text.slice(slash)];
  const glyphs = Array.from(text);
  const keep = Math.min(12, Math.floor(glyphs.length / 2));
  return [glyphs.slice(0, glyphs.length - keep).join(''), glyphs.slice(glyphs.length - keep).join('')];
}

export interface MiddleCutProps extends Omit<ComponentProps<'span'>, 'children'> {
  readonly text: string;
}

export function MiddleCut({ text, className, ...rest }: MiddleCutProps): JSX.Element {
  const [head, tail] = splitForMiddleCut(text);
  return (
    <span title={text} {...rest} className={classNames('relative flex min-w-0 max-w-full', className)}>
      <span className="sr-only select-none">{text}</span>
      <span aria-hidden className="truncate whitespace-pre">{head}</span>
      <span aria-hidden className="shrink-0 whitespace-pre">{tail}</span>
    </span>
  );
}
