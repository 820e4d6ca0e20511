// Two chats with a line between them that can be moved: by the pointer, by arrow keys, reset by a double click or Enter. What is kept is the
// second one's share, so that a window that grows or shrinks keeps the proportion; each stays wide enough to read. Remembered per window.

import { Resizer } from '@axion/ui';
import { type JSX, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient, useView } from '../../session/context.ts';
import { besideWidth, EVEN, shareOf } from './besideWidth.ts';

const SHARE = 'chatBeside.share';

export interface SideBySideProps {
  readonly first: ReactNode;
  /** Nothing or `false`: the first has all the room. */
  readonly second: ReactNode;
}

export function SideBySide({ first, second }: SideBySideProps): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const formats = useFormats();
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const kept = useView((state) => state.panels[SHARE]);
  const both = second !== null && second !== undefined && second !== false;
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null || !both) return;
    const measure = () => setRoom(element.clientWidth);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [both]);
  const { size, min, max } = besideWidth(room, typeof kept === 'number' ? kept : EVEN);
  return (
    <div ref={frame} className="flex min-h-0 min-w-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1">{first}</div>
      {both && (
        <>
          <Resizer
            label={t('chat.resizeBeside')}
            aria-valuetext={t('chat.besideShare', { share: formats.number(room === 0 ? 50 : Math.round((size / room) * 100)) })}
            size={size}
            min={min}
            max={max}
            region="end"
            onSize={(next) => view.setPanel(SHARE, shareOf(room, next))}
            onReset={() => view.setPanel(SHARE, EVEN)}
          />
          <div className="flex min-h-0 shrink-0" style={{ width: size }}>
            {second}
          </div>
        </>
      )}
    </div>
  );
}
