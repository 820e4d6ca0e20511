// Focus after a change of place: what had it may be gone with the old screen (a row, a dialog's opener). Then the new document takes it, so
// that the next key acts where the person looks. Focus that is somewhere is never moved.

import { useEffect } from 'react';
import { useClient } from '../session/context.ts';

const LOOK_MS = 50;
/** Screens load their code on first use and dialogs close in a moment; after this long nothing more will come. */
const LOOKS = 40;
const DIALOG = '[role="dialog"]:not([data-toast], [data-closed])';

export function useKeptFocus(place: string): void {
  const { environment } = useClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place is what starts the looking
  useEffect(() => {
    let cancel: (() => void) | null = null;
    let looks = 0;
    const look = () => {
      looks += 1;
      const lost = document.activeElement === document.body && document.querySelector(DIALOG) === null;
      const target = lost ? (document.querySelector<HTMLElement>('[data-graph-canvas]') ?? document.getElementById('document')) : null;
      target?.focus({ preventScroll: true });
      // On: what stands in while a screen loads goes away with the focus.
      if (looks < LOOKS) cancel = environment.after(LOOK_MS, look);
    };
    cancel = environment.after(LOOK_MS, look);
    return () => cancel?.();
  }, [environment, place]);
}
