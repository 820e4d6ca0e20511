// Facts in two columns: the name at the left in the second tone, the value at the right.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

export interface KeyValueProps {
  readonly facts: readonly Fact[];
  readonly className?: string;
}

export function KeyValue({ facts, className }: KeyValueProps): JSX.Element {
  return (
    <dl className={classNames('grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-ui', className)}>
      {facts.map((fact) => (
        <div key={fact.name} className="contents">
          <dt className="text-fg-2">{fact.name}</dt>
          <dd className="min-w-0 break-words text-fg">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
