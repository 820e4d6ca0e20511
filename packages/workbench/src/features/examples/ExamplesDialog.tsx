// The examples that came with Axion, one row each.

import { Banner, Button, Dialog, Icon, Skeleton } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useExampleOpener } from './useExampleOpener.ts';

export function ExamplesDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const t = useT();
  return (
    <Dialog open={open} onClose={onClose} title={t('examples.title')} width="large" actions={<Button onClick={onClose}>{t('act.close')}</Button>}>
      <ExampleRows onOpened={onClose} />
    </Dialog>
  );
}

function ExampleRows({ onOpened }: { readonly onOpened: () => void }): JSX.Element {
  const { workspace } = useClient();
  const t = useT();
  const examples = useWorkspace((state) => state.examples);
  const [error, setError] = useState<string | null>(null);
  const open = useExampleOpener();
  useEffect(() => {
    workspace.loadExamples().catch((reason: unknown) => setError(reasonOf(t, reason)));
  }, [workspace, t]);
  if (error !== null && examples === undefined) return <Banner means="failed">{error}</Banner>;
  if (examples === undefined) return <Skeleton rows={4} label={t('loading')} />;
  if (examples.length === 0) return <p>{t('examples.none')}</p>;
  return (
    <>
      <p className="mb-3">{t('examples.text')}</p>
      <ul className="-mx-2">
        {examples.map((example) => (
          <li key={example.exampleId} className="border-t border-line-1 first:border-0">
            <button
              type="button"
              onClick={() => {
                onOpened();
                open(example);
              }}
              className="ring-inside flex w-full items-start gap-3 rounded-field px-2 py-2.5 text-start hover:bg-hover"
            >
              <Icon name="workflow" className="mt-0.5 text-fg-2" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium text-fg">{example.name}</span>
                <span className="block text-small text-fg-2">{example.description}</span>
              </span>
              <span className="shrink-0 text-caption text-fg-3">{t('examples.nodes', { count: example.nodeCount })}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
