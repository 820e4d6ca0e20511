// Putting a key in. It goes to Core and never comes out again; where it will be kept is said before.

import type { Provider } from '@axion/protocol';
import { Button, Dialog, FormRow, TextField } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useKeyPlaceWords } from './KeysSection.tsx';

export function KeyDialog({ name, provider, onClose }: { readonly name: string; readonly provider: Provider; readonly onClose: () => void }): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const place = useKeyPlaceWords();
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const keyed = useStore(models.store, (state) => state.keys?.keys.some((key) => key.name === name) ?? false);
  const written = useStore(models.store, (state) => state.config?.providers[provider.id]);
  useEffect(() => () => setValue(''), []);
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await models.setKey(name, value.trim());
      // A provider that was written down without a key learns its name.
      if (written !== undefined && written.keyName !== name) await models.updateConfig(`providers.${provider.id}`, { ...written, keyName: name });
      onClose();
      void models.refresh();
    } catch (reason) {
      setError(reasonOf(t, reason));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      stayOnOutsideClick
      title={keyed ? t('keys.changeTitle', { name: provider.title }) : t('keys.setTitle', { name: provider.title })}
      actions={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="ink" busy={busy} disabled={value.trim() === ''} onClick={() => void save()}>
            {t('keys.keep')}
          </Button>
        </>
      }
    >
      <FormRow label={t('keys.value')} help={place} error={error}>
        <TextField
          type="password"
          mono
          autoFocus
          autoComplete="off"
          value={value}
          onChange={setValue}
          maxLength={8192}
          onKeyDown={(event) => event.key === 'Enter' && value.trim() !== '' && void save()}
        />
      </FormRow>
      <p className="mt-2 text-small">{t('keys.never')}</p>
    </Dialog>
  );
}
