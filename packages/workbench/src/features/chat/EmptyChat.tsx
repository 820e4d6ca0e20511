// A chat in which nothing was said: three lines to begin with, and, where no model is there, the demo agent by its name.

import { Button, Icon, Link } from '@axion/ui';
import { type JSX, useEffect } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';

export interface EmptyChatProps {
  readonly model: string | undefined;
  readonly hasFolders: boolean;
  readonly onLine: (line: string) => void;
  readonly onFolders: () => void;
}

const withFolder = ['chat.line.look', 'chat.line.explain', 'chat.line.change'] as const;
/** The demo agent knows a few words only; these begin with them. */
const demoWithFolder = ['chat.line.demoLook', 'chat.line.demoEdit', 'chat.line.demoPlan'] as const;
const demoWithoutFolder = ['chat.line.demoPlan', 'chat.line.demoAsk', 'chat.line.demoHelp'] as const;
const withoutFolder = ['chat.line.plan', 'chat.line.graph', 'chat.line.ask'] as const;

export function EmptyChat({ model, hasFolders, onLine, onFolders }: EmptyChatProps): JSX.Element {
  const { models, view } = useClient();
  const t = useT();
  useEffect(() => void models.load(), [models]);
  const known = useStore(models.store, (state) => state.models);
  const ready = useStore(models.store, (state) => state.status === 'ready');
  const onlyDemo = ready && !known.some((one) => !one.demo);
  const demo = onlyDemo || (known.find((one) => one.id === model)?.demo ?? false);
  const lines = demo ? (hasFolders ? demoWithFolder : demoWithoutFolder) : hasFolders ? withFolder : withoutFolder;
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-y-auto px-6 py-6">
      <div className="w-full max-w-[560px]">
        <h2 className="mb-3 text-display">{t('chat.emptyTitle')}</h2>
        {demo && (
          <div role="status" className="mb-4 flex items-start gap-2.5 rounded-card border border-line-1 px-3 py-2.5 text-ui">
            <Icon name="bot" size={16} className="mt-0.5 text-fg-2" />
            <div className="min-w-0 flex-1">
              <p className="font-medium">{t('models.demoTitle')}</p>
              <p className="text-fg-2">{onlyDemo ? t('chat.onlyDemo') : t('chat.demoChosen')}</p>
              <p className="mt-1 text-small">
                <Link onClick={() => view.go({ place: 'settings', page: 'models' })}>{t('chat.findModels')}</Link>
              </p>
            </div>
          </div>
        )}
        <ul className="border-t border-line-1">
          {lines.map((line) => (
            <li key={line} className="border-b border-line-1">
              <button type="button" onClick={() => onLine(t(line))} className="ring-inside flex min-h-(--h-row) w-full items-center gap-2.5 px-1 text-start hover:bg-hover">
                <Icon name="corner-down-left" size={14} className="text-fg-3" />
                <span className="min-w-0 flex-1">{t(line)}</span>
              </button>
            </li>
          ))}
        </ul>
        {!hasFolders && (
          <div className="mt-4 flex flex-wrap items-center gap-3">
            <Button icon="folder-plus" onClick={onFolders}>
              {t('chat.chooseFolder')}
            </Button>
            <span className="min-w-48 flex-1 text-small text-fg-2">{t('chat.chooseFolderText')}</span>
          </div>
        )}
      </div>
    </div>
  );
}
