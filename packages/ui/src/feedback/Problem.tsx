// A failure in three parts: what happened (with the thing's own name), what is kept, what to do next, with the actions for it.

import type { ComponentProps, JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';

export interface ProblemLabels {
  readonly what: string;
  readonly kept: string;
  readonly next: string;
}

export interface ProblemProps extends Omit<ComponentProps<'section'>, 'title' | 'children'> {
  readonly title: string;
  /** Of its heading: one more than of what it stands under. */
  readonly level?: 2 | 3;
  readonly what: ReactNode;
  readonly kept?: ReactNode;
  readonly next?: ReactNode;
  readonly actions?: ReactNode;
  readonly labels: ProblemLabels;
}

export function Problem({ title, level = 3, what, kept, next, actions, labels, className, ...rest }: ProblemProps): JSX.Element {
  const Heading = `h${level}` as const;
  return (
    <section role="alert" {...rest} className={classNames('bg-tt-failed px-4 py-3 text-ui text-fg', className)}>
      <Heading className="mb-1.5 break-words text-ui font-semibold text-st-failed">{title}</Heading>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <Part name={labels.what}>{what}</Part>
        {kept !== undefined && <Part name={labels.kept}>{kept}</Part>}
        {next !== undefined && <Part name={labels.next}>{next}</Part>}
      </dl>
      {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
    </section>
  );
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <>
      <dt className="text-fg-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
