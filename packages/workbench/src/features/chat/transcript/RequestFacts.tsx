// The facts of a request in two columns, names quiet, values exact.

import type { Fact } from '@axion/protocol';
import type { JSX } from 'react';

export function RequestFacts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element | null {
  if (facts.length === 0) return null;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-1 text-small max-sm:grid-cols-1">
      {facts.map((fact) => (
        <div key={fact.label} className="flex min-w-0 items-baseline gap-3">
          <dt className="w-16 shrink-0 text-fg-3">{fact.label}</dt>
          <dd className={`min-w-0 break-words ${/[/\\]|^[0-9a-f]{32,}$/.test(fact.value) ? 'font-mono text-mono' : ''}`}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
