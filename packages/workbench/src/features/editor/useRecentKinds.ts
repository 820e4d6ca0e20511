// The kinds that were put into graphs lately, remembered with the panels of the window.

import { useCallback, useMemo } from 'react';
import { useClient, useView } from '../../session/context.ts';
import { withRecent } from './model/palette.ts';

const KEY = 'editor.recentKinds';

export function useRecentKinds(): readonly [recent: readonly string[], used: (kind: string) => void] {
  const { view } = useClient();
  const kept = useView((state) => state.panels[KEY]);
  const recent = useMemo(() => (typeof kept === 'string' && kept !== '' ? kept.split(' ') : []), [kept]);
  const used = useCallback(
    (kind: string) => {
      const now = view.store.getState().panels[KEY];
      view.setPanel(KEY, withRecent(typeof now === 'string' && now !== '' ? now.split(' ') : [], kind).join(' '));
    },
    [view],
  );
  return [recent, used];
}
