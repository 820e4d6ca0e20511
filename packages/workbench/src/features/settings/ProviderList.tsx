// Providers, found and written down: state in a word, address, key, and what can be done.

import type { Provider } from '@axion/protocol';
import { Button, Dialog, type RunState, StateGlyph, useToasts } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { KeyDialog } from './KeyDialog.tsx';
import { TestResult, type TestState } from './TestResult.tsx';

const glyphs: Readonly<Record<Provider['state'], RunState>> = {
  ready: 'succeeded', unreachable: 'idle', 'no-key': 'waiting', refused: 'failed', blocked: 'failed', unchecked: 'queued',
};

export function ProviderList(): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const toasts = useToasts();
  const providers = useStore(models.store, (state) => state.providers);
  const configured = useStore(models.store, (state) => state.config?.providers);
  const written = useMemo(() => new Set(Object.keys(configured ?? {})), [configured]);
  const searching = useStore(models.store, (state) => state.searching);
  const [keyFor, setKeyFor] = useState<Provider | null>(null);
  const [removing, setRemoving] = useState<Provider | null>(null);
  const [tests, setTests] = useState<ReadonlyMap<string, TestState>>(new Map());
  const test = (provider: Provider) => {
    const put = (state: TestState) => setTests((old) => new Map([...old, [provider.id, state]]));
    put('asking');
    models.test(provider.id).then(put, (error: unknown) => put({ failed: reasonOf(t, error) }));
  };
  const remove = (provider: Provider) => {
    setRemoving(null);
    models.updateConfig(`providers.${provider.id}`, null).then(
      () => toasts.show({ title: t('models.removed', { name: provider.title }), state: 'succeeded' }),
      (error: unknown) => toasts.show({ title: reasonOf(t, error), state: 'failed' }),
    );
  };
  return (
    <ul>
      {providers.map((provider) => (
        <li key={provider.id} data-provider={provider.id} className="flex min-h-(--h-row-2) flex-wrap items-center gap-x-3 gap-y-1 border-b border-line-1 py-1.5">
          <StateGlyph state={glyphs[provider.state]} label={null} />
          <div className="min-w-48 flex-1">
            <p className="flex items-baseline gap-2">
              <span className="truncate font-medium">{provider.title}</span>
              <span className="shrink-0 text-caption text-fg-3">{provider.kind === 'demo' ? t('models.builtIn') : provider.found ? t('models.found') : t('models.written')}</span>
            </p>
            <p className="truncate text-small text-fg-2">
              {provider.baseUrl === '' ? (
                t('models.demoText')
              ) : (
                <code className="font-mono text-mono" title={provider.baseUrl}>
                  {provider.baseUrl}
                </code>
              )}
            </p>
            {provider.problem !== undefined && provider.state !== 'ready' && !tests.has(provider.id) && <p className="text-small break-words text-fg-2">{provider.problem}</p>}
          </div>
          <span className="shrink-0 text-small text-fg-2">
            {t(`models.state.${provider.state}`)}
            {provider.state === 'ready' && `, ${t('chat.modelsKnown', { count: provider.models })}`}
          </span>
          {provider.kind !== 'demo' && (
            <span className="flex shrink-0 gap-1">
              {(provider.keyName !== undefined || !provider.local) && (
                <Button small onClick={() => setKeyFor(provider)}>
                  {provider.keyed ? t('models.changeKey') : t('models.setKey')}
                </Button>
              )}
              <Button small look="ghost" busy={searching || tests.get(provider.id) === 'asking'} aria-label={t('models.testNamed', { name: provider.title })} onClick={() => test(provider)}>
                {t('models.test')}
              </Button>
              {/* A well-known service is there because of its key, and goes away with it. */}
              {written.has(provider.id) && (
                <Button small look="ghost" aria-label={t('models.removeNamed', { name: provider.title })} onClick={() => setRemoving(provider)}>
                  {t('models.remove')}
                </Button>
              )}
            </span>
          )}
          <TestResult test={tests.get(provider.id)} />
        </li>
      ))}
      {keyFor !== null && <KeyDialog name={keyFor.keyName ?? keyFor.id} provider={keyFor} onClose={() => setKeyFor(null)} />}
      {removing !== null && (
        <Dialog
          open
          onClose={() => setRemoving(null)}
          title={t('models.removeTitle', { name: removing.title })}
          actions={
            <>
              <Button onClick={() => setRemoving(null)}>{t('run.keepIt')}</Button>
              <Button look="danger" onClick={() => remove(removing)}>
                {t('models.remove')}
              </Button>
            </>
          }
        >
          {t('models.removeText')}
        </Dialog>
      )}
    </ul>
  );
}
