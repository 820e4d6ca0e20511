// The time as screens need it: once a second while something runs, once a minute else. It stands still while the page is hidden.

import { useEffect, useState } from 'react';
import { useClient } from './context.ts';

export function useNow(everyMs: number): number {
  const { environment } = useClient();
  const [now, setNow] = useState(() => environment.now());
  useEffect(() => {
    let cancel: (() => void) | null = null;
    const tick = () => {
      setNow(environment.now());
      cancel = document.hidden ? null : environment.after(everyMs, tick);
    };
    const wake = () => {
      if (!document.hidden && cancel === null) tick();
    };
    cancel = environment.after(everyMs, tick);
    document.addEventListener('visibilitychange', wake);
    return () => {
      cancel?.();
      document.removeEventListener('visibilitychange', wake);
    };
  }, [environment, everyMs]);
  return now;
}
