/**
 * A canvas element that is painted when asked, at most once a frame, or at most every so many milliseconds. Where the page is
 * hidden no frame comes, and nothing is painted: there is nobody to see it.
 */
import { type RefObject, useEffect, useRef } from 'react';
import { onThemeChange, type PaintColours, readColours } from './theme.ts';

export interface Painter {
  /** Ask for a repaint. */
  readonly ask: () => void;
}

export type Paint = (context: CanvasRenderingContext2D, width: number, height: number, colours: PaintColours) => void;

export function usePainter(element: RefObject<HTMLCanvasElement | null>, paint: Paint, everyMs = 0): Painter {
  const latest = useRef(paint);
  latest.current = paint;
  const askRef = useRef<() => void>(() => undefined);
  const painter = useRef<Painter>({ ask: () => askRef.current() });

  useEffect(() => {
    const canvas = element.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    let colours = readColours(canvas);
    const draw = (): void => {
      frame = 0;
      last = performance.now();
      const ratio = devicePixelRatio || 1;
      const width = canvas.clientWidth;
      const height = canvas.clientHeight;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      latest.current(context, width, height, colours);
    };
    const ask = (): void => {
      if (frame !== 0 || timer !== undefined) return;
      const wait = everyMs - (performance.now() - last);
      if (wait > 0) {
        timer = setTimeout(() => {
          timer = undefined;
          frame = requestAnimationFrame(draw);
        }, wait);
      } else frame = requestAnimationFrame(draw);
    };
    askRef.current = ask;
    const stopTheme = onThemeChange(() => {
      colours = readColours(canvas);
      ask();
    });
    const observer = new ResizeObserver(ask);
    observer.observe(canvas);
    return () => {
      askRef.current = () => undefined;
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      stopTheme();
      observer.disconnect();
    };
  }, [element, everyMs]);

  // A new render may come with new things to paint.
  useEffect(() => askRef.current());
  return painter.current;
}
