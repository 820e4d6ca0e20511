// Where work runs: the choice, its limits, and the doctor's whole report with what was tried.

import { Banner, Button, Dialog, NumberField, Segmented, Skeleton, Switch, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { CheckRow } from '../machine/CheckRow.tsx';
import { machineOf } from '../machine/machine.ts';
import { PageHead, SettingRow } from './SettingRow.tsx';
import { type Setting, useSetting } from './useSetting.ts';

const initialConcurrency = 16;

export function RunnerPage(): JSX.Element {
  const t = useT();
  const runner = useSetting('runner', 'auto');
  const dockerHost = useSetting('dockerHost', null);
  const concurrency = useSetting('concurrency', initialConcurrency);
  return (
    <>
      <PageHead title={t('settings.pageRunner')} text={t('settings.runnerText')} />
      <SettingRow label={t('settings.runner')} help={t('settings.runnerHelp')} setting={runner} initial="auto">
        <Segmented
          value={runner.value}
          onChange={runner.save}
          options={[
            { value: 'auto', label: t('settings.runnerAuto') },
            { value: 'docker', label: t('settings.runnerDocker') },
            { value: 'process', label: t('settings.runnerProcess') },
          ]}
        />
      </SettingRow>
      <DockerHostRow key={dockerHost.value ?? ''} setting={dockerHost} />
      <ConcurrencyRow setting={concurrency} />
      <UnjailedRow />
      <Health />
    </>
  );
}

/** Saved when the field is left or Enter is pressed, not while the person types. */
function DockerHostRow({ setting }: { readonly setting: Setting<string | null> }): JSX.Element {
  const t = useT();
  const [draft, setDraft] = useState(setting.value ?? '');
  const commit = () => {
    const next = draft.trim() === '' ? null : draft.trim();
    if (next !== setting.value) setting.save(next);
  };
  return (
    <SettingRow label={t('settings.dockerHost')} help={t('settings.dockerHostHelp')} setting={setting} initial={null}>
      <TextField
        mono
        value={draft}
        onChange={setDraft}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
        placeholder={t('settings.dockerHostPlaceholder')}
        maxLength={1000}
        className="w-72"
      />
    </SettingRow>
  );
}

function ConcurrencyRow({ setting }: { readonly setting: Setting<number> }): JSX.Element {
  const t = useT();
  const [wrong, setWrong] = useState(false);
  return (
    <SettingRow
      label={t('settings.concurrency')}
      help={t('settings.concurrencyHelp')}
      setting={setting}
      initial={initialConcurrency}
      error={wrong ? t('settings.concurrencyError') : undefined}
    >
      <NumberField
        value={setting.value}
        min={1}
        max={256}
        onChange={(value) => {
          const fits = value !== null && Number.isInteger(value) && value >= 1 && value <= 256;
          setWrong(!fits);
          if (fits && value !== setting.value) setting.save(value);
        }}
        className="w-20"
      />
    </SettingRow>
  );
}

/** Off at once; on only after the person was told what it means. */
function UnjailedRow(): JSX.Element {
  const t = useT();
  const setting = useSetting('allowUnjailed', false);
  const [asking, setAsking] = useState(false);
  return (
    <SettingRow label={t('settings.allowUnjailed')} help={t('settings.allowUnjailedHelp')} setting={setting} initial={false}>
      <Switch checked={setting.value} onChange={(next) => (next ? setAsking(true) : setting.save(false))} />
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('settings.allowUnjailedTitle')}
        actions={
          <>
            <Button look="ink" onClick={() => setAsking(false)}>
              {t('settings.allowUnjailedKeep')}
            </Button>
            <Button
              look="danger"
              onClick={() => {
                setAsking(false);
                setting.save(true);
              }}
            >
              {t('settings.allowUnjailedAct')}
            </Button>
          </>
        }
      >
        {t('settings.allowUnjailedText')}
      </Dialog>
    </SettingRow>
  );
}

function Health(): JSX.Element {
  const { workspace } = useClient();
  const t = useT();
  const formats = useFormats();
  const doctor = useWorkspace((state) => state.doctor);
  const choice = useWorkspace((state) => state.settings?.runner ?? 'auto');
  const unjailed = useWorkspace((state) => state.settings?.allowUnjailed ?? false);
  const machine = machineOf(doctor.report, choice, unjailed);
  return (
    <section aria-label={t('settings.health')} className="pt-6">
      <div className="flex items-center gap-3 border-b border-line-1 pb-2">
        <h2 className="text-small font-semibold">{t('settings.health')}</h2>
        {doctor.report !== undefined && <span className="text-caption text-fg-3">{t('machine.checkedAt', { time: formats.clockWithSeconds(doctor.report.checkedAt) })}</span>}
        <Button small busy={doctor.checking} onClick={() => void workspace.runDoctor()} className="ms-auto">
          {t('settings.runDoctor')}
        </Button>
      </div>
      {doctor.error !== undefined && <Banner means="failed">{t('machine.failed', { reason: reasonOf(t, doctor.error) })}</Banner>}
      {doctor.report === undefined && doctor.error === undefined && <Skeleton rows={4} label={t('machine.checking')} />}
      <ul>
        {doctor.report?.checks.map((check) => (
          <li key={check.id} className="border-b border-line-1 py-2.5">
            <CheckRow check={check} machine={machine} withTries />
          </li>
        ))}
      </ul>
    </section>
  );
}
