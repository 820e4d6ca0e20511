// The title bar of the window: where you are, back and forward, the command field, the panels of the editor, window buttons.

import { IconButton, Icon, Kbd, TitleBar, Tooltip } from '@axion/ui';
import { type JSX, useEffect, useMemo, useState } from 'react';
import { type Command, useCommands } from '../commands/registry.tsx';
import { useT } from '../messages/context.ts';
import { useClient, useView, useWorkspace } from '../session/context.ts';
import type { LayoutClass } from './layoutClass.ts';
import { usePanel } from './panels.ts';
import type { HistorySteps } from './useHashRoute.ts';
import { titleOfChat } from '../session/words.ts';

export interface FrameTitleBarProps {
  readonly steps: HistorySteps;
  readonly layout: LayoutClass;
  readonly onPalette: () => void;
}

export function FrameTitleBar({ steps, layout, onPalette }: FrameTitleBarProps): JSX.Element {
  const { adapter } = useClient();
  const t = useT();
  const place = usePlaceName();
  const controls = useWindowControls();
  const host = adapter.window;
  const small = layout === 'narrow' || layout === 'phone';
  return (
    <div data-region="title" className="contents">
      <TitleBar
        label={t('frame.titleBar')}
        controls={adapter.capabilities.window ? controls : undefined}
        onDrag={host === undefined ? undefined : () => void host.startDragging()}
        onToggleSize={host === undefined ? undefined : () => void host.toggleMaximise()}
        start={
          <>
            {layout !== 'phone' && (
              <span className="max-w-44 truncate pe-2 text-ui font-semibold" title={place}>
                {place}
              </span>
            )}
            <IconButton icon="arrow-left" label={t('frame.back')} small disabled={!steps.canGoBack} onClick={steps.back} />
            {!small && <IconButton icon="arrow-right" label={t('frame.forward')} small disabled={!steps.canGoForward} onClick={steps.forward} />}
          </>
        }
        centre={
          small ? null : (
            <button
              type="button"
              onClick={onPalette}
              aria-haspopup="dialog"
              className={`flex h-[26px] items-center gap-2 rounded-field border border-line-2 bg-panel px-2 text-small text-fg-2 hover:bg-hover hover:text-fg ${layout === 'wide' ? 'w-[400px]' : 'w-[280px]'}`}
            >
              <Icon name="search" size={14} />
              <span className="min-w-0 flex-1 truncate text-start">{t('frame.command')}</span>
              <Kbd shortcut="Mod+K" />
            </button>
          )
        }
        end={
          <>
            {small && (
              <Tooltip label={t('command.palette')} shortcut="Mod+K">
                <button type="button" aria-label={t('command.palette')} onClick={onPalette} className="inline-flex size-(--h-icon-button) items-center justify-center rounded-field text-fg-2 hover:bg-hover hover:text-fg">
                  <Icon name="search" />
                </button>
              </Tooltip>
            )}
            <PanelToggles />
          </>
        }
      />
    </div>
  );
}

/** The name of what the document area shows; also the title of the window. */
export function usePlaceName(): string {
  const t = useT();
  const route = useView((state) => state.route);
  const chat = useWorkspace((state) => (route.place === 'chat' ? state.sessions.find((session) => session.id === route.sessionId) : undefined));
  const chatName = chat === undefined ? undefined : titleOfChat(t, chat);
  const graphName = useWorkspace((state) => (route.place === 'graph' ? state.graphs.find((graph) => graph.graphId === route.graphId)?.name : undefined));
  switch (route.place) {
    case 'home':
      return t('place.home');
    case 'graphs':
      return t('place.graphs');
    case 'graph':
      return graphName ?? t('place.graphs');
    case 'chat':
      return chatName ?? t('place.chat');
    case 'runs':
      return t('place.runs');
    case 'settings':
      return t('place.settings');
  }
}

/** Only where there are panels: in the editor and in the chat place. */
function PanelToggles(): JSX.Element | null {
  const place = useView((state) => state.route.place);
  return place === 'graph' ? <GraphPanelToggles /> : place === 'chat' ? <ChatPanelToggles /> : null;
}

function ChatPanelToggles(): JSX.Element {
  const t = useT();
  const open = useView((state) => state.route.place === 'chat' && state.route.sessionId !== undefined);
  const chats = usePanel('chats');
  const panel = usePanel('chatPanel');
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: 'panel-side', label: t('chat.list'), group: 'group.chat', icon: 'panel-left', shortcut: 'Mod+B', run: chats.toggle },
      { id: 'panel-inspector', label: t('chat.panel'), group: 'group.chat', icon: 'panel-right', shortcut: 'Mod+I', enabled: open, run: panel.toggle },
    ],
    [t, chats, panel, open],
  );
  useCommands(commands);
  return (
    <>
      <IconButton icon="panel-left" label={t('chat.list')} shortcut="Mod+B" small pressed={chats.open} onClick={chats.toggle} />
      {open && <IconButton icon="panel-right" label={t('chat.panel')} shortcut="Mod+I" small pressed={panel.open} onClick={panel.toggle} />}
    </>
  );
}

function GraphPanelToggles(): JSX.Element {
  const t = useT();
  const side = usePanel('side');
  const run = usePanel('run');
  const inspector = usePanel('inspector');
  const commands = useMemo<readonly Command[]>(() => {
    const all = side.open && run.open && inspector.open;
    const toggles: Command[] = [
      { id: 'panel-side', label: t('frame.toggleSide'), group: 'group.graph', icon: 'panel-left', shortcut: 'Mod+B', run: side.toggle },
      { id: 'panel-run', label: t('frame.toggleRun'), group: 'group.graph', icon: 'panel-bottom', shortcut: 'Mod+J', run: run.toggle },
      { id: 'panel-inspector', label: t('frame.toggleInspector'), group: 'group.graph', icon: 'panel-right', shortcut: 'Mod+I', run: inspector.toggle },
      {
        id: 'panel-all',
        label: t('frame.toggleAll'),
        group: 'group.graph',
        shortcut: 'Mod+.',
        run: () => {
          for (const panel of [side, run, inspector]) panel.setOpen(!all);
        },
      },
    ];
    return toggles;
  }, [t, side, run, inspector]);
  useCommands(commands);
  return (
    <>
      <IconButton icon="panel-left" label={t('frame.toggleSide')} shortcut="Mod+B" small pressed={side.open} onClick={side.toggle} />
      <IconButton icon="panel-bottom" label={t('frame.toggleRun')} shortcut="Mod+J" small pressed={run.open} onClick={run.toggle} />
      <IconButton icon="panel-right" label={t('frame.toggleInspector')} shortcut="Mod+I" small pressed={inspector.open} onClick={inspector.toggle} />
    </>
  );
}

function useWindowControls() {
  const { adapter } = useClient();
  const t = useT();
  const host = adapter.window;
  const [maximised, setMaximised] = useState(false);
  useEffect(() => {
    if (host === undefined) return;
    let over = false;
    let stop: (() => void) | null = null;
    const look = () => {
      void host.isMaximised().then((is) => !over && setMaximised(is));
    };
    look();
    void host.onResized(look).then((end) => {
      if (over) end();
      else stop = end;
    });
    return () => {
      over = true;
      stop?.();
    };
  }, [host]);
  if (host === undefined) return undefined;
  return {
    minimise: { label: t('frame.minimise'), act: () => void host.minimise() },
    maximise: { label: maximised ? t('frame.restore') : t('frame.maximise'), act: () => void host.toggleMaximise() },
    close: { label: t('frame.closeWindow'), act: () => void host.close() },
  };
}
