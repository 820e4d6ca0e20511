// How full the model's window is, and of what. From 80 % it is amber, and compaction is offered.

import { Button } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useSessionState } from '../session.ts';
import { type ShareKind, sharesOf, usedTokens } from './contextShares.ts';
import { PanelBlock } from './PanelBlock.tsx';

const fills: Readonly<Record<ShareKind, string>> = { instructions: 'bg-ty-object', files: 'bg-ty-text', toolOutput: 'bg-ty-file', history: 'bg-ty-number' };

export function ContextMeter({ onCompact }: { readonly onCompact: () => void }): JSX.Element | null {
  const t = useT();
  const formats = useFormats();
  const context = useSessionState((state) => state.context);
  const running = useSessionState((state) => state.turn !== undefined);
  if (context === undefined) return null;
  const used = usedTokens(context);
  const full = context.window > 0 && used / context.window >= 0.8;
  const short = (tokens: number) => (tokens >= 1000 ? t('chat.thousandTokens', { count: formats.number(Math.round(tokens / 100) / 10) }) : formats.number(tokens));
  const shares = sharesOf(context);
  return (
    <PanelBlock
      title={t('chat.context')}
      hint={
        <span className={full ? 'text-st-waiting' : ''}>
          <b className={full ? '' : 'text-fg'}>{short(used)}</b> {t('chat.ofTokens', { window: short(context.window) })}
        </span>
      }
    >
      <div role="img" aria-label={t('chat.contextUsed', { used: formats.number(used), window: formats.number(context.window) })} className="flex h-1.5 gap-px overflow-hidden rounded-mark bg-active">
        {shares.map((share) => share.tokens > 0 && <span key={share.kind} className={fills[share.kind]} style={{ width: `${(100 * share.tokens) / Math.max(context.window, used, 1)}%` }} />)}
      </div>
      <dl className="mt-2">
        {shares.map((share) => (
          <div key={share.kind} className="flex items-center gap-2 text-small leading-5">
            <span aria-hidden className={`size-2 shrink-0 rounded-mark ${fills[share.kind]}`} />
            <dt className="min-w-0 flex-1 text-fg-2">{t(`chat.share.${share.kind}`)}</dt>
            <dd className="numbers">{short(share.tokens)}</dd>
          </div>
        ))}
      </dl>
      {!context.counted && <p className="mt-1 text-caption text-fg-3">{t('chat.contextEstimated')}</p>}
      <div className="mt-2">
        <Button small disabled={running} onClick={onCompact}>
          {t('chat.previewCompaction')}
        </Button>
      </div>
    </PanelBlock>
  );
}
