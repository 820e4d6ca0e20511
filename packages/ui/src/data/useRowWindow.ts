// Watches a scrolling element and tells which rows to draw. Scrolling is read once a frame.

import { type RefObject, useLayoutEffect, useState } from 'react';
import { type RowWindow, rowsInView } from './virtualRows.ts';

const SPARE = 8;

export function useRowWindow(scroller: RefObject<HTMLElement | null>, offsets: readonly number[], headHeight = 0): RowWindow {
  const [view, setView] = useState<RowWindow>(() => rowsInView(offsets, 0, 1200, SPARE));

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let frame = 0;
    const measure = () => {
      frame = 0;
      const next = rowsInView(offsets, Math.max(0, element.scrollTop - headHeight), element.clientHeight, SPARE);
      setView((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    const ask = () => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    element.addEventListener('scroll', ask, { passive: true });
    const observer = new ResizeObserver(ask);
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', ask);
      observer.disconnect();
    };
  }, [scroller, offsets, headHeight]);

  return view;
}
