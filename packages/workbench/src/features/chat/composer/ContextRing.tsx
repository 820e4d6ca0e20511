// How full the model's window is, as a ring with per cent. Opens the panel that says of what.

import type { ContextUse } from '@axion/protocol';
import { Tooltip } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { usedTokens } from '../panel/contextShares.ts';

const ROUND = 2 * Math.PI * 5;

export function ContextRing({ context, onOpen }: { readonly context: ContextUse; readonly onOpen: () => void }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const used = usedTokens(context);
  const share = context.window === 0 ? 0 : Math.min(1, used / context.window);
  const percent = Math.round(share * 100);
  return (
    <Tooltip label={t('chat.contextUsed', { used: formats.number(used), window: formats.number(context.window) })} side="top">
      <button
        type="button"
        aria-label={t('chat.contextRing', { percent, used: formats.number(used), window: formats.number(context.window) })}
        onClick={onOpen}
        className={`inline-flex h-(--h-icon-button) shrink-0 items-center gap-1.5 rounded-field px-1.5 text-small hover:bg-hover ${percent >= 80 ? 'text-st-waiting' : 'text-fg-2'}`}
      >
        <svg aria-hidden width="14" height="14" viewBox="0 0 14 14" fill="none" strokeWidth="2" className="-rotate-90">
          <circle cx="7" cy="7" r="5" className="stroke-active" />
          <circle cx="7" cy="7" r="5" stroke="currentColor" strokeDasharray={`${share * ROUND} ${ROUND}`} />
        </svg>
        <span className="tabular-nums">{t('chat.percent', { count: percent })}</span>
      </button>
    </Tooltip>
  );
}
