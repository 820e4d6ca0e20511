/**
 * Tells of every change of the view. React Flow's own callbacks leave some out (the first wheel event of a pan; a second listener
 * replaces the first), so the store is watched.
 */
import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';

export function useOnTransform(listener: (zoom: number) => void): void {
  const api = useStoreApi();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => api.subscribe((state, before) => {
    if (state.transform !== before.transform) latest.current(state.transform[2]);
  }), [api]);
}
