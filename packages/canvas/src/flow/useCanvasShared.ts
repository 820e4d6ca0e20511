/** The stores and callbacks that the drawn things share, filled from props. The object is made once in the life of a canvas. */
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { EdgeLook, NodeView } from '../model/types.ts';
import { createEntryStore } from '../views/viewStore.ts';
import type { CanvasShared, NodeMark } from './canvasContext.ts';
import type { GraphCanvasProps } from './GraphCanvas.tsx';

const MOVING_EVERY_MS = 150;

export interface SharedCanvas {
  readonly shared: CanvasShared;
  readonly renaming: string | null;
  readonly setRenaming: (id: string | null) => void;
}

export function useCanvasShared(props: GraphCanvasProps & { readonly domId: string }, root: RefObject<HTMLElement | null>, cursor: string | null): SharedCanvas {
  const latest = useRef(props);
  latest.current = props;
  const [renaming, setRenaming] = useState<string | null>(null);
  const { domId, density, words, idle } = props;
  const [stores] = useState(() => ({ views: createEntryStore<NodeView>(), looks: createEntryStore<EdgeLook>(), marks: createEntryStore<NodeMark>() }));
  const shared = useMemo<CanvasShared>(() => ({
    ...stores, domId, density, words, idle,
    onIntent: (intent) => latest.current.onIntent(intent),
    isReadOnly: () => latest.current.readOnly,
    setRenaming: (id) => setRenaming(latest.current.readOnly ? null : id),
    takeFocus: () => root.current?.focus({ preventScroll: true }),
  }), [stores, domId, density, words, idle, root]);

  // Filled before the page is painted, and only what listens to a changed entry is drawn again.
  // The maps are the reason to look; what is shown is always the latest.
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useLayoutEffect(() => {
    const show = (): void => {
      waiting.current = undefined;
      stores.views.replace(latest.current.views);
      stores.looks.replace(latest.current.looks);
    };
    // While the view moves every change of a node costs a new picture of all; states then come a few times a second.
    if (root.current?.hasAttribute('data-moving')) waiting.current ??= setTimeout(show, MOVING_EVERY_MS);
    else {
      clearTimeout(waiting.current);
      show();
    }
  }, [stores, root, props.views, props.looks]);
  useLayoutEffect(() => () => clearTimeout(waiting.current), []);
  useLayoutEffect(() => {
    const marks = new Map<string, NodeMark>();
    if (cursor !== null) marks.set(cursor, { cursor: true });
    if (renaming !== null) marks.set(renaming, { ...marks.get(renaming), renaming: true });
    stores.marks.replace(marks);
  }, [stores, cursor, renaming]);
  return { shared, renaming, setRenaming: shared.setRenaming };
}
