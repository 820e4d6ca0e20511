// How the window looks. Each change is seen at once.

import { Segmented, Select, Switch } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../messages/context.ts';
import { PageHead, SettingRow } from './SettingRow.tsx';
import { useSetting } from './useSetting.ts';

const sizes = ['12', '13', '14', '15', '16'] as const;
const initialSize = 13;

export function AppearancePage(): JSX.Element {
  const t = useT();
  const theme = useSetting('theme', 'system');
  const density = useSetting('density', 'auto');
  const motion = useSetting('motion', 'system');
  const lines = useSetting('strongLines', false);
  const font = useSetting('systemFont', false);
  const size = useSetting('fontSize', initialSize);
  const language = useSetting('language', 'en');
  return (
    <>
      <PageHead title={t('settings.pageAppearance')} text={t('settings.appearanceText')} />
      <SettingRow label={t('settings.theme')} help={t('settings.themeHelp')} setting={theme} initial="system">
        <Segmented
          value={theme.value}
          onChange={theme.save}
          options={[
            { value: 'system', label: t('settings.themeSystem') },
            { value: 'light', label: t('settings.themeLight') },
            { value: 'dark', label: t('settings.themeDark') },
          ]}
        />
      </SettingRow>
      <SettingRow label={t('settings.density')} help={t('settings.densityHelp')} setting={density} initial="auto">
        <Segmented
          value={density.value}
          onChange={density.save}
          options={[
            { value: 'auto', label: t('settings.densityAuto') },
            { value: 'compact', label: t('settings.densityCompact') },
            { value: 'touch', label: t('settings.densityTouch') },
          ]}
        />
      </SettingRow>
      <SettingRow label={t('settings.fontSize')} help={t('settings.fontSizeHelp')} setting={size} initial={initialSize}>
        <Segmented value={sizes.find((one) => Number(one) === size.value) ?? '13'} onChange={(next) => size.save(Number(next))} options={sizes.map((one) => ({ value: one, label: one }))} />
      </SettingRow>
      <SettingRow label={t('settings.systemFont')} help={t('settings.systemFontHelp')} setting={font} initial={false}>
        <Switch checked={font.value} onChange={font.save} />
      </SettingRow>
      <SettingRow label={t('settings.strongLines')} help={t('settings.strongLinesHelp')} setting={lines} initial={false}>
        <Switch checked={lines.value} onChange={lines.save} />
      </SettingRow>
      <SettingRow label={t('settings.motion')} help={t('settings.motionHelp')} setting={motion} initial="system">
        <Segmented
          value={motion.value}
          onChange={motion.save}
          options={[
            { value: 'system', label: t('settings.motionSystem') },
            { value: 'reduced', label: t('settings.motionReduced') },
          ]}
        />
      </SettingRow>
      <SettingRow label={t('settings.language')} help={t('settings.languageHelp')} setting={language} initial="en">
        <Select value={language.value} onChange={language.save} options={[{ value: 'en', label: t('settings.english') }]} className="w-40" />
      </SettingRow>
    </>
  );
}
