// A part of the session panel: a name, a word about it at the right, the content.

import type { JSX, ReactNode } from 'react';

export function PanelBlock({ title, hint, children }: { readonly title: string; readonly hint?: ReactNode; readonly children: ReactNode }): JSX.Element {
  return (
    <section aria-label={title} className="border-b border-line-1 px-3.5 py-3">
      <div className="mb-1.5 flex items-baseline gap-2 text-small">
        <h3 className="min-w-0 flex-1 font-semibold">{title}</h3>
        {hint !== undefined && <span className="shrink-0 text-fg-3 tabular-nums">{hint}</span>}
      </div>
      {children}
    </section>
  );
}
