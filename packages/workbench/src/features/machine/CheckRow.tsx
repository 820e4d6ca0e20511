// One check of the doctor: what was found, why it stands so, what was tried, and the way to fix it.

import type { Check } from '@axion/protocol';
import { Button, Chip, Dialog, StateGlyph, useToasts } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { glyphOfCheck, type Machine } from './machine.ts';
import { RuntimeInstall } from './RuntimeInstall.tsx';

export interface CheckRowProps {
  readonly check: Check;
  readonly machine: Machine | null;
  /** Shows what was tried right here; else it is in the dialog. */
  readonly withTries?: boolean;
}

export function CheckRow({ check, machine, withTries = false }: CheckRowProps): JSX.Element {
  const t = useT();
  const [open, setOpen] = useState(false);
  const inUse = (check.id === 'engine' && machine?.inUse === 'docker') || (check.id === 'jail' && machine?.inUse === 'process' && !machine.unjailed);
  const state = glyphOfCheck(check, machine?.needs(check.id) ?? true);
  const stateName = check.status === 'ok' ? t('machine.ok') : check.status === 'warning' ? t('machine.warning') : t('machine.missing');
  const tries = check.tries ?? [];
  return (
    <div data-check={check.id} data-status={check.status} className="flex gap-2.5">
      <StateGlyph state={state} label={stateName} className="mt-[3px]" />
      <div className="min-w-0 flex-1">
        <div className="flex items-start gap-2">
          <span className="min-w-0 flex-1 break-words">{check.title}</span>
          {inUse && <Chip>{t('machine.inUse')}</Chip>}
        </div>
        <p className="text-small break-words text-fg-2">{check.why}</p>
        {check.id === 'runtime' && check.status === 'missing' && <RuntimeInstall />}
        {withTries && <Tries check={check} />}
        {(check.fix !== undefined || (tries.length > 0 && check.status !== 'ok' && !withTries)) && (
          <Button small className="mt-1.5" onClick={() => setOpen(true)}>
            {t('machine.how')}
          </Button>
        )}
      </div>
      <FixDialog check={check} open={open} onClose={() => setOpen(false)} />
    </div>
  );
}

function FixDialog({ check, open, onClose }: { readonly check: Check; readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const t = useT();
  const toasts = useToasts();
  const fix = check.fix;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('machine.fixTitle', { title: check.title })}
      width="large"
      actions={
        <>
          {fix !== undefined && (
            <Button
              icon="copy"
              onClick={() => {
                void navigator.clipboard.writeText(fix).then(() => toasts.show({ title: t('machine.copied'), state: 'succeeded' }));
              }}
            >
              {t('machine.copyFix')}
            </Button>
          )}
          <Button look="ink" onClick={onClose}>
            {t('act.close')}
          </Button>
        </>
      }
    >
      <p className="mb-3">{check.why}</p>
      {fix !== undefined && (
        <pre tabIndex={0} className="mb-3 overflow-x-auto rounded-field border border-line-1 bg-sunken p-3 font-mono text-mono whitespace-pre-wrap text-fg">
          {fix}
        </pre>
      )}
      <Tries check={check} />
    </Dialog>
  );
}

function Tries({ check }: { readonly check: Check }): JSX.Element | null {
  const t = useT();
  const tries = check.tries ?? [];
  if (tries.length === 0) return null;
  return (
    <details className="mt-1 text-small">
      <summary className="w-fit rounded-mark text-fg-2 hover:text-fg">{t('machine.tried', { count: tries.length })}</summary>
      <ul className="mt-1">
        {tries.map((one) => (
          <li key={`${one.what} ${one.result}`} className="flex gap-2 border-t border-line-1 py-1">
            <StateGlyph state={one.ok ? 'succeeded' : 'skipped'} label={one.ok ? t('machine.ok') : t('machine.missing')} size={12} className="mt-1" />
            <span className="min-w-0">
              <code className="font-mono text-mono break-all text-fg">{one.what}</code>
              <span className="block break-words text-fg-2">{one.result}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
