// Where chats can be opened from. The webhook is off until it is switched on, listens on this machine only, and wants its token.

import type { ChannelInfo } from '@axion/protocol';
import { NumberField, type RunState, StateGlyph, Switch } from '@axion/ui';
import { type JSX, useEffect } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { CopyButton } from '../chat/CopyButton.tsx';
import { PageHead, SettingRow } from './SettingRow.tsx';
import { useConfig } from './useConfig.ts';

const glyphs: Readonly<Record<ChannelInfo['status'], RunState>> = { ready: 'succeeded', off: 'idle', failed: 'failed' };

export function ChannelsPage(): JSX.Element {
  const { models } = useClient();
  const t = useT();
  useEffect(() => void models.load(), [models]);
  const channels = useStore(models.store, (state) => state.channels);
  const enabled = useConfig('channels.webhook.enabled', (config) => config.channels.webhook.enabled, false);
  const port = useConfig('channels.webhook.port', (config) => config.channels.webhook.port, 0);
  const address = channels.find((channel) => channel.id === 'webhook' && channel.status === 'ready')?.address;
  return (
    <>
      <PageHead title={t('settings.pageChannels')} text={t('channels.text')} />
      <ul className="mb-4 border-t border-line-1">
        {channels.map((channel) => (
          <li key={channel.id} className="flex min-h-(--h-row) flex-wrap items-center gap-x-2.5 border-b border-line-1 py-1">
            <StateGlyph state={glyphs[channel.status]} label={t(`channels.status.${channel.status}`)} />
            <span className="w-32 shrink-0 font-medium">{t(`channels.name.${channel.id}`)}</span>
            <span className="min-w-0 flex-1 text-fg-2">{channel.problem ?? t(`channels.about.${channel.id}`)}</span>
            {channel.address !== undefined && (
              <span className="flex min-w-0 items-center gap-1">
                <code className="truncate font-mono text-mono" title={channel.address}>
                  {channel.address}
                </code>
                <CopyButton text={channel.address} label={t('act.copy')} />
              </span>
            )}
            <span className="shrink-0 text-small text-fg-3 tabular-nums">{t('channels.sessions', { count: channel.sessions })}</span>
          </li>
        ))}
      </ul>
      <SettingRow label={t('channels.webhook')} help={t('channels.webhookHelp')} setting={enabled} initial={false}>
        <Switch checked={enabled.value} onChange={enabled.save} />
      </SettingRow>
      {address !== undefined && <Example address={address} />}
      <SettingRow label={t('channels.port')} help={t('channels.portHelp')} setting={port} initial={0}>
        <NumberField
          value={port.value}
          min={0}
          max={65_535}
          onChange={(value) => {
            if (value !== null && Number.isInteger(value) && value >= 0 && value <= 65_535 && value !== port.value) port.save(value);
          }}
          className="w-28"
        />
      </SettingRow>
    </>
  );
}

/** How another program says something. The token never passes through a page. */
function Example({ address }: { readonly address: string }): JSX.Element {
  const t = useT();
  const command = `curl -H "Authorization: Bearer $(axion channels --token)" -H "Content-Type: application/json" -d '{"content":"Hello"}' ${address}`;
  return (
    <div className="border-b border-line-1 py-3">
      <p className="mb-1.5 text-small text-fg-2">{t('channels.example')}</p>
      <div className="flex items-start gap-2 rounded-field bg-sunken px-2.5 py-1.5">
        <code className="min-w-0 flex-1 font-mono text-mono break-all">{command}</code>
        <CopyButton text={command} label={t('act.copy')} />
      </div>
    </div>
  );
}
