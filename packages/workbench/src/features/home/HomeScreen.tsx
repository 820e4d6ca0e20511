// Home: start something, or return to something. The machine is found, not asked for; what is not there is absent, not an empty box.

import { Button, Link, Skeleton, Text } from '@axion/ui';
import type { JSX } from 'react';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { useOpenFiles } from '../files/OpenFiles.tsx';
import { useGraphActions } from '../graphs/useGraphActions.ts';
import { MachinePanel } from '../machine/MachinePanel.tsx';
import { RecentChats } from './RecentChats.tsx';
import { RecentList } from './RecentList.tsx';
import { WaitingList } from './WaitingList.tsx';
import { Ways } from './Ways.tsx';

/** After this many runs a person knows the ways to begin; they fold into one row of buttons. */
const RUNS_TO_FOLD = 10;

export interface HomeScreenProps {
  readonly onExamples: () => void;
  readonly onHelp: () => void;
}

export function HomeScreen({ onExamples, onHelp }: HomeScreenProps): JSX.Element {
  const t = useT();
  const layout = useLayoutClass();
  const status = useWorkspace((state) => state.status);
  const folded = useWorkspace((state) => (state.runs[0]?.number ?? 0) > RUNS_TO_FOLD);
  const files = useOpenFiles();
  const graphs = useGraphActions();
  const { view } = useClient();
  const chat = () => view.go({ place: 'chat' });
  const bare = useWorkspace((state) => state.graphs.length === 0);
  const oneColumn = layout === 'narrow' || layout === 'phone';
  return (
    <div className={oneColumn ? 'flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto bg-panel' : 'flex min-h-0 min-w-0 flex-1'}>
      <main
        id="document"
        tabIndex={-1}
        data-region="document"
        aria-label={t('place.home')}
        className={oneColumn ? 'outline-none' : 'min-h-0 min-w-0 flex-1 overflow-y-auto bg-panel outline-none'}
      >
        <div className={`mx-auto flex w-full max-w-[892px] flex-col gap-6 px-6 pb-10 ${oneColumn ? 'pt-6' : 'pt-9'}`}>
          <Text as="h1" type="display">
            {t('home.title')}
          </Text>
          {folded ? (
            <div className="flex flex-wrap gap-2">
              <Button icon="message-square" onClick={chat}>
                {t('command.newChat')}
              </Button>
              <Button look="ink" icon="plus" onClick={graphs.create}>
                {t('home.drawAct')}
              </Button>
              <Button onClick={onExamples}>{t('home.exampleAct')}</Button>
              <Button onClick={files.choose}>{t('home.fileAct')}</Button>
            </div>
          ) : (
            <Ways onChat={chat} onExamples={onExamples} onDraw={graphs.create} />
          )}
          {status === 'loading' ? (
            <Skeleton rows={4} label={t('loading')} />
          ) : (
            <>
              {bare && !folded && (
                <p className="-mt-2 text-small">
                  <Link onClick={files.choose}>{t('home.openFile')}</Link>
                </p>
              )}
              <WaitingList />
              <RecentList action={folded ? null : <Link onClick={files.choose}>{t('home.openFile')}</Link>} />
              <RecentChats />
            </>
          )}
        </div>
      </main>
      <aside
        data-region="inspector"
        aria-label={t('machine.title')}
        className={oneColumn ? 'border-t border-line-1 bg-frame' : `min-h-0 shrink-0 overflow-y-auto border-s border-line-1 bg-frame ${layout === 'wide' ? 'w-[348px]' : 'w-[280px]'}`}
      >
        <MachinePanel onHelp={onHelp} onNew={graphs.create} />
      </aside>
    </div>
  );
}
