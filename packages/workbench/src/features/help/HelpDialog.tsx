// All shortcuts, over whatever is open.

import { Button, Dialog } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../messages/context.ts';
import { ShortcutsList } from './ShortcutsList.tsx';

export function HelpDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const t = useT();
  return (
    <Dialog open={open} onClose={onClose} title={t('help.title')} width="large" actions={<Button onClick={onClose}>{t('act.close')}</Button>}>
      <ShortcutsList under={2} />
    </Dialog>
  );
}
