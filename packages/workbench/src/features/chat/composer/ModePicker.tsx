// What the agent may do without being allowed each time.

import type { SessionMode } from '@axion/protocol';
import { Icon, type IconName, Menu } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';

export const modes: readonly SessionMode[] = ['read-only', 'ask', 'accept-edits'];
const icons: Readonly<Record<SessionMode, IconName>> = { 'read-only': 'eye', ask: 'shield-check', 'accept-edits': 'pencil' };

export function ModePicker({ mode, onPick }: { readonly mode: SessionMode; readonly onPick: (mode: SessionMode) => void }): JSX.Element {
  const t = useT();
  return (
    <Menu
      label={t('chat.mode')}
      side="top"
      entries={modes.map((one) => ({ id: one, label: t(`chat.mode.${one}.long`), checked: one === mode, onSelect: () => onPick(one) }))}
      trigger={
        <button
          type="button"
          aria-label={t('chat.modeIs', { mode: t(`chat.mode.${mode}`) })}
          className="inline-flex h-(--h-icon-button) shrink-0 items-center gap-1.5 rounded-field px-1.5 text-small text-fg-2 hover:bg-hover hover:text-fg data-popup-open:bg-active"
        >
          <Icon name={icons[mode]} size={14} />
          <span className="@max-[560px]:hidden">{t(`chat.mode.${mode}`)}</span>
          <Icon name="chevron-down" size={14} className="@max-[560px]:hidden" />
        </button>
      }
    />
  );
}
