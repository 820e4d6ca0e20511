// A place in a chat where the searched words were found.

import type { SearchHit } from '@axion/protocol';
import { Icon } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats } from '../../../messages/context.ts';
import { snippetPieces } from './sessionGroups.ts';

export function HitRow({ hit, now, onOpen }: { readonly hit: SearchHit; readonly now: number; readonly onOpen: () => void }): JSX.Element {
  const formats = useFormats();
  return (
    <button type="button" onClick={onOpen} title={hit.title} className="ring-inside flex min-h-(--h-row-2) w-full items-start gap-2.5 px-3 py-[5px] text-start hover:bg-hover">
      <Icon name={hit.role === 'user' ? 'text-cursor-input' : 'text-quote'} size={14} className="mt-[3px] text-fg-2" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-ui font-medium">{hit.title}</span>
          <span className="shrink-0 text-caption text-fg-3">{formats.when(Date.parse(hit.timestamp), now)}</span>
        </span>
        <span className="line-clamp-2 text-small break-words text-fg-2">
          {snippetPieces(hit.snippet).map((piece, index) =>
            piece.found ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one snippet never move
              <b key={index} className="text-fg">
                {piece.text}
              </b>
            ) : (
              piece.text
            ),
          )}
        </span>
      </span>
    </button>
  );
}
