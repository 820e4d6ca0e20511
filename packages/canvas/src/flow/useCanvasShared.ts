/** The stores and callbacks that the drawn things share, filled from props. The object is made once in the life of a canvas. */
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { EdgeLook, NodeView } from '../model/types.ts';
import { createEntryStore } from '../views/viewStore.ts';
import type { CanvasShared, NodeMark } from './canvasContext.ts';
import type { GraphCanvasProps } from './GraphCanvas.tsx';

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
  useLayoutEffect(() => stores.views.replace(props.views), [stores, props.views]);
  useLayoutEffect(() => stores.looks.replace(props.looks), [stores, props.looks]);
  useLayoutEffect(() => {
    const marks = new Map<string, NodeMark>();
    if (cursor !== null) marks.set(cursor, { cursor: true });
    if (renaming !== null) marks.set(renaming, { ...marks.get(renaming), renaming: true });
    stores.marks.replace(marks);
  }, [stores, cursor, renaming]);
  return { shared, renaming, setRenaming: shared.setRenaming };
}
