// Writing down a provider: which protocol it speaks, where it is, its key. Saving asks it for its models at once.

import type { ProviderConfig, ProviderKind } from '@axion/protocol';
import { Button, Dialog, FormRow, NumberField, RadioRows, Select, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useKeyPlaceWords } from './KeysSection.tsx';
import { idFrom } from './providerId.ts';

type Kind = Exclude<ProviderKind, 'demo'>;
const kinds: readonly Kind[] = ['openai-chat', 'openai-responses', 'anthropic', 'ollama'];
const usual: Readonly<Record<Kind, string>> = {
  'openai-chat': 'http://127.0.0.1:8080/v1', 'openai-responses': 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com/v1', ollama: 'http://127.0.0.1:11434',
};

/** Core knows where these are: a key of the name is all that is needed. */
const services = [
  ['openai', 'OpenAI'], ['anthropic', 'Anthropic'], ['openrouter', 'OpenRouter'], ['google', 'Google Gemini'], ['mistral', 'Mistral'], ['deepseek', 'DeepSeek'], ['groq', 'Groq'], ['xai', 'xAI'],
] as const;

export function ProviderDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const place = useKeyPlaceWords();
  const taken = useStore(models.store, (state) => state.config?.providers);
  const [service, setService] = useState('');
  const [kind, setKind] = useState<Kind>('openai-chat');
  const [title, setTitle] = useState('');
  const [url, setUrl] = useState(usual['openai-chat']);
  const [key, setKey] = useState('');
  const [names, setNames] = useState('');
  const [context, setContext] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const openService = () =>
    models.setKey(service, key.trim()).then(
      () => {
        onClose();
        void models.refresh();
      },
      (reason: unknown) => {
        setError(reasonOf(t, reason));
        setBusy(false);
      },
    );
  const save = async () => {
    setBusy(true);
    setError(null);
    if (service !== '') return openService();
    const id = idFrom(title.trim() === '' ? t(`models.kind.${kind}`) : title, Object.keys(taken ?? {}));
    const listed = names.split(/[\s,]+/).filter((name) => name !== '');
    const config: ProviderConfig = {
      kind, baseUrl: url.trim(), enabled: true, ...(title.trim() === '' ? {} : { title: title.trim() }), ...(key.trim() === '' ? {} : { keyName: id }),
      ...(listed.length === 0 ? {} : { models: listed }), ...(context === null ? {} : { contextWindow: context }),
    };
    try {
      await models.updateConfig(`providers.${id}`, { ...config });
      if (key.trim() !== '') await models.setKey(id, key.trim());
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
      width="large"
      title={t('models.addTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="ink" busy={busy} disabled={service === '' ? url.trim() === '' : key.trim() === ''} onClick={() => void save()}>
            {t('models.addAct')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FormRow label={t('models.service')} help={t('models.serviceHelp')}>
          <Select value={service} onChange={setService} options={[{ value: '', label: t('models.serviceOther') }, ...services.map(([value, label]) => ({ value: value as string, label }))]} className="w-72" />
        </FormRow>
        {service === '' && (
          <>
        <FormRow label={t('models.protocol')}>
          <RadioRows
            value={kind}
            onChange={(next) => {
              if (url === usual[kind]) setUrl(usual[next]);
              setKind(next);
            }}
            rows={kinds.map((value) => ({ value, label: t(`models.kind.${value}`), detail: t(`models.kindText.${value}`) }))}
          />
        </FormRow>
        <FormRow label={t('models.address')} help={t('models.addressHelp')} error={error ?? undefined}>
          <TextField mono value={url} onChange={setUrl} maxLength={2000} />
        </FormRow>
        <FormRow label={t('models.name')} help={t('models.nameHelp')}>
          <TextField value={title} onChange={setTitle} maxLength={200} />
        </FormRow>
          </>
        )}
        <FormRow label={service === '' ? t('keys.valueMaybe') : t('keys.value')} help={place} error={service === '' ? undefined : (error ?? undefined)}>
          <TextField type="password" mono autoComplete="off" value={key} onChange={setKey} maxLength={8192} />
        </FormRow>
        {service === '' && (
          <>
        <FormRow label={t('models.listed')} help={t('models.listedHelp')}>
          <TextField mono value={names} onChange={setNames} maxLength={4000} />
        </FormRow>
        <FormRow label={t('models.contextWindow')} help={t('models.contextWindowHelp')}>
          <NumberField value={context} onChange={setContext} min={256} max={100_000_000} unit={t('agent.unitTokens')} className="w-44" />
        </FormRow>
          </>
        )}
      </div>
    </Dialog>
  );
}
