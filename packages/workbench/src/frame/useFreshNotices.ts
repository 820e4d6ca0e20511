// What Core must tell comes with its description of itself. While something runs that may come to stand still (a full disk), that is read
// anew now and then, and until nothing stands still any more.

import { useEffect } from 'react';
import { useClient, useConnection, useWorkspace } from '../session/context.ts';
import { isLive } from '../session/words.ts';

const AGAIN_MS = 8_000;

export function useFreshNotices(): void {
  const { workspace, environment } = useClient();
  const ready = useConnection((state) => state.status.state === 'ready');
  const busy = useWorkspace(
    (state) =>
      state.runs.some(isLive) ||
      state.sessions.some((session) => session.state === 'running') ||
      (state.system?.notices.some((notice) => notice.code.endsWith('stands_still')) ?? false),
  );
  useEffect(() => {
    if (!ready || !busy) return;
    let cancel: (() => void) | null = null;
    const again = () => {
      cancel = environment.after(AGAIN_MS, () => {
        void workspace.reloadSystem().finally(again);
      });
    };
    again();
    return () => cancel?.();
  }, [workspace, environment, ready, busy]);
}
