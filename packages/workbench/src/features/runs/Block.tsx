// One part of a run's detail: a hairline below it, and a heading where it has one.

import type { JSX, ReactNode } from 'react';

export function Block({ title, detail, children }: { readonly title?: string; readonly detail?: string; readonly children: ReactNode }): JSX.Element {
  return (
    <section aria-label={title} className="border-b border-line-1 px-4 py-3">
      {title !== undefined && (
        <div className="mb-1.5 flex items-baseline justify-between gap-2">
          <h3 className="text-small font-semibold">{title}</h3>
          {detail !== undefined && <span className="text-caption text-fg-3">{detail}</span>}
        </div>
      )}
      {children}
    </section>
  );
}
