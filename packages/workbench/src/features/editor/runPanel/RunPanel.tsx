// Under the graph: what the shown run does, as a timeline, a log, values, approvals and problems. Counts stand on the last two only.

import { Banner, IconButton, Switch, TabPanel, Tabs } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { usePendingApprovals } from '../../approvals/usePendingApprovals.ts';
import { type RunTab, useEditor } from '../EditorContext.ts';
import { ApprovalsView } from './ApprovalsView.tsx';
import { LogView } from './LogView.tsx';
import { ProblemsView } from './ProblemsView.tsx';
import { TimelineView } from './TimelineView.tsx';
import { ValuesView } from './ValuesView.tsx';

export function RunPanel({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useT();
  const { runTab, showRunTab, runId, problems } = useEditor();
  const [follow, setFollow] = useState(true);
  const waiting = usePendingApprovals(runId ?? '').length;
  return (
    <section aria-label={t('editor.runPanel')} data-region="run" className="flex min-h-0 flex-1 flex-col bg-panel [contain:strict]">
      <h2 className="sr-only">{t('editor.runPanel')}</h2>
      <Tabs<RunTab>
        label={t('editor.runPanel')}
        value={runTab}
        onChange={showRunTab}
        items={[
          { value: 'timeline', label: t('editor.timeline') },
          { value: 'logs', label: t('editor.logs') },
          { value: 'values', label: t('editor.values') },
          { value: 'approvals', label: t('editor.approvals'), count: waiting, countMeans: 'waiting' },
          { value: 'problems', label: t('editor.problems'), count: problems.length, countMeans: 'failed' },
        ]}
        trailing={
          <>
            {runTab === 'timeline' && (
              <label className="flex items-center gap-2 pe-1 text-small text-fg-2">
                {t('editor.follow')}
                <Switch checked={follow} onChange={setFollow} aria-label={t('editor.follow')} />
              </label>
            )}
            <IconButton icon="chevron-down" label={t('editor.closePanel')} shortcut="Mod+J" small onClick={onClose} />
          </>
        }
        className="min-h-0 flex-1"
        barClassName="ps-3.5 pe-1.5"
      >
        <RunTrouble />
        <TabPanel value="timeline" className="flex flex-col">
          <TimelineView follow={follow} onFollow={setFollow} />
        </TabPanel>
        <TabPanel value="logs" className="flex flex-col">
          <LogView />
        </TabPanel>
        <TabPanel value="values" className="overflow-auto">
          <ValuesView />
        </TabPanel>
        <TabPanel value="approvals" className="overflow-auto">
          <ApprovalsView />
        </TabPanel>
        <TabPanel value="problems" className="overflow-auto">
          <ProblemsView />
        </TabPanel>
      </Tabs>
    </section>
  );
}

/** A runner that was lost, or a run that cannot be read, in one line over what is shown. */
function RunTrouble(): JSX.Element | null {
  const t = useT();
  const { runId } = useEditor();
  const run = useRun(runId);
  if (run === null) return null;
  if (run.error !== undefined && run.status === 'failed') return <Banner means="failed">{t('editor.runBroken', { reason: reasonOf(t, run.error) })}</Banner>;
  if (run.view.interrupted !== undefined) return <Banner means="waiting">{t('editor.interrupted', { reason: run.view.interrupted, count: run.view.counts.succeeded })}</Banner>;
  return null;
}
