// The words of the value viewer.

import type { ValueViewerLabels } from '@axion/ui';
import { useMemo } from 'react';
import { useT } from '../../messages/context.ts';

export function useValueLabels(): ValueViewerLabels {
  const t = useT();
  return useMemo(
    () => ({
      looks: t('value.looks'),
      look: { tree: t('value.tree'), table: t('value.table'), text: t('value.text'), raw: t('value.raw') },
      keys: (count) => t('value.keys', { count }),
      items: (count) => t('value.items', { count }),
      leftOut: (count) => t('value.leftOut', { count }),
      moreRows: (count) => t('value.moreRows', { count }),
      moreCharacters: (count) => t('value.moreCharacters', { count }),
      tooDeep: t('value.tooDeep'),
    }),
    [t],
  );
}
