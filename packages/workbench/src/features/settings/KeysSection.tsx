// The keys that Axion keeps: names, places and days, never values.

import { Button, useToasts } from '@axion/ui';
import type { JSX } from 'react';
import { useStore } from 'zustand';
import { useMessages } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { Heading } from './AgentPage.tsx';

/** Where a key that is put in now will be kept, said plainly. */
export function useKeyPlaceWords(): string {
  const { models } = useClient();
  const { t } = useMessages();
  const keys = useStore(models.store, (state) => state.keys);
  if (keys === undefined) return '';
  if (keys.place === 'keychain') return t('keys.inKeychain');
  return keys.why === undefined ? t('keys.inFile') : t('keys.inFileBecause', { reason: keys.why.replace(/\.$/, '') });
}

export function KeysSection(): JSX.Element {
  const { models } = useClient();
  const { t, formats } = useMessages();
  const toasts = useToasts();
  const now = useNow(60_000);
  const place = useKeyPlaceWords();
  const keys = useStore(models.store, (state) => state.keys?.keys);
  const remove = (name: string) =>
    models.removeKey(name).then(
      () => toasts.show({ title: t('keys.removed', { name }), state: 'succeeded' }),
      (error: unknown) => toasts.show({ title: reasonOf(t, error), state: 'failed' }),
    );
  return (
    <>
      <Heading title={t('keys.title')} text={place} />
      {keys === undefined || keys.length === 0 ? (
        <p className="py-2 text-fg-2">{t('keys.none')}</p>
      ) : (
        <ul>
          {keys.map((key) => (
            <li key={key.name} className="flex min-h-(--h-row) items-center gap-3 border-b border-line-1">
              <span className="min-w-0 flex-1 truncate font-mono text-mono">{key.name}</span>
              <span className="shrink-0 text-small text-fg-2">{t(`keys.place.${key.place}`)}</span>
              <span className="numbers w-20 shrink-0 text-small text-fg-3">{formats.when(key.setAt, now)}</span>
              <Button small look="ghost" aria-label={t('keys.removeNamed', { name: key.name })} onClick={() => void remove(key.name)}>
                {t('models.remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
