// What stands beside a chat: its plan, how full the model's window is, which files it changed, which folders it may use.

import { IconButton } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { ChangedFiles } from './ChangedFiles.tsx';
import { ContextMeter } from './ContextMeter.tsx';
import { FolderRows } from './FolderRows.tsx';
import { PlanList } from './PlanList.tsx';

export interface SessionPanelProps {
  readonly onClose: () => void;
  readonly onCompact: () => void;
}

export function SessionPanel({ onClose, onCompact }: SessionPanelProps): JSX.Element {
  const t = useT();
  return (
    <section aria-label={t('chat.panel')} className="flex min-h-0 flex-1 flex-col bg-frame">
      <div className="flex h-[42px] shrink-0 items-center border-b border-line-1 ps-3.5 pe-2">
        <h2 className="min-w-0 flex-1 truncate text-small font-semibold">{t('chat.panel')}</h2>
        <IconButton icon="x" label={t('chat.closePanel')} small onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <PlanList />
        <ContextMeter onCompact={onCompact} />
        <ChangedFiles />
        <FolderRows />
      </div>
    </section>
  );
}
