/** What the drawn things share. The object never changes during the life of a canvas, so nothing is redrawn because of it. */
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { CanvasDensity } from '../model/geometry.ts';
import type { CanvasWords } from '../model/words.ts';
import type { EdgeLook, NodeView, OnIntent } from '../model/types.ts';
import type { EntryStore } from '../views/viewStore.ts';

/** What the canvas itself marks on a node, beside selection: where the keyboard is, what was found, whether its name is edited. */
export interface NodeMark {
  readonly cursor?: boolean;
  readonly found?: boolean;
  readonly renaming?: boolean;
}

export interface CanvasShared {
  readonly domId: string;
  readonly density: CanvasDensity;
  readonly words: CanvasWords;
  readonly idle: NodeView;
  readonly views: EntryStore<NodeView>;
  readonly looks: EntryStore<EdgeLook>;
  readonly marks: EntryStore<NodeMark>;
  readonly onIntent: OnIntent;
  readonly isReadOnly: () => boolean;
  readonly setRenaming: (id: string | null) => void;
  /** Gives the keyboard back to the canvas after a field in it closed. */
  readonly takeFocus: () => void;
}

export const CanvasContext = createContext<CanvasShared | null>(null);

export function useCanvas(): CanvasShared {
  const shared = useContext(CanvasContext);
  if (shared === null) throw new Error('drawn outside of a canvas');
  return shared;
}

export function useEntry<V>(store: EntryStore<V>, id: string): V | undefined {
  const subscribe = useCallback((listener: () => void) => store.subscribe(id, listener), [store, id]);
  return useSyncExternalStore(subscribe, () => store.get(id));
}
