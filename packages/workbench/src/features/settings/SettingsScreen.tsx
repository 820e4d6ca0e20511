// Settings: an index with search at the left, one page at the right. No page needs a Save button.

import { Icon, SearchField, SideGroup, SidePanel, SideRow } from '@axion/ui';
import { type JSX, useMemo, useRef, useState } from 'react';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { Page } from '../../frame/Page.tsx';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { ShortcutsList } from '../help/ShortcutsList.tsx';
import { AboutPage } from './AboutPage.tsx';
import { AgentPage } from './AgentPage.tsx';
import { AllowedHosts } from './AllowedHosts.tsx';
import { AppearancePage } from './AppearancePage.tsx';
import { ChannelsPage } from './ChannelsPage.tsx';
import { EgressPage } from './EgressPage.tsx';
import { FoldersPage } from './FoldersPage.tsx';
import { ModelsPage } from './ModelsPage.tsx';
import { RunnerPage } from './RunnerPage.tsx';
import { PageHead } from './SettingRow.tsx';
import { findPages, pageFacts, pageNamed, type SettingsPage, settingsGroups, settingsPages } from './settingsIndex.ts';

export function SettingsScreen({ page: asked }: { readonly page: string | null }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const layout = useLayoutClass();
  const narrow = layout === 'narrow' || layout === 'phone';
  const [typed, setTyped] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const page = pageNamed(asked);
  const home = useWorkspace((state) => state.system?.home);
  const found = useMemo(() => findPages(typed, t), [typed, t]);
  const commands = useMemo<readonly Command[]>(
    () => [{ id: 'settings-find', label: t('settings.find'), group: 'group.list', shortcut: '/', run: () => search.current?.focus() }],
    [t],
  );
  useCommands(commands);
  const go = (next: SettingsPage) => view.go({ place: 'settings', page: next });
  const index = (
    <SidePanel
      title={t('settings.title')}
      search={<SearchField ref={search} label={t('settings.find')} shortcut="/" value={typed} onChange={setTyped} />}
      {...(home === undefined
        ? {}
        : {
            foot: (
              <div className="flex items-center gap-2 px-3 py-2 text-fg-2" title={home}>
                <Icon name="hard-drive" size={14} />
                <span className="truncate font-mono text-mono">{home}</span>
              </div>
            ),
          })}
    >
      {found.length === 0 && <p className="px-3 py-2 text-fg-2">{t('settings.none', { typed })}</p>}
      {settingsGroups.map((group) => {
        const rows = found.filter((one) => pageFacts[one.page].group === group);
        return rows.length === 0 ? null : (
          <SideGroup key={group} title={t(group)}>
            {rows.map((row) => (
              <SideRow
                key={row.page}
                icon={pageFacts[row.page].icon}
                label={t(pageFacts[row.page].label)}
                {...(row.found === null ? {} : { detail: row.found })}
                active={row.page === page}
                onSelect={() => go(row.page)}
              />
            ))}
          </SideGroup>
        );
      })}
    </SidePanel>
  );
  return (
    <Page label={t('place.settings')} panel="settingsIndex" panelLabel={t('settings.title')} region="start" beside={narrow ? null : index}>
      {narrow && (
        <nav aria-label={t('settings.title')} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line-1 bg-frame px-3 py-1.5">
          {settingsPages.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === page ? 'page' : undefined}
              onClick={() => go(one)}
              className={`flex min-h-(--h-button) shrink-0 items-center rounded-field px-2.5 text-small ${one === page ? 'bg-active font-medium text-fg' : 'text-fg-2 hover:bg-hover'}`}
            >
              {t(pageFacts[one].label)}
            </button>
          ))}
        </nav>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className={page === 'folders' || page === 'egress' ? 'max-w-[1180px] p-6' : page === 'models' ? 'max-w-[960px] p-6' : 'max-w-[760px] p-6'}>
          <PageContent page={page} />
        </div>
      </div>
    </Page>
  );
}

function PageContent({ page }: { readonly page: SettingsPage }): JSX.Element {
  const t = useT();
  switch (page) {
    case 'models':
      return <ModelsPage />;
    case 'agent':
      return <AgentPage />;
    case 'channels':
      return <ChannelsPage />;
    case 'egress':
      return (
        <>
          <EgressPage />
          <AllowedHosts />
        </>
      );
    case 'appearance':
      return <AppearancePage />;
    case 'runner':
      return <RunnerPage />;
    case 'folders':
      return <FoldersPage />;
    case 'shortcuts':
      return (
        <>
          <PageHead title={t('settings.pageShortcuts')} text={t('settings.shortcutsText')} />
          <ShortcutsList under={1} />
        </>
      );
    case 'about':
      return <AboutPage />;
  }
}
