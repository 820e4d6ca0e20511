// What left this machine, and what was kept from leaving: the air gap, and the ledger of every request, newest first. A refused row says
// why in its own place.

import { Button, Dialog, EmptyState, Skeleton, Switch } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { EgressTable } from './EgressTable.tsx';
import { useConfig } from './useConfig.ts';
import { type LedgerFilter, useLedger } from './useLedger.ts';
import { LedgerFilters } from './LedgerFilters.tsx';

export function EgressPage(): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const ledger = useLedger();
  const [filter, setFilter] = useState<LedgerFilter>({ outcome: 'any', where: 'any', typed: '' });
  const { entries } = ledger;
  const shown = useMemo(
    () =>
      entries.filter(
        (entry) =>
          (filter.outcome === 'any' || entry.outcome === filter.outcome) &&
          (filter.where === 'any' || entry.local === (filter.where === 'here')) &&
          (filter.typed === '' || entry.url.toLowerCase().includes(filter.typed.toLowerCase())),
      ),
    [entries, filter],
  );
  const sum = (pick: (entry: (typeof entries)[number]) => number) => entries.reduce((total, entry) => total + pick(entry), 0);
  const left = entries.filter((entry) => !entry.local && entry.outcome !== 'blocked').length;
  const refused = entries.filter((entry) => entry.outcome === 'blocked').length;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-start gap-x-6 gap-y-3">
        <div className="min-w-64 flex-1">
          <h1 className="text-title">{t('settings.pageEgress')}</h1>
          <p className="mt-0.5 text-ui text-fg-2">{t('egress.text')}</p>
        </div>
        <AirGap />
      </div>
      <dl className="flex flex-wrap gap-x-9 gap-y-2 border-b border-line-1 pb-3">
        <Total value={formats.number(entries.length)} name={t('egress.requests', { count: entries.length })} />
        <Total value={formats.number(left)} name={t('egress.left')} />
        <Total value={formats.bytes(sum((entry) => entry.sentBytes))} name={t('egress.sent')} />
        <Total value={formats.bytes(sum((entry) => entry.receivedBytes))} name={t('egress.received')} />
        <Total value={formats.number(refused)} name={t('egress.refused')} bad={refused > 0} />
      </dl>
      <LedgerFilters filter={filter} onChange={setFilter} />
      {ledger.error !== null && (
        <p role="alert" className="py-2 text-st-failed">
          {t('egress.notRead', { reason: reasonOf(t, ledger.error) })}
        </p>
      )}
      {ledger.loading && entries.length === 0 ? (
        <Skeleton rows={6} label={t('loading')} />
      ) : entries.length === 0 ? (
        <EmptyState title={t('egress.none')} detail={t('egress.noneDetail')} className="rounded-card border border-line-1" />
      ) : shown.length === 0 ? (
        <EmptyState title={t('egress.noHits')} action={<Button onClick={() => setFilter({ outcome: 'any', where: 'any', typed: '' })}>{t('runs.clearFilters')}</Button>} />
      ) : (
        <EgressTable entries={shown} />
      )}
      {ledger.more && (
        <div className="pt-2">
          <Button small busy={ledger.loading} onClick={ledger.loadMore}>
            {t('egress.more')}
          </Button>
        </div>
      )}
    </>
  );
}

function Total({ value, name, bad = false }: { readonly value: string; readonly name: string; readonly bad?: boolean }): JSX.Element {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-small text-fg-2">{name}</dt>
      <dd className={`text-title ${bad ? 'text-st-failed' : ''}`}>{value}</dd>
    </div>
  );
}

/** Turning it on says what stops; turning it off acts at once. */
function AirGap(): JSX.Element {
  const { models } = useClient();
  const t = useT();
  const formats = useFormats();
  const setting = useConfig('egress.airGap', (config) => config.egress.airGap, false);
  const [asking, setAsking] = useState(false);
  const providers = useStore(models.store, (state) => state.providers);
  const hosted = useMemo(() => providers.filter((provider) => !provider.local && provider.kind !== 'demo').map((provider) => provider.title), [providers]);
  return (
    <div className="flex shrink-0 items-center gap-3">
      <div className="text-end">
        <p id="air-gap" className="text-ui font-semibold">
          {t('egress.airGap')}
        </p>
        <p className="text-caption text-fg-3">{setting.error ?? (setting.value ? t('egress.airGapOn') : t('egress.airGapOff'))}</p>
      </div>
      <Switch aria-label={t('egress.airGap')} checked={setting.value} onChange={(next) => (next ? setAsking(true) : setting.save(false))} />
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('egress.airGapTitle')}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('egress.airGapStay')}</Button>
            <Button
              look="ink"
              onClick={() => {
                setAsking(false);
                setting.save(true);
              }}
            >
              {t('egress.airGapAct')}
            </Button>
          </>
        }
      >
        <p>{hosted.length === 0 ? t('egress.airGapNone') : t('egress.airGapStops', { count: hosted.length, names: formats.list(hosted) })}</p>
        <p className="mt-2">{t('egress.airGapKeeps')}</p>
      </Dialog>
    </div>
  );
}
