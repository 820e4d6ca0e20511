// The end of an answer: what it does now, or how it ended. A failure says what happened, what is kept and what to do; the rest is quiet
// until the pointer comes.

import type { Message } from '@axion/protocol';
import { Button, IconButton, Problem, StateGlyph } from '@axion/ui';
import { type JSX, useContext } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useNow } from '../../../session/clock.ts';
import { useClient } from '../../../session/context.ts';
import { CopyButton } from '../CopyButton.tsx';
import { CompactContext, useMessage, useMessageValue, useSession, useSessionState } from '../session.ts';
import { BranchSwitch } from './BranchSwitch.tsx';
import { useMessageActs } from './useMessageActs.ts';
import { textOf } from './UserMessage.tsx';

export function EndRow({ messageId }: { readonly messageId: string }): JSX.Element | null {
  const streaming = useMessageValue(messageId, (message) => message.state === 'streaming') ?? false;
  return streaming ? <Working messageId={messageId} /> : <Ended messageId={messageId} />;
}

/** Only where nothing else on the screen moves: before the first word, while a tool has nothing to say, after a crash. */
function Working({ messageId }: { readonly messageId: string }): JSX.Element | null {
  const t = useT();
  const formats = useFormats();
  const turn = useSessionState((state) => state.turn);
  const last = useMessageValue(messageId, (message) => message.parts.at(-1)?.type ?? 'nothing');
  const now = useNow(1000);
  if (turn === undefined || turn.messageId !== messageId) return null;
  if (turn.interrupted !== undefined) {
    return (
      <p role="status" className="flex items-start gap-2 py-2 text-ui text-fg-2">
        <StateGlyph state="retrying" label={null} className="mt-[3px]" />
        {t('chat.interrupted', { reason: turn.interrupted })}
      </p>
    );
  }
  if (last === 'text' || last === 'request') return null;
  return (
    <p className="flex items-center gap-2 py-2 text-small text-fg-3">
      <StateGlyph state="running" label={null} turning />
      {turn.attempt > 1 ? t('chat.workingAgain', { time: formats.duration(Math.max(0, now - turn.startedAt)) }) : t('chat.working', { time: formats.duration(Math.max(0, now - turn.startedAt)) })}
    </p>
  );
}

function Ended({ messageId }: { readonly messageId: string }): JSX.Element | null {
  const t = useT();
  const message = useMessage(messageId);
  const acts = useMessageActs();
  const running = useSessionState((state) => state.turn !== undefined);
  if (message === undefined) return null;
  return (
    <div className="group/message">
      {message.state === 'failed' && <Failure message={message} />}
      {message.state === 'cancelled' && (
        <p className="flex items-center gap-2 pt-1 text-small text-fg-2">
          <StateGlyph state="cancelled" label={null} />
          {t('chat.stopped')}
        </p>
      )}
      <div className="-ms-1.5 flex min-h-6 items-center gap-0.5 text-caption text-fg-3 opacity-0 pointer-coarse:opacity-100 group-focus-within/message:opacity-100 group-hover/message:opacity-100 has-[[data-branches]]:opacity-100">
        <BranchSwitch message={message} />
        <CopyButton text={() => textOf(message)} label={t('chat.copyAnswer')} />
        <IconButton icon="rotate-cw" label={t('chat.retry')} small disabled={running} onClick={() => acts.retry(messageId)} />
        <IconButton icon="git-branch" label={t('chat.forkHere')} small onClick={() => acts.fork(messageId)} />
        <IconButton icon="pin" label={message.pinned === true ? t('chat.unpinMessage') : t('chat.pinMessage')} pressed={message.pinned === true} small onClick={() => acts.pin(messageId, message.pinned !== true)} />
        <Facts message={message} />
      </div>
    </div>
  );
}

/** Time, tokens, tokens a second, money, and which model it was. */
function Facts({ message }: { readonly message: Message }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const { usage, ms, model } = message;
  const speed = usage === undefined || ms === undefined || ms < 200 || usage.outputTokens === 0 ? null : Math.round((usage.outputTokens * 1000) / ms);
  const facts = [
    model,
    ms === undefined ? undefined : formats.duration(ms),
    usage === undefined ? undefined : t(usage.estimated === true ? 'chat.tokensEstimated' : 'chat.tokens', { input: usage.inputTokens, output: usage.outputTokens }),
    speed === null ? undefined : t('chat.speed', { count: speed }),
    usage?.cost === undefined ? undefined : t('chat.cost', { amount: usage.cost.toFixed(usage.cost < 0.1 ? 4 : 2) }),
    formats.clock(Date.parse(message.timestamp)),
  ].filter((fact) => fact !== undefined);
  return <span className="truncate ps-1.5">{facts.join(' · ')}</span>;
}

function Failure({ message }: { readonly message: Message }): JSX.Element {
  const { view } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const acts = useMessageActs();
  const last = useSessionState((state) => state.order.at(-1) === message.id);
  const { error } = message;
  const compact = useContext(CompactContext);
  const code = error?.code ?? '';
  const full = code === 'context_full' || code === 'model_context';
  const models = !full && (code.startsWith('model_') || code === 'no_model' || code === 'provider' || code === 'blocked');
  return (
    <Problem
      level={2}
      title={t('chat.failed')}
      what={error?.message ?? t('chat.failedUnknown')}
      kept={message.parts.length === 0 ? t('chat.keptQuestion') : t('chat.keptPartial')}
      next={error?.hint ?? t('chat.nextRetry')}
      labels={{ what: t('problem.what'), kept: t('problem.kept'), next: t('problem.next') }}
      actions={
        <>
          <Button small look={last ? 'ink' : 'plain'} onClick={() => acts.retry(message.id)}>
            {t('act.retry')}
          </Button>
          {full && (
            <Button small onClick={compact}>
              {t('chat.previewCompaction')}
            </Button>
          )}
          {models && (
            <Button small onClick={() => view.go({ place: 'settings', page: 'models' })}>
              {t('chat.openModels')}
            </Button>
          )}
          {error !== undefined && <CopyButton text={`${error.code}: ${error.message} (${sessionId}/${message.id})`} label={t('chat.copyProblem')} />}
        </>
      }
      className="mt-1 rounded-card"
    />
  );
}

