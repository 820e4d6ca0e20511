// An approval that waits: what is asked, the facts, the answer, and below it what it is about. The card takes no key in its first half
// second, so that a keystroke in flight cannot approve.

import type { Approval } from '@axion/protocol';
import { Button, KeyValue, StateGlyph, TextField } from '@axion/ui';
import { type JSX, type KeyboardEvent, useRef, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { PortValueView } from '../runs/PortValueView.tsx';

const DEAF_MS = 500;

export interface ApprovalCardProps {
  readonly approval: Approval;
  /** "1 of 2", where several wait. */
  readonly position?: string;
  readonly onNext?: () => void;
}

export function ApprovalCard({ approval, position, onNext }: ApprovalCardProps): JSX.Element {
  const { commands, environment } = useClient();
  const t = useT();
  const formats = useFormats();
  const shownAt = useRef(environment.now());
  const [note, setNote] = useState('');
  const [rejecting, setRejecting] = useState(false);
  const [busy, setBusy] = useState<'approved' | 'rejected' | null>(null);
  const [error, setError] = useState<string | null>(null);

  const answer = (decision: 'approved' | 'rejected') => {
    if (busy !== null) return;
    setBusy(decision);
    setError(null);
    commands
      .answerApproval(approval.approvalId, decision, note.trim() === '' ? undefined : note.trim())
      .catch((reason: unknown) => setError(t('approval.failed', { reason: reasonOf(t, reason) })))
      .finally(() => setBusy(null));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const deaf = environment.now() - shownAt.current < DEAF_MS;
    const presses = event.key === 'Enter' || event.key === ' ';
    // A key in flight must not press the button that has the focus, either; a click is meant at any time.
    if (deaf && presses) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (deaf || !(event.ctrlKey || event.metaKey)) return;
    if (event.key === 'Enter') answer('approved');
    else if (event.key === 'Backspace' && !rejecting) setRejecting(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section data-approval={approval.approvalId} aria-label={approval.title} tabIndex={-1} onKeyDown={onKeyDown} className="bg-tt-waiting px-4 py-3 outline-offset-[-2px]">
      <div className="mb-1.5 flex items-start gap-2">
        <StateGlyph state="waiting" label={t('state.waiting')} className="mt-[3px]" />
        <h3 className="min-w-0 flex-1 break-words font-semibold text-st-waiting">{approval.title}</h3>
        {position !== undefined && (
          <Button small look="ghost" trailingIcon="chevron-right" onClick={onNext} aria-label={`${t('approval.next')} (${position})`}>
            {position}
          </Button>
        )}
      </div>
      <KeyValue facts={approval.facts.map((fact) => ({ name: fact.label, value: fact.value }))} />
      <p className="mt-1 text-caption text-fg-2">{t('approval.requested', { time: formats.moment(approval.requestedAt) })}</p>
      {rejecting && <TextField aria-label={t('approval.reason')} placeholder={t('approval.reason')} value={note} onChange={setNote} maxLength={2000} autoFocus className="mt-3" />}
      {error !== null && (
        <p role="alert" className="mt-2 text-st-failed">
          {error}
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {rejecting ? (
          <>
            <Button small look="ink" busy={busy === 'rejected'} onClick={() => answer('rejected')}>
              {t('approval.reject')}
            </Button>
            <Button small look="ghost" onClick={() => setRejecting(false)}>
              {t('act.cancel')}
            </Button>
          </>
        ) : (
          <>
            <Button small look="ink" shortcut="Mod+Enter" busy={busy === 'approved'} onClick={() => answer('approved')}>
              {t('approval.approve')}
            </Button>
            <Button small onClick={() => setRejecting(true)}>
              {t('approval.reject')}
            </Button>
          </>
        )}
      </div>
      {approval.details !== undefined && (
        <div className="mt-3">
          <PortValueView label={t('approval.details')} value={approval.details} />
        </div>
      )}
    </section>
  );
}
