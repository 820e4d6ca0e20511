// What an agent may do, when it stops and asks, and when a long talk is summarised. These are the habits of new chats; each chat has its
// own mode and model.

import { NumberField, Segmented, Switch, TextArea } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { PageHead, SettingRow } from './SettingRow.tsx';
import { useConfig } from './useConfig.ts';
import type { Setting } from './useSetting.ts';

export function AgentPage(): JSX.Element {
  const t = useT();
  const mode = useConfig('agent.mode', (config) => config.agent.mode, 'ask');
  const automatic = useConfig('compaction.automatic', (config) => config.compaction.automatic, true);
  const instructions = useConfig('agent.instructions', (config) => config.agent.instructions, '');
  return (
    <>
      <PageHead title={t('settings.pageAgent')} text={t('agent.text')} />
      <SettingRow label={t('chat.mode')} help={t('agent.modeHelp')} setting={mode} initial="ask">
        <Segmented
          value={mode.value}
          onChange={mode.save}
          options={[
            { value: 'read-only', label: t('chat.mode.read-only') },
            { value: 'ask', label: t('chat.mode.ask') },
            { value: 'accept-edits', label: t('chat.mode.accept-edits') },
          ]}
        />
      </SettingRow>
      <Instructions key={instructions.value} setting={instructions} />
      <Heading title={t('agent.guards')} text={t('agent.guardsText')} />
      <NumberRow name="maxSteps" unit={t('agent.unitSteps')} min={1} max={10_000} initial={100} />
      <NumberRow name="maxMinutes" unit={t('agent.unitMinutes')} min={1} max={10_000} initial={60} />
      <NumberRow name="maxTokens" unit={t('agent.unitTokens')} min={1000} max={1_000_000_000} initial={2_000_000} />
      <CostRow />
      <NumberRow name="sameCalls" unit={t('agent.unitTimes')} min={2} max={100} initial={3} />
      <Heading title={t('agent.compaction')} text={t('agent.compactionText')} />
      <SettingRow label={t('agent.automatic')} help={t('agent.automaticHelp')} setting={automatic} initial>
        <Switch checked={automatic.value} onChange={automatic.save} />
      </SettingRow>
      <ThresholdRow />
    </>
  );
}

export function Heading({ title, text }: { readonly title: string; readonly text?: string }): JSX.Element {
  return (
    <div className="border-b border-line-1 pt-6 pb-2">
      <h2 className="text-small font-semibold">{title}</h2>
      {text !== undefined && <p className="text-caption text-fg-3">{text}</p>}
    </div>
  );
}

/** Saved when the field is left, not with every letter. */
function Instructions({ setting }: { readonly setting: Setting<string> }): JSX.Element {
  const t = useT();
  const [draft, setDraft] = useState(setting.value);
  return (
    <SettingRow label={t('agent.instructions')} help={t('agent.instructionsHelp')} setting={setting} initial="">
      <TextArea rows={3} maxLength={20_000} value={draft} onChange={setDraft} onBlur={() => draft !== setting.value && setting.save(draft)} className="min-w-96 max-w-full" />
    </SettingRow>
  );
}

type GuardName = 'maxSteps' | 'maxMinutes' | 'maxTokens' | 'sameCalls';

interface NumberRowProps {
  readonly name: GuardName;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

function NumberRow({ name, unit, min, max, initial }: NumberRowProps): JSX.Element {
  const t = useT();
  const setting = useConfig(`agent.${name}`, (config) => config.agent[name], initial);
  const [wrong, setWrong] = useState(false);
  return (
    <SettingRow label={t(`agent.${name}`)} help={t(`agent.${name}Help`)} setting={setting} initial={initial} error={wrong ? t('agent.numberError', { name: t(`agent.${name}`), min, max }) : undefined}>
      <NumberField
        value={setting.value}
        min={min}
        max={max}
        unit={unit}
        onChange={(value) => {
          const fits = value !== null && Number.isInteger(value) && value >= min && value <= max;
          setWrong(!fits);
          if (fits && value !== setting.value) setting.save(value);
        }}
        className="w-44"
      />
    </SettingRow>
  );
}

function CostRow(): JSX.Element {
  const t = useT();
  const setting = useConfig('agent.maxCost', (config) => config.agent.maxCost, null);
  const [wrong, setWrong] = useState(false);
  return (
    <SettingRow label={t('agent.maxCost')} help={t('agent.maxCostHelp')} setting={setting} initial={null} error={wrong ? t('agent.costError') : undefined}>
      <NumberField
        value={setting.value}
        min={0}
        step={0.5}
        unit={t('agent.unitDollars')}
        placeholder={t('agent.noLimit')}
        onChange={(value) => {
          const fits = value === null || (Number.isFinite(value) && value >= 0);
          setWrong(!fits);
          if (fits && value !== setting.value) setting.save(value);
        }}
        className="w-44"
      />
    </SettingRow>
  );
}

function ThresholdRow(): JSX.Element {
  const t = useT();
  const setting = useConfig('compaction.threshold', (config) => config.compaction.threshold, 80);
  const [wrong, setWrong] = useState(false);
  return (
    <SettingRow label={t('agent.threshold')} help={t('agent.thresholdHelp')} setting={setting} initial={80} error={wrong ? t('agent.numberError', { name: t('agent.threshold'), min: 10, max: 95 }) : undefined}>
      <NumberField
        value={setting.value}
        min={10}
        max={95}
        unit="%"
        onChange={(value) => {
          const fits = value !== null && Number.isInteger(value) && value >= 10 && value <= 95;
          setWrong(!fits);
          if (fits && value !== setting.value) setting.save(value);
        }}
        className="w-28"
      />
    </SettingRow>
  );
}
