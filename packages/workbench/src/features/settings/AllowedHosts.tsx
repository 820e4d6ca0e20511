// Hosts that may be reached although no provider names them. Usually none.

import { Button, IconButton, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { Heading } from './AgentPage.tsx';
import { useConfig } from './useConfig.ts';

const none: readonly string[] = [];

export function AllowedHosts(): JSX.Element {
  const t = useT();
  const setting = useConfig('egress.hosts', (config) => config.egress.hosts, none);
  const [typed, setTyped] = useState('');
  const add = () => {
    const host = typed.trim();
    if (host === '' || setting.value.includes(host)) return;
    setting.save([...setting.value, host]);
    setTyped('');
  };
  return (
    <>
      <Heading title={t('egress.hosts')} text={t('egress.hostsText')} />
      <ul>
        {setting.value.map((host) => (
          <li key={host} className="flex min-h-(--h-row) items-center gap-2 border-b border-line-1">
            <span className="min-w-0 flex-1 truncate font-mono text-mono">{host}</span>
            <IconButton icon="x" label={t('egress.removeHost', { host })} small onClick={() => setting.save(setting.value.filter((one) => one !== host))} />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2 py-2">
        <TextField mono aria-label={t('egress.host')} placeholder={t('egress.hostPlaceholder')} value={typed} onChange={setTyped} maxLength={255} onKeyDown={(event) => event.key === 'Enter' && add()} className="w-64" />
        <Button small disabled={typed.trim() === ''} onClick={add}>
          {t('egress.allowHost')}
        </Button>
        {setting.error !== undefined && (
          <p role="alert" className="w-full text-small text-st-failed">
            {setting.error}
          </p>
        )}
      </div>
    </>
  );
}
