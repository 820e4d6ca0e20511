// The two live regions of the window and the function that speaks through them. Put one `LiveRegions` at the root.

import { createContext, type JSX, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { enqueue, nextAnnouncement, quietAnnouncer } from './announcer.ts';

export interface Announce {
  readonly politely: (topic: string, text: string) => void;
  /** Only for an approval and a failure. */
  readonly assertively: (text: string) => void;
}

const silent: Announce = { politely: () => undefined, assertively: () => undefined };
const AnnounceContext = createContext<Announce>(silent);

export function useAnnounce(): Announce {
  return useContext(AnnounceContext);
}

export function LiveRegions({ children }: { readonly children: ReactNode }): JSX.Element {
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  const state = useRef(quietAnnouncer);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const pump = useCallback(() => {
    timer.current = null;
    const step = nextAnnouncement(state.current, performance.now());
    state.current = step.state;
    if (step.say !== null) setPolite(step.say);
    if (step.againIn !== null) timer.current = setTimeout(pump, step.againIn);
  }, []);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  const announce = useMemo<Announce>(
    () => ({
      politely: (topic, text) => {
        state.current = enqueue(state.current, { topic, text });
        if (timer.current === null) pump();
      },
      assertively: (text) => setAssertive(text),
    }),
    [pump],
  );

  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="sr-only" aria-live="polite" aria-atomic>
        {polite}
      </div>
      <div className="sr-only" aria-live="assertive" aria-atomic>
        {assertive}
      </div>
    </AnnounceContext>
  );
}
