// What this is, where its data lies, and what it told at its start.

import { Mark, KeyValue, Skeleton, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useWorkspace } from '../../session/context.ts';

export function AboutPage(): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const system = useWorkspace((state) => state.system);
  return (
    <>
      <div className="mb-4 flex items-center gap-3">
        <Mark size={28} />
        <div>
          <h1 className="text-title">{t('app.name')}</h1>
          <p className="text-ui text-fg-2">{t('about.text')}</p>
        </div>
      </div>
      {system === undefined ? (
        <Skeleton rows={5} label={t('loading')} />
      ) : (
        <>
          <KeyValue
            className="border-t border-line-1 pt-3"
            facts={[
              { name: t('about.version'), value: system.version },
              { name: t('about.platform'), value: system.platform },
              { name: t('about.home'), value: <code className="font-mono text-mono break-all">{system.home}</code> },
              { name: t('about.process'), value: String(system.pid) },
              { name: t('about.shell'), value: system.shell === 'desktop' ? t('about.shellDesktop') : system.shell === 'serve' ? t('about.shellServe') : t('about.shellCli') },
              { name: t('about.licence'), value: 'Apache-2.0' },
              { name: t('about.telemetry'), value: t('about.telemetryNothing') },
            ]}
          />
          <Notices />
          {system.notices.length > 0 && (
            <section aria-label={t('about.notices')} className="pt-6">
              <h2 className="border-b border-line-1 pb-2 text-small font-semibold">{t('about.notices')}</h2>
              <ul>
                {system.notices.map((notice) => (
                  <li key={`${notice.code} ${notice.at}`} className="flex gap-2.5 border-b border-line-1 py-2">
                    <StateGlyph state="waiting" label={null} className="mt-[3px]" />
                    <span className="min-w-0 flex-1 break-words">{notice.message}</span>
                    <span className="shrink-0 text-caption text-fg-3">{formats.moment(notice.at)}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </>
  );
}

/** What the page is made with, as their licences ask. */
const parts: readonly (readonly [name: string, licence: string])[] = [
  ['React', 'MIT'], ['React Flow (xyflow)', 'MIT'], ['Base UI', 'MIT'], ['Effect', 'MIT'], ['Zustand', 'MIT'], ['Tailwind CSS', 'MIT'], ['virtua', 'MIT'], ['marked', 'MIT'],
  ['lowlight', 'MIT'], ['highlight.js', 'BSD-3-Clause'], ['jsdiff', 'BSD-3-Clause'], ['Papa Parse', 'MIT'], ['Lucide', 'ISC'], ['Inter', 'OFL-1.1'], ['JetBrains Mono', 'OFL-1.1'],
];

function Notices(): JSX.Element {
  const t = useT();
  return (
    <section aria-label={t('about.madeWith')} className="pt-6">
      <h2 className="border-b border-line-1 pb-2 text-small font-semibold">{t('about.madeWith')}</h2>
      <ul className="grid grid-cols-2 gap-x-8 pt-1 max-md:grid-cols-1">
        {parts.map(([name, licence]) => (
          <li key={name} className="flex items-baseline gap-3 py-0.5">
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="shrink-0 text-small text-fg-3">{licence}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
