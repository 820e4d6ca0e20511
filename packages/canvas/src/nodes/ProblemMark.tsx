/** A small sign in a header: the node is not ready to run. Its name says why; the colour stays grey, because nothing has failed yet. */
import { Icon } from '@axion/ui';
import type { JSX } from 'react';

export function ProblemMark({ text }: { readonly text: string }): JSX.Element {
  return (
    <span className="ax-problem" title={text}>
      <Icon name="triangle-alert" size={12} />
    </span>
  );
}
