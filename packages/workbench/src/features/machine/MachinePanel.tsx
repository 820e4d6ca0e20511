// "This machine" on Home: what was found, line by line, each with a glyph and, if it lacks something, one way to fix it.

import type { Check } from '@axion/protocol';
import { Banner, IconButton, Kbd, Skeleton } from '@axion/ui';
import type { JSX, ReactNode } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { CheckRow } from './CheckRow.tsx';
import { LeavesRows } from './LeavesRows.tsx';
import { machineOf } from './machine.ts';
import { ModelsRow } from './ModelsRow.tsx';

export interface MachinePanelProps {
  readonly onHelp: () => void;
  readonly onNew: () => void;
}

export function MachinePanel({ onHelp, onNew }: MachinePanelProps): JSX.Element {
  const { workspace } = useClient();
  const t = useT();
  const doctor = useWorkspace((state) => state.doctor);
  const choice = useWorkspace((state) => state.settings?.runner ?? 'auto');
  const unjailed = useWorkspace((state) => state.settings?.allowUnjailed ?? false);
  const machine = machineOf(doctor.report, choice, unjailed);
  const checks = doctor.report?.checks ?? [];
  const where = inOrder(checks, ['runner', 'engine', 'jail', 'runtime']);
  const keeps = inOrder(checks, ['database', 'disk']);
  return (
    <div className="flex min-h-full flex-col">
      <div className="flex h-[37px] shrink-0 items-center border-b border-line-1 ps-4 pe-2">
        <h2 className="min-w-0 flex-1 text-small font-semibold">{t('machine.title')}</h2>
        <IconButton icon="refresh-cw" label={t('machine.checkAgain')} small disabled={doctor.checking} aria-busy={doctor.checking} onClick={() => void workspace.runDoctor()} />
      </div>
      {doctor.error !== undefined && <Banner means="failed">{t('machine.failed', { reason: reasonOf(t, doctor.error) })}</Banner>}
      {doctor.report === undefined && doctor.error === undefined && <Skeleton rows={5} label={t('machine.checking')} className="px-4 py-3" />}
      {where.length > 0 && (
        <Section title={t('machine.runs')}>
          {where.map((check) => (
            <CheckRow key={check.id} check={check} machine={machine} />
          ))}
        </Section>
      )}
      {keeps.length > 0 && (
        <Section title={t('machine.keeps')}>
          {keeps.map((check) => (
            <CheckRow key={check.id} check={check} machine={machine} />
          ))}
        </Section>
      )}
      {doctor.report !== undefined && (
        <Section title={t('machine.models')}>
          <ModelsRow />
        </Section>
      )}
      {doctor.report !== undefined && (
        <Section title={t('machine.leaves')}>
          <LeavesRows unjailed={machine?.unjailed === true} />
        </Section>
      )}
      <div className="flex-1" />
      <ul aria-label={t('home.shortcuts')} className="border-t border-line-1 px-4 py-2.5 text-small max-md:hidden">
        <ShortcutRow label={t('command.palette')} shortcut="Mod+K" />
        <ShortcutRow label={t('command.newGraph')} shortcut="Mod+N" onClick={onNew} />
        <ShortcutRow label={t('command.shortcuts')} shortcut="?" onClick={onHelp} />
      </ul>
    </div>
  );
}

function inOrder(checks: readonly Check[], ids: readonly Check['id'][]): readonly Check[] {
  return ids.flatMap((id) => checks.find((check) => check.id === id) ?? []);
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  return (
    <section aria-label={title} className="flex flex-col gap-2.5 border-b border-line-1 px-4 py-3.5">
      <h3 className="text-small font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function ShortcutRow({ label, shortcut, onClick }: { readonly label: string; readonly shortcut: string; readonly onClick?: () => void }): JSX.Element {
  return (
    <li className="flex h-6 items-center justify-between gap-2">
      {onClick === undefined ? (
        <span className="truncate">{label}</span>
      ) : (
        <button type="button" onClick={onClick} className="truncate rounded-mark hover:underline">
          {label}
        </button>
      )}
      <Kbd shortcut={shortcut} />
    </li>
  );
}
