// Models and who provides them: what was found on this machine and what was written down, each with its state; then all models with what
// they can and where that is known from. Opening the page looks again.

import type { ModelInfo } from '@axion/protocol';
import { Banner, Button, EmptyState, Icon, Select, Skeleton, Switch } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useModelWords } from '../chat/useModelWords.ts';
import { Heading } from './AgentPage.tsx';
import { KeysSection } from './KeysSection.tsx';
import { ProviderDialog } from './ProviderDialog.tsx';
import { ProviderList } from './ProviderList.tsx';
import { PageHead, SettingRow } from './SettingRow.tsx';
import { SilenceRows } from './SilenceRows.tsx';
import { useConfig } from './useConfig.ts';

export function ModelsPage(): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const status = useStore(models.store, (state) => state.status);
  const error = useStore(models.store, (state) => state.error);
  const searching = useStore(models.store, (state) => state.searching);
  const list = useStore(models.store, (state) => state.models);
  const probe = useConfig('models.probe', (config) => config.models.probe, true);
  const chosen = useConfig('models.default', (config) => config.models.default, null);
  const [adding, setAdding] = useState(false);
  useEffect(() => void models.refresh(), [models]);
  return (
    <>
      <PageHead title={t('settings.pageModels')} text={t('models.text')} />
      {error !== undefined && <Banner means="failed">{t('models.notRead', { reason: reasonOf(t, error) })}</Banner>}
      <div className="flex items-center gap-3 border-b border-line-1 pb-2">
        <h2 className="text-small font-semibold">{t('models.providers')}</h2>
        {searching && (
          <span role="status" className="text-caption text-fg-3">
            {t('chat.lookingForModels')}
          </span>
        )}
        <span className="flex-1" />
        <Button small busy={searching} onClick={() => void models.refresh()}>
          {t('models.lookAgain')}
        </Button>
        <Button small icon="plus" onClick={() => setAdding(true)}>
          {t('models.addProvider')}
        </Button>
      </div>
      {status === 'loading' ? <Skeleton rows={4} label={t('loading')} /> : <ProviderList />}
      <SettingRow label={t('models.probe')} help={t('models.probeHelp')} setting={probe} initial>
        <Switch checked={probe.value} onChange={probe.save} />
      </SettingRow>
      <SettingRow label={t('models.default')} help={t('models.defaultHelp')} setting={chosen} initial={null}>
        <Select
          value={chosen.value ?? ''}
          onChange={(next) => chosen.save(next === '' ? null : next)}
          options={[{ value: '', label: t('models.defaultAuto') }, ...list.map((model) => ({ value: model.id, label: model.title, detail: model.provider }))]}
          className="w-64"
        />
      </SettingRow>
      <SilenceRows />
      <Heading title={t('models.models')} />
      {list.length === 0 ? <EmptyState title={t('models.none')} /> : <ModelTable models={list} />}
      <KeysSection />
      {adding && <ProviderDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function ModelTable({ models }: { readonly models: readonly ModelInfo[] }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const words = useModelWords();
  return (
    <table className="w-full table-fixed border-collapse text-ui">
      <thead>
        <tr className="border-b border-line-1 text-caption text-fg-3">
          <th scope="col" className="py-1.5 pe-4 text-start font-normal">
            {t('models.model')}
          </th>
          <th scope="col" className="w-[17%] py-1.5 pe-4 text-start font-normal max-md:hidden">
            {t('models.provider')}
          </th>
          <th scope="col" className="w-24 py-1.5 pe-4 text-end font-normal">
            {t('chat.context')}
          </th>
          <th scope="col" className="w-[26%] py-1.5 pe-4 text-start font-normal max-md:hidden">
            {t('models.can')}
          </th>
          <th scope="col" className="w-28 py-1.5 text-end font-normal max-md:hidden">
            {t('models.price')}
          </th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr key={model.id} className="h-(--h-row) border-b border-line-1 align-top">
            <td className="py-1 pe-4">
              <span className="block truncate font-medium" title={model.id}>
                {model.title}
              </span>
              {model.warning !== undefined && (
                <span className="flex items-start gap-1.5 text-small text-st-waiting">
                  <Icon name="triangle-alert" size={12} className="mt-0.5" />
                  {model.warning}
                </span>
              )}
              {model.bytes !== undefined && (
                <span className="block text-small text-fg-3">
                  {formats.bytes(model.bytes)}
                  {model.loaded === true && `, ${t('models.loaded')}`}
                </span>
              )}
            </td>
            <td className="truncate py-1 pe-4 text-fg-2 max-md:hidden">{model.demo ? t('models.scripted') : model.provider}</td>
            <td className="numbers py-1 pe-4 text-fg-2" title={t(`models.source.${model.contextSource}`)}>
              {words.context(model)}
            </td>
            <td className="py-1 pe-4 text-fg-2 max-md:hidden" title={model.claims.map(words.claim).join('\n')}>
              {words.abilities(model)}
            </td>
            <td className="numbers py-1 text-fg-2 max-md:hidden">
              {model.local ? t('models.free') : model.price === undefined ? t('models.priceUnknown') : t('models.priceOf', { input: formats.number(model.price.input), output: formats.number(model.price.output) })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
