// Which folder each graph may use on this machine, and taking that back.

import type { Grant, Slot } from '@axion/protocol';
import { Button, EmptyState, MiddleCut, StateGlyph, useToasts } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useMessages } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { SlotsDialog } from '../folders/SlotsDialog.tsx';
import { PageHead } from './SettingRow.tsx';

export function FoldersPage(): JSX.Element {
  const { commands } = useClient();
  const { t, formats } = useMessages();
  const toasts = useToasts();
  const now = useNow(60_000);
  const grants = useWorkspace((state) => state.grants);
  const graphs = useWorkspace((state) => state.graphs);
  const [changing, setChanging] = useState<Grant | null>(null);
  const names = useMemo(() => new Map(graphs.map((graph) => [graph.graphId, graph.name])), [graphs]);
  const nameOf = (grant: Grant) => names.get(grant.graphId) ?? t('tabs.missing');
  const sorted = useMemo(() => grants.toSorted((one, other) => formats.compare(names.get(one.graphId) ?? '', names.get(other.graphId) ?? '') || formats.compare(one.slot, other.slot)), [grants, names, formats]);
  const revoke = (grant: Grant) => {
    const name = nameOf(grant);
    commands.revokeGrant(grant).then(
      () =>
        toasts.show({
          title: t('grants.revoked', { path: grant.path, name }),
          state: 'succeeded',
          action: { label: t('act.undo'), act: () => void commands.setGrant({ graphId: grant.graphId, slot: grant.slot, path: grant.path, access: grant.access }).catch(() => undefined) },
        }),
      (error: unknown) => toasts.show({ title: reasonOf(t, error), state: 'failed' }),
    );
  };
  const changingSlot: Slot | null = changing === null ? null : { id: changing.slot, access: changing.access };
  return (
    <>
      <PageHead title={t('settings.pageFolders')} text={t('settings.foldersText')} />
      {sorted.length === 0 ? (
        <EmptyState title={t('grants.none')} detail={t('grants.noneDetail')} className="rounded-card border border-line-1" />
      ) : (
        <table className="w-full table-fixed border-collapse text-ui">
          <thead>
            <tr className="border-b border-line-1 text-caption text-fg-3">
              <th scope="col" className="w-[22%] py-1.5 pe-4 text-start font-normal">
                {t('grants.graph')}
              </th>
              <th scope="col" className="w-[15%] py-1.5 pe-4 text-start font-normal max-md:hidden">
                {t('grants.slot')}
              </th>
              <th scope="col" className="py-1.5 pe-4 text-start font-normal">
                {t('grants.path')}
              </th>
              <th scope="col" className="w-28 py-1.5 pe-4 text-start font-normal max-md:hidden">
                {t('grants.access')}
              </th>
              <th scope="col" className="w-20 py-1.5 text-end font-normal max-md:hidden">
                {t('grants.since')}
              </th>
              <th className="w-44 max-md:w-40">
                <span className="sr-only">{t('grants.revoke')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((grant) => (
              <tr key={grant.grantId} className="h-(--h-row) border-b border-line-1 hover:bg-hover">
                <td className="truncate pe-4 font-medium" title={nameOf(grant)}>
                  {nameOf(grant)}
                </td>
                <td className="truncate pe-4 font-mono text-mono max-md:hidden" title={grant.slot}>
                  {grant.slot}
                </td>
                <td className="pe-4">
                  <span className="flex min-w-0 items-center gap-2">
                    {grant.missing === true && <StateGlyph state="failed" label={t('grants.missing')} />}
                    <MiddleCut text={grant.path} className="font-mono text-mono" />
                  </span>
                </td>
                <td className="truncate pe-4 text-fg-2 max-md:hidden">{grant.access === 'rw' ? t('slots.rw') : t('slots.ro')}</td>
                <td className="numbers text-fg-2 max-md:hidden">{formats.when(grant.createdAt, now)}</td>
                <td className="text-end whitespace-nowrap">
                  <Button small look="ghost" onClick={() => setChanging(grant)}>
                    {t('grants.change')}
                  </Button>
                  <Button small look="ghost" aria-label={t('grants.revokeNamed', { path: grant.path, name: nameOf(grant) })} onClick={() => revoke(grant)}>
                    {t('grants.revoke')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {changing !== null && changingSlot !== null && (
        <SlotsDialog graphId={changing.graphId} name={nameOf(changing)} slots={[changingSlot]} forRun={false} onCancel={() => setChanging(null)} onDone={() => setChanging(null)} />
      )}
    </>
  );
}
