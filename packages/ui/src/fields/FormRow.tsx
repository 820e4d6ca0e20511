// One labelled field: label above (or at the left, for settings), a hint about the value at the label's right, help below.
// An error takes the place of the help; a changed value can be reset.

import { type JSX, type ReactNode, useId, useMemo } from 'react';
import { classNames } from '../classNames.ts';
import { StateGlyph } from '../state/StateGlyph.tsx';
import { FieldContext } from './fieldContext.ts';

export interface FormRowProps {
  readonly label: string;
  /** What the value does now, at the right of the label: "true for 2 of 28". */
  readonly hint?: ReactNode;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
  /** Label and one line at the left, control at the right; for settings. */
  readonly beside?: boolean;
  /** Something after the label: a Reset link, a "changed" mark. */
  readonly action?: ReactNode;
  readonly required?: boolean;
  readonly children: ReactNode;
  readonly className?: string;
}

export function FormRow({ label, hint, help, error, beside = false, action, required = false, children, className }: FormRowProps): JSX.Element {
  const id = useId();
  const hasNote = error !== undefined || help !== undefined;
  const ids = useMemo(
    () => ({ controlId: `${id}-c`, labelId: `${id}-l`, noteId: hasNote ? `${id}-n` : undefined, invalid: error !== undefined }),
    [id, hasNote, error],
  );
  const note = hasNote && (
    <div id={ids.noteId} className={classNames('text-caption', error === undefined ? 'text-fg-3' : 'flex items-start gap-1.5 text-st-failed')}>
      {error === undefined ? (
        help
      ) : (
        <>
          <StateGlyph state="failed" label={null} size={12} className="mt-0.5" />
          <span className="min-w-0 break-words">{error}</span>
        </>
      )}
    </div>
  );
  const head = (
    <div className="flex min-w-0 items-baseline gap-2">
      <label id={ids.labelId} htmlFor={ids.controlId} className="min-w-0 truncate text-small font-medium text-fg" title={label}>
        {label}
        {required && <span aria-hidden> *</span>}
      </label>
      {action}
      {hint !== undefined && <span className="ms-auto shrink-0 text-caption text-fg-3">{hint}</span>}
    </div>
  );
  return (
    <FieldContext value={ids}>
      {beside ? (
        <div className={classNames('flex min-h-12 flex-wrap items-center gap-x-6 gap-y-2 py-2', className)}>
          <div className="min-w-48 flex-1">
            {head}
            {note}
          </div>
          <div className="flex min-w-0 items-center gap-2">{children}</div>
        </div>
      ) : (
        <div className={classNames('flex min-w-0 flex-col gap-1', className)}>
          {head}
          {children}
          {note}
        </div>
      )}
    </FieldContext>
  );
}
