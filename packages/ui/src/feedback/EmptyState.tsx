// An empty place: one sentence, one line of why it is worth filling, one step. No illustration.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';

export interface EmptyStateProps {
  readonly title: string;
  readonly detail?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
}

export function EmptyState({ title, detail, action, className }: EmptyStateProps): JSX.Element {
  return (
    <div className={classNames('flex flex-col items-center justify-center gap-1 px-6 py-8 text-center', className)}>
      <p className="text-ui font-semibold text-fg">{title}</p>
      {detail !== undefined && <p className="max-w-96 text-ui text-fg-2">{detail}</p>}
      {action !== undefined && <div className="mt-2">{action}</div>}
    </div>
  );
}
