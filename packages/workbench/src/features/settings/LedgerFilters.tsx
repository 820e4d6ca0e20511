// Filters of the ledger that read as words.

import { SearchField, Select } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../messages/context.ts';
import type { LedgerFilter } from './useLedger.ts';

const outcomes = ['any', 'allowed', 'blocked', 'failed'] as const;
const places = ['any', 'away', 'here'] as const;

export function LedgerFilters({ filter, onChange }: { readonly filter: LedgerFilter; readonly onChange: (filter: LedgerFilter) => void }): JSX.Element {
  const t = useT();
  return (
    <div className="flex flex-wrap items-center gap-2 py-2.5">
      <h2 className="pe-1 text-small font-semibold">{t('egress.ledger')}</h2>
      <Select
        sentence={t('egress.answer')}
        aria-label={t('egress.answer')}
        value={filter.outcome}
        onChange={(outcome) => onChange({ ...filter, outcome })}
        options={outcomes.map((value) => ({ value, label: t(`egress.outcome.${value}`) }))}
      />
      <Select sentence={t('egress.to')} aria-label={t('egress.to')} value={filter.where} onChange={(where) => onChange({ ...filter, where })} options={places.map((value) => ({ value, label: t(`egress.where.${value}`) }))} />
      <span className="flex-1" />
      <SearchField label={t('egress.find')} value={filter.typed} onChange={(typed) => onChange({ ...filter, typed })} className="max-w-56" />
    </div>
  );
}
