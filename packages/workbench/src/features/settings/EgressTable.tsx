// The rows of the ledger. A row that was refused or failed is tinted and explains itself below.

import type { EgressEntry } from '@axion/protocol';
import { Icon, Link } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';

export function EgressTable({ entries }: { readonly entries: readonly EgressEntry[] }): JSX.Element {
  const t = useT();
  return (
    <table className="w-full table-fixed border-collapse text-ui">
      <thead>
        <tr className="border-b border-line-1 text-caption text-fg-3">
          <th scope="col" className="w-7 py-1.5">
            <span className="sr-only">{t('egress.answer')}</span>
          </th>
          <th scope="col" className="w-32 py-1.5 text-start font-normal">
            {t('egress.time')}
          </th>
          <th scope="col" className="py-1.5 text-start font-normal">
            {t('egress.request')}
          </th>
          <th scope="col" className="w-[24%] py-1.5 text-start font-normal max-md:hidden">
            {t('egress.askedBy')}
          </th>
          <th scope="col" className="w-20 py-1.5 text-end font-normal">
            {t('egress.status')}
          </th>
          <th scope="col" className="w-20 py-1.5 text-end font-normal max-md:hidden">
            {t('egress.sentHead')}
          </th>
          <th scope="col" className="w-20 py-1.5 text-end font-normal max-md:hidden">
            {t('egress.took')}
          </th>
        </tr>
      </thead>
      {entries.map((entry) => (
        <EgressRow key={entry.number} entry={entry} />
      ))}
    </table>
  );
}

function EgressRow({ entry }: { readonly entry: EgressEntry }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const blocked = entry.outcome === 'blocked';
  // Nobody behind a usual port of this machine is what looking for servers mostly finds.
  const quiet = entry.local && entry.purpose === 'model-list' && !blocked;
  const bad = !quiet && (blocked || entry.outcome === 'failed' || (entry.status !== undefined && entry.status >= 400));
  const rest = entry.url.slice(entry.url.indexOf(entry.host) + entry.host.length);
  return (
    <tbody className={`border-b border-line-1 ${blocked ? 'bg-tt-failed' : ''}`}>
      <tr className="h-(--h-row)">
        <td className={bad ? 'text-st-failed' : 'text-fg-2'}>
          <Icon name={blocked ? 'ban' : entry.local ? 'corner-down-left' : 'arrow-up-right'} size={14} />
        </td>
        <td className="pe-3 whitespace-nowrap tabular-nums">{formats.moment(entry.at)}</td>
        <td className="pe-4">
          <span className="flex min-w-0 items-baseline gap-3 font-mono text-mono" title={`${entry.method} ${entry.url}`}>
            <span className="shrink-0 text-fg-2">{entry.method}</span>
            <span className="min-w-0 truncate">
              {entry.host}
              <span className="text-fg-3">{rest}</span>
            </span>
          </span>
        </td>
        <td className="truncate pe-4 max-md:hidden">
          <AskedBy entry={entry} />
        </td>
        <td className={`numbers ${bad ? 'text-st-failed' : 'text-fg-2'}`}>{blocked ? t('egress.outcome.blocked') : quiet && entry.status === undefined ? t('egress.nobody') : (entry.status ?? t(`egress.outcome.${entry.outcome}`))}</td>
        <td className="numbers text-fg-2 max-md:hidden">{formats.bytes(entry.sentBytes)}</td>
        <td className="numbers text-fg-2 max-md:hidden">{formats.duration(entry.ms)}</td>
      </tr>
      {entry.reason !== undefined && bad && (
        <tr>
          <td />
          <td colSpan={6} className="pe-4 pb-2 text-small break-words text-fg-2">
            {blocked && <b className="text-fg">{t('egress.nothingSent')} </b>}
            {entry.reason}
          </td>
        </tr>
      )}
    </tbody>
  );
}

function AskedBy({ entry }: { readonly entry: EgressEntry }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const title = useWorkspace((state) => (entry.sessionId === undefined ? undefined : state.sessions.find((session) => session.id === entry.sessionId)?.title));
  const { sessionId } = entry;
  if (sessionId === undefined) return <>{t(`egress.purpose.${entry.purpose}`)}</>;
  if (title === undefined) return <>{t('tabs.missingChat')}</>;
  return <Link onClick={() => view.openChat(sessionId)}>{t('egress.chat', { title })}</Link>;
}
