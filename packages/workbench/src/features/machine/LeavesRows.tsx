// What leaves this machine, said as it is configured now: nothing, calls of hosted models, or what cannot be known.

import { Link, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { useHosted } from './useHosted.ts';

export function LeavesRows({ unjailed }: { readonly unjailed: boolean }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const formats = useFormats();
  const { names, airGap } = useHosted();
  const calls = names.length > 0 && !airGap;
  return (
    <div className="flex gap-2.5">
      <StateGlyph state={unjailed ? 'waiting' : 'succeeded'} label={null} className="mt-[3px]" />
      <div className="min-w-0">
        <div>{unjailed ? t('machine.unknown') : calls ? t('machine.calls', { names: formats.list(names) }) : t('machine.nothing')}</div>
        <div className="text-small text-fg-2">
          {unjailed ? t('machine.unknownWhy') : airGap ? t('machine.airGapWhy') : calls ? t('machine.callsWhy') : t('machine.nothingWhy')}{' '}
          <Link onClick={() => view.go({ place: 'settings', page: 'egress' })}>{t('machine.ledger')}</Link>
        </div>
      </div>
    </div>
  );
}
