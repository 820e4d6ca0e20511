// Which model answers. Opening it looks for servers on this machine and asks every provider anew; what is known is shown at once. Each
// row says what the model can and where that is known from; the demo agent always says that it is scripted.

import type { ModelInfo } from '@axion/protocol';
import { Icon, Link, PickList, Popover, Progress } from '@axion/ui';
import { type JSX, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { useModelWords } from '../useModelWords.ts';

export interface ModelPickerProps {
  readonly model: string | undefined;
  readonly onPick: (model: string) => void;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function ModelPicker({ model, onPick, open, onOpenChange }: ModelPickerProps): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const list = useStore(models.store, (state) => state.models);
  useEffect(() => void models.load(), [models]);
  const chosen = list.find((one) => one.id === model) ?? (model === undefined ? defaultModel(list) : undefined);
  const label = chosen?.title ?? model ?? t('chat.chooseModel');
  return (
    <Popover
      label={t('chat.model')}
      open={open}
      onOpenChange={onOpenChange}
      side="top"
      className="w-[460px] max-w-[calc(100vw-24px)] p-0!"
      trigger={
        <button
          type="button"
          title={label}
          aria-label={t('chat.modelIs', { name: label })}
          className="inline-flex h-(--h-icon-button) min-w-0 shrink items-center gap-1.5 rounded-field px-1.5 text-small text-fg-2 hover:bg-hover hover:text-fg data-popup-open:bg-active"
        >
          <Icon name="cpu" size={14} />
          <span className="min-w-10 max-w-52 truncate @max-[560px]:max-w-28">{label}</span>
          <Icon name="chevron-down" size={14} className="@max-[560px]:hidden" />
        </button>
      }
    >
      <ModelList
        model={chosen?.id ?? null}
        onPick={(next) => {
          onOpenChange(false);
          onPick(next);
        }}
      />
    </Popover>
  );
}

/** What Core takes where nothing was chosen: a real model before the demo agent. */
export function defaultModel(models: readonly ModelInfo[]): ModelInfo | undefined {
  return models.find((model) => !model.demo) ?? models[0];
}

function ModelList({ model, onPick }: { readonly model: string | null; readonly onPick: (model: string) => void }): JSX.Element {
  const { models, view } = useClient();
  const t = useT();
  const words = useModelWords();
  const list = useStore(models.store, (state) => state.models);
  const searching = useStore(models.store, (state) => state.searching);
  const [typed, setTyped] = useState('');
  useEffect(() => void models.refresh(), [models]);
  const groups = useMemo(() => {
    const wanted = typed.trim().toLowerCase();
    const rows = (label: string, filter: (one: ModelInfo) => boolean) => ({
      id: label,
      label,
      items: list
        .filter((one) => filter(one) && (wanted === '' || one.title.toLowerCase().includes(wanted) || one.id.toLowerCase().includes(wanted)))
        .map((one) => ({
          id: one.id,
          label: one.title,
          detail: one.warning ?? words.short(one),
          leading: one.id === model ? <Icon name="check" size={14} /> : one.warning === undefined ? <span className="w-3.5" /> : <Icon name="triangle-alert" size={14} className="text-st-waiting" />,
        })),
    });
    return [
      rows(t('chat.modelsHere'), (one) => one.local && !one.demo),
      rows(t('chat.modelsHosted'), (one) => !one.local),
      rows(t('chat.modelsDemo'), (one) => one.demo),
    ];
  }, [list, typed, model, t, words]);
  return (
    <PickList
      label={t('chat.model')}
      placeholder={t('chat.findModel')}
      query={typed}
      onQuery={setTyped}
      groups={groups}
      onPick={onPick}
      empty={searching ? t('chat.lookingForModels') : t('chat.noModels')}
      className="max-h-[360px]"
      foot={
        <div className="flex min-h-8 items-center gap-3 border-t border-line-1 px-3 text-small text-fg-2">
          {searching ? <Progress label={t('chat.lookingForModels')} share={null} className="min-w-0 flex-1" /> : <span className="flex-1">{t('chat.modelsKnown', { count: list.length })}</span>}
          <Link onClick={() => view.go({ place: 'settings', page: 'models' })}>{t('chat.modelsAndProviders')}</Link>
        </div>
      }
    />
  );
}
