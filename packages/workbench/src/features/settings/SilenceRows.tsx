// How long a model may say nothing before its answer is given up: one limit for hosted ones, one for this machine.

import { NumberField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { Heading } from './AgentPage.tsx';
import { SettingRow } from './SettingRow.tsx';
import { useConfig } from './useConfig.ts';

const LONGEST = 3600;

export function SilenceRows(): JSX.Element {
  const t = useT();
  return (
    <>
      <Heading title={t('models.silence')} />
      <SilenceRow name="silenceSeconds" initial={60} />
      <SilenceRow name="localSilenceSeconds" initial={300} />
    </>
  );
}

function SilenceRow({ name, initial }: { readonly name: 'silenceSeconds' | 'localSilenceSeconds'; readonly initial: number }): JSX.Element {
  const t = useT();
  const setting = useConfig(`models.${name}`, (config) => config.models[name], initial);
  const [wrong, setWrong] = useState(false);
  const error = wrong ? t('agent.numberError', { name: t(`models.${name}`), min: 1, max: LONGEST }) : undefined;
  return (
    <SettingRow label={t(`models.${name}`)} help={t(`models.${name}Help`)} setting={setting} initial={initial} error={error}>
      <NumberField
        value={setting.value}
        min={1}
        max={LONGEST}
        unit={t('models.unitSeconds')}
        onChange={(value) => {
          const fits = value !== null && Number.isInteger(value) && value >= 1 && value <= LONGEST;
          setWrong(!fits);
          if (fits && value !== setting.value) setting.save(value);
        }}
        className="w-44"
      />
    </SettingRow>
  );
}
