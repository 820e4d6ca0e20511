// What a test of a provider did, in its row: each request as it went out (method and address, without keys or queries), what came back, how
// long that took, and the reason where it was refused or failed.

import type { ProviderTest } from '@axion/client';
import type { EgressEntry } from '@axion/protocol';
import type { JSX } from 'react';
import { useFormats, useT } from '../../messages/context.ts';

export type TestState = 'asking' | ProviderTest | { readonly failed: string };

const MOST_NAMED = 3;
const REFUSED_FROM = 400;

export function TestResult({ test }: { readonly test: TestState | undefined }): JSX.Element {
  const t = useT();
  return (
    <div role="status" className="empty:hidden basis-full ps-[26px]">
      {test === undefined ? null : test === 'asking' ? (
        <p className="text-small text-fg-3">{t('models.testing')}</p>
      ) : 'failed' in test ? (
        <p className="text-small text-st-failed">{t('models.testNotDone', { reason: test.failed })}</p>
      ) : (
        <Done test={test} />
      )}
    </div>
  );
}

function Done({ test }: { readonly test: ProviderTest }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const { provider, requests, models } = test;
  const ready = provider?.state === 'ready';
  const names = models.slice(0, MOST_NAMED).map((model) => model.name);
  const others = models.length - names.length;
  return (
    <div className="mb-1 rounded-field bg-sunken px-3 py-2 text-small">
      <p className={ready ? 'text-fg' : 'text-st-failed'}>
        {ready ? t('models.testReady', { count: models.length }) : t(requests.length === 0 ? 'models.testNothing' : 'models.testFailed')}
        {!ready && provider?.problem !== undefined && <span className="text-fg"> {provider.problem}</span>}
        {ready && names.length > 0 && <span className="text-fg-2"> {formats.list(others > 0 ? [...names, t('models.testOthers', { count: others })] : names)}</span>}
      </p>
      {requests.length > 0 && (
        <ul aria-label={t('models.testRequest')} className="mt-1 flex flex-col gap-0.5">
          {requests.map((entry) => (
            <Request key={entry.number} entry={entry} said={provider?.problem ?? ''} />
          ))}
        </ul>
      )}
      <p className="mt-1 text-caption text-fg-3">{t('models.testScope')}</p>
    </div>
  );
}

/** `said` stands above already. */
function Request({ entry, said }: { readonly entry: EgressEntry; readonly said: string }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const bad = entry.outcome !== 'allowed' || (entry.status !== undefined && entry.status >= REFUSED_FROM);
  return (
    <li className="flex flex-wrap items-baseline gap-x-3">
      <code className="min-w-0 flex-1 font-mono text-mono break-all text-fg">
        {entry.method} {entry.url}
      </code>
      <span className={`tabular-nums ${bad ? 'text-st-failed' : 'text-fg-2'}`}>{entry.status ?? t(entry.outcome === 'blocked' ? 'egress.outcome.blocked' : 'egress.nobody')}</span>
      <span className="text-fg-2 tabular-nums">{formats.duration(entry.ms)}</span>
      {bad && entry.reason !== undefined && !said.toLowerCase().includes(entry.reason.toLowerCase()) && <span className="basis-full text-fg-2">{entry.reason}</span>}
    </li>
  );
}
