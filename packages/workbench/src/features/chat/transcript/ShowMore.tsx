// The first of many things, and the rest when asked for.

import { Link } from '@axion/ui';
import { type JSX, type ReactNode, useState } from 'react';
import { useT } from '../../../messages/context.ts';

export interface ShowMoreProps<Item> {
  readonly items: readonly Item[];
  readonly most: number;
  readonly children: (item: Item, index: number) => ReactNode;
}

export function ShowMore<Item>({ items, most, children }: ShowMoreProps<Item>): JSX.Element {
  const t = useT();
  const [shown, setShown] = useState(most);
  return (
    <>
      {items.slice(0, shown).map(children)}
      {items.length > shown && (
        <p className="mt-2 text-small">
          <Link onClick={() => setShown(shown * 4)}>{t('chat.moreBlocks', { count: items.length - shown })}</Link>
        </p>
      )}
    </>
  );
}
