// A row of a settings page: name and one line at the left, the control at the right, "Saved" or the reason it was not.

import { FormRow, Link } from '@axion/ui';
import type { JSX, ReactNode } from 'react';
import { useT } from '../../messages/context.ts';
import type { Setting } from './useSetting.ts';

export interface SettingRowProps<Value> {
  readonly label: string;
  readonly help: string;
  readonly setting: Setting<Value>;
  /** The value it came with; a value that differs offers Reset. */
  readonly initial: NoInfer<Value>;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

export function SettingRow<Value>({ label, help, setting, initial, error, children }: SettingRowProps<Value>): JSX.Element {
  const t = useT();
  const changed = setting.value !== initial;
  return (
    <FormRow
      beside
      label={label}
      help={help}
      error={error ?? setting.error}
      action={
        <>
          {changed && (
            <Link className="text-caption" aria-label={`${t('act.reset')}: ${label}`} onClick={() => setting.save(initial)}>
              {t('act.reset')}
            </Link>
          )}
          <span role="status" className="text-caption text-fg-3">
            {setting.saved ? t('settings.saved') : ''}
          </span>
        </>
      }
      className="border-b border-line-1"
    >
      {children}
    </FormRow>
  );
}

export function PageHead({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <div className="mb-4">
      <h1 className="text-title">{title}</h1>
      <p className="mt-0.5 text-ui text-fg-2">{text}</p>
    </div>
  );
}
