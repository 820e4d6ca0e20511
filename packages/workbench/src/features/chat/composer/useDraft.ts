// What is typed and not sent, by chat. Typing changes this component only; the window's view gets it a moment later and when the
// composer goes away, so that it is there again after a change of place or a restart.

import type { Draft } from '@axion/client';
import type { FilePart, ImagePart } from '@axion/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from '../../../session/context.ts';

const KEEP_AFTER_MS = 400;

export interface ComposerDraft {
  readonly text: string;
  readonly files: readonly FilePart[];
  readonly images: readonly ImagePart[];
}
const nothing: ComposerDraft = { text: '', files: [], images: [] };

/** Images are kept by Core, but a draft of them is worth nothing to another window: they live as long as the page. */
const keptImages = new Map<string, readonly ImagePart[]>();

export interface DraftState extends ComposerDraft {
  readonly change: (patch: Partial<ComposerDraft>) => void;
  readonly clear: () => void;
}

export function useDraft(sessionId: string): DraftState {
  const { view, environment } = useClient();
  const [draft, setDraft] = useState<ComposerDraft>(() => {
    const kept = view.store.getState().drafts[sessionId];
    return { text: kept?.text ?? '', files: (kept?.files ?? []).map((file) => ({ type: 'file', ...file })), images: keptImages.get(sessionId) ?? [] };
  });
  const latest = useRef(draft);
  const cancel = useRef<(() => void) | null>(null);
  const keep = useCallback(() => {
    cancel.current?.();
    cancel.current = null;
    const { text, files, images } = latest.current;
    const kept: Draft = { text, ...(files.length === 0 ? {} : { files: files.map(({ folderId, path }) => ({ folderId, path })) }) };
    view.setDraft(sessionId, kept);
    if (images.length === 0) keptImages.delete(sessionId);
    else keptImages.set(sessionId, images);
  }, [view, sessionId]);
  const put = useCallback(
    (next: ComposerDraft) => {
      latest.current = next;
      setDraft(next);
      cancel.current ??= environment.after(KEEP_AFTER_MS, keep);
    },
    [environment, keep],
  );
  useEffect(
    () => () => {
      if (cancel.current !== null) keep();
    },
    [keep],
  );
  const change = useCallback((patch: Partial<ComposerDraft>) => put({ ...latest.current, ...patch }), [put]);
  const clear = useCallback(() => put(nothing), [put]);
  return { ...draft, change, clear };
}
