// The chat place: the list of chats, one chat or two side by side (a session of its own each), and the panel of the first. When the window is narrow the list and the
// panel lie over the chat.

import type { SearchHit } from '@axion/protocol';
import { Drawer, SplitPane } from '@axion/ui';
import { type JSX, type ReactNode, useCallback, useEffect, useState } from 'react';
import { DocumentTabs } from '../../frame/DocumentTabs.tsx';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { usePanel } from '../../frame/panels.ts';
import { useT } from '../../messages/context.ts';
import { useClient, useView } from '../../session/context.ts';
import { ChatPane } from './ChatPane.tsx';
import { SessionList } from './list/SessionList.tsx';
import { useSessionActs } from './list/useSessionActs.tsx';
import { NewChat } from './NewChat.tsx';
import { CompactionDialog } from './panel/CompactionDialog.tsx';
import { SessionPanel } from './panel/SessionPanel.tsx';
import { CompactContext, SessionContext, useOpenSession } from './session.ts';
import { SideBySide } from './SideBySide.tsx';
import { type Found, wordsOf } from './transcript/found.ts';

export interface ChatScreenProps {
  readonly sessionId: string | null;
  readonly beside: string | null;
}

interface Target {
  readonly sessionId: string;
  readonly at: Found;
}

export function ChatScreen({ sessionId, beside }: ChatScreenProps): JSX.Element {
  const { view, models } = useClient();
  const t = useT();
  const layout = useLayoutClass();
  const narrow = layout === 'narrow' || layout === 'phone';
  const chats = usePanel('chats');
  const acts = useSessionActs();
  const [target, setTarget] = useState<Target | null>(null);
  const hasTabs = useView((state) => state.tabs.length > 0);
  useEffect(() => void models.load(), [models]);
  const find = useCallback(
    (hit: SearchHit) => {
      const { sessionId: inSession, messageId } = hit;
      const { route } = view.store.getState();
      if (route.place !== 'chat' || (route.sessionId !== inSession && route.beside !== inSession)) view.openChat(inSession);
      if (messageId !== undefined) setTarget((old) => ({ sessionId: inSession, at: { messageId, words: wordsOf(hit), turn: (old?.at.turn ?? 0) + 1 } }));
    },
    [view],
  );
  const closeList = useCallback(() => chats.setOpen(false), [chats]);
  const targetOf = (id: string) => (target?.sessionId === id ? target.at : null);
  const second = !narrow && beside !== null && beside !== sessionId ? beside : null;
  const document = (
    <main id="document" tabIndex={-1} data-region="document" aria-label={t('place.chat')} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
      {hasTabs && <DocumentTabs />}
      {sessionId === null ? (
        <NewChat />
      ) : (
        <OpenChat key={sessionId} sessionId={sessionId} acts={acts} target={targetOf(sessionId)} onFound={find}>
          {second !== null && <BesideChat key={second} sessionId={second} acts={acts} target={targetOf(second)} onFound={find} onClose={() => view.openChat(sessionId)} />}
        </OpenChat>
      )}
    </main>
  );
  const list = <SessionList acts={acts} onFound={find} {...(narrow ? { onOpened: closeList } : {})} />;
  return (
    <>
      {narrow ? (
        <>
          {document}
          <Drawer open={chats.open} onClose={closeList} label={t('chat.list')} from={layout === 'phone' ? 'bottom' : 'start'}>
            {list}
          </Drawer>
        </>
      ) : (
        <SplitPane
          region="start"
          size={chats.size}
          min={chats.min}
          max={chats.max}
          initial={chats.initial}
          onSize={chats.setSize}
          resizerLabel={t('frame.resizeSide')}
          sideLabel={t('chat.list')}
          sideRegion="side"
          side={chats.open ? list : null}
        >
          {document}
        </SplitPane>
      )}
      {acts.dialogs}
    </>
  );
}

interface OpenChatProps {
  readonly sessionId: string;
  readonly acts: ReturnType<typeof useSessionActs>;
  readonly target: Found | null;
  readonly onFound: (hit: SearchHit) => void;
}

function OpenChat({ sessionId, acts, target, onFound, children }: OpenChatProps & { readonly children: ReactNode }): JSX.Element {
  const t = useT();
  const session = useOpenSession(sessionId);
  const layout = useLayoutClass();
  const narrow = layout === 'narrow' || layout === 'phone';
  const panel = usePanel('chatPanel');
  const [compacting, setCompacting] = useState(false);
  const compact = useCallback(() => setCompacting(true), []);
  const closePanel = useCallback(() => panel.setOpen(false), [panel]);
  const side = <SessionPanel onClose={closePanel} onCompact={compact} />;
  const panes = (
    <SideBySide first={<ChatPane first acts={acts} target={target} onPanel={panel.toggle} panelOpen={panel.open} onCompact={compact} onFound={onFound} />} second={children} />
  );
  return (
    <SessionContext value={session}>
      <CompactContext value={compact}>
      {narrow ? (
        <>
          {panes}
          <Drawer open={panel.open} onClose={closePanel} label={t('chat.panel')} from={layout === 'phone' ? 'bottom' : 'end'}>
            {side}
          </Drawer>
        </>
      ) : (
        <SplitPane
          region="end"
          size={panel.size}
          min={panel.min}
          max={panel.max}
          initial={panel.initial}
          onSize={panel.setSize}
          resizerLabel={t('frame.resizeDetail')}
          sideLabel={t('chat.panel')}
          sideRegion="inspector"
          side={panel.open ? side : null}
        >
          {panes}
        </SplitPane>
      )}
      {compacting && <CompactionDialog onClose={() => setCompacting(false)} />}
      </CompactContext>
    </SessionContext>
  );
}

/** The second of two: no panel of its own. */
function BesideChat({ sessionId, acts, target, onFound, onClose }: OpenChatProps & { readonly onClose: () => void }): JSX.Element {
  const session = useOpenSession(sessionId);
  const [compacting, setCompacting] = useState(false);
  const compact = useCallback(() => setCompacting(true), []);
  return (
    <SessionContext value={session}>
      <CompactContext value={compact}>
      <ChatPane first={false} acts={acts} target={target} onPanel={compact} panelOpen={false} onCompact={compact} onFound={onFound} onClose={onClose} />
      {compacting && <CompactionDialog onClose={() => setCompacting(false)} />}
      </CompactContext>
    </SessionContext>
  );
}
