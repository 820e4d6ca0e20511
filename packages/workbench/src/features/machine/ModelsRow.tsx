// The models that were found, in a line, and the way to more.

import { Link, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useStore } from 'zustand';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';

const MOST_NAMED = 3;

export function ModelsRow(): JSX.Element {
  const { models, view } = useClient();
  const t = useT();
  const formats = useFormats();
  const list = useStore(models.store, (state) => state.models);
  const status = useStore(models.store, (state) => state.status);
  const real = list.filter((model) => !model.demo);
  const named = real.slice(0, MOST_NAMED).map((model) => model.title);
  return (
    <div className="flex gap-2.5">
      <StateGlyph state={status === 'failed' ? 'failed' : real.length > 0 ? 'succeeded' : 'idle'} label={null} className="mt-[3px]" />
      <div className="min-w-0">
        <div className="break-words">{real.length === 0 ? t('machine.noModels') : t('machine.modelCount', { count: real.length })}</div>
        <div className="text-small break-words text-fg-2">
          {real.length === 0 ? t('machine.noModelsWhy') : formats.list(named)} <Link onClick={() => view.go({ place: 'settings', page: 'models' })}>{t('chat.modelsAndProviders')}</Link>
        </div>
      </div>
    </div>
  );
}
