// The talk, windowed: only rows near the view are in the page. It stays at its end while the person is there, stays where it is while
// they read further up (also when older messages come in above), and says when there is something new below.

import { Button, Link, Skeleton } from '@axion/ui';
import { type JSX, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { type Command, useCommands } from '../../../commands/registry.tsx';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { useSession, useSessionState } from '../session.ts';
import { type Arrival, ArrivalContext, type Found, rowWithWords } from './found.ts';
import { drawRow } from './RowView.tsx';
import type { Row } from './rows.ts';
import { useRows } from './useRows.ts';

/** Nearer than this to the end counts as at the end. */
const NEAR_END = 48;
/** Older messages are asked for before the person gets there. */
const NEAR_START = 1200;
/** The strip behind a found message is lit for so long; its bar stays. */
const LIT_MS = 2_400;
/** Whoever comes back to a chat is where they left it, not where a search once led. */
const shownBefore = new WeakSet<Found>();

export interface TranscriptProps {
  readonly label: string;
  /** This pane's commands act: of two panes only one. */
  readonly first: boolean;
  /** Grows when the person sent something: then the end is what they want to see. */
  readonly sent: number;
  /** A message to show, from a search. */
  readonly target: Found | null;
}

export function Transcript({ label, first, sent, target }: TranscriptProps): JSX.Element {
  const t = useT();
  const { environment } = useClient();
  const session = useSession();
  const rows = useRows();
  const hasOlder = useSessionState((state) => state.hasOlder);
  const atTip = useSessionState((state) => state.atTip);
  const loading = useSessionState((state) => state.loading);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const following = useRef(true);
  const hand = useHandOnScroll(scroller);
  const lastKey = rows.at(-1)?.key;
  const [away, setAway] = useState(false);
  const [news, setNews] = useState(false);
  const shift = useGrewAtStart(rows);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    // The browser stops at the end; its height need not be read for that.
    if (element !== null) element.scrollTop = 1e9;
  }, []);
  const follow = useCallback(() => {
    following.current = true;
    setAway(false);
    setNews(false);
    toEnd();
  }, [toEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are what moves the end
  useLayoutEffect(() => {
    if (following.current) toEnd();
  }, [rows, toEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another last row is the news
  useEffect(() => {
    if (!following.current) setNews(true);
  }, [lastKey]);

  const onScroll = useCallback(
    (offset: number) => {
      const handle = list.current;
      if (handle === null) return;
      const left = handle.scrollSize - offset - handle.viewportSize;
      // Rows that turn out taller than was thought move the end away, too; only the person leaves it.
      if (left < NEAR_END) following.current = true;
      else if (hand()) following.current = false;
      setAway(!following.current && left > handle.viewportSize / 2);
      if (following.current) setNews(false);
      if (!following.current && offset < NEAR_START) void session.loadOlder().catch(() => undefined);
      if (!following.current && left < NEAR_START) void session.loadNewer().catch(() => undefined);
    },
    [session, hand],
  );
  const onResize = useCallback(() => {
    if (following.current) toEnd();
  }, [toEnd]);

  const jumpTo = useCallback((index: number) => {
    following.current = false;
    list.current?.scrollToIndex(index, { align: 'start', offset: -12 });
  }, []);
  useEffect(() => {
    if (target === null || shownBefore.has(target)) return;
    void session.showAround(target.messageId).then(() => {
      shownBefore.add(target);
      following.current = false;
      requestAnimationFrame(() => setPending(target));
    });
  }, [session, target]);
  const [pending, setPending] = useState<Found | null>(null);
  const [arrival, setArrival] = useState<Arrival | null>(null);
  useEffect(() => {
    if (pending === null) return;
    const at = rowWithWords(rows, session.message(pending.messageId).get(), pending);
    const row = rows[at];
    if (row === undefined) return;
    jumpTo(at);
    setArrival({ ...pending, rowKey: row.key, fresh: true });
    setPending(null);
  }, [pending, rows, jumpTo, session]);
  const lit = arrival?.fresh === true ? arrival : null;
  useEffect(() => (lit === null ? undefined : environment.after(LIT_MS, () => setArrival((now) => (now === lit ? { ...lit, fresh: false } : now)))), [environment, lit]);

  const latest = useCallback(() => {
    setArrival(null);
    void session.showLatest().then(() => requestAnimationFrame(follow));
  }, [session, follow]);
  const sentBefore = useRef(sent);
  useEffect(() => {
    if (sentBefore.current === sent) return;
    sentBefore.current = sent;
    latest();
  }, [sent, latest]);
  const commands = useMemo<readonly Command[]>(() => {
    const own = (step: 1 | -1) => {
      const handle = list.current;
      if (handle === null) return;
      const here = handle.findItemIndex(handle.scrollOffset + 24);
      const next = step < 0 ? rows.findLastIndex((row, index) => row.kind === 'user' && index < here) : rows.findIndex((row, index) => row.kind === 'user' && index > here);
      if (next >= 0) jumpTo(next);
      else if (step > 0) follow();
    };
    return first
      ? [
          { id: 'chat-previous', label: t('chat.previousOwn'), group: 'group.chat', shortcut: 'Mod+ArrowUp', hidden: true, run: () => own(-1) },
          { id: 'chat-next', label: t('chat.nextOwn'), group: 'group.chat', shortcut: 'Mod+ArrowDown', hidden: true, run: () => own(1) },
          { id: 'chat-latest', label: t('chat.toLatest'), group: 'group.chat', shortcut: 'Mod+End', icon: 'arrow-down', run: latest },
        ]
      : [];
  }, [t, first, rows, jumpTo, follow, latest]);
  useCommands(commands);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div ref={scroller} role="region" aria-label={label} tabIndex={0} data-transcript className="min-h-0 flex-1 overflow-y-auto outline-offset-[-2px] [contain:strict] [overflow-anchor:none]">
        <div className="min-h-full">
          {hasOlder && (
            <div className="mx-auto w-full max-w-[768px] px-6 pt-3 text-center text-small">
              {loading === 'older' ? <Skeleton rows={2} label={t('loading')} /> : <Link onClick={() => void session.loadOlder().catch(() => undefined)}>{t('chat.older')}</Link>}
            </div>
          )}
          <ArrivalContext value={arrival}>
            <Virtualizer ref={list} scrollRef={scroller} data={rows as Row[]} shift={shift} bufferSize={600} onScroll={onScroll} onResize={onResize} startMargin={hasOlder ? 40 : 0}>
              {drawRow}
            </Virtualizer>
          </ArrivalContext>
          <div className="h-6 shrink-0" />
        </div>
      </div>
      {(away || !atTip) && (
        <div className="absolute bottom-3 left-1/2 flex -translate-x-1/2 rounded-chip shadow-layer">
          <Button small icon="arrow-down" onClick={latest}>
            {news || !atTip ? t('chat.newBelow') : t('chat.toLatest')}
          </Button>
        </div>
      )}
    </div>
  );
}

const HAND_MS = 300;

/** Whether the person moved the list by wheel, touch, key or scroll bar just now. */
function useHandOnScroll(scroller: RefObject<HTMLElement | null>): () => boolean {
  const last = useRef(-HAND_MS);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const touch = () => {
      last.current = performance.now();
    };
    const drag = (event: PointerEvent) => {
      if (event.buttons !== 0) touch();
    };
    const names = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
    for (const name of names) element.addEventListener(name, touch, { passive: true });
    // A drag of the scroll bar goes on outside of the list.
    window.addEventListener('pointermove', drag, { passive: true });
    return () => {
      for (const name of names) element.removeEventListener(name, touch);
      window.removeEventListener('pointermove', drag);
    };
  }, [scroller]);
  return useCallback(() => performance.now() - last.current < HAND_MS, []);
}

/** True while the rows that were there before still end the list but others came before them. */
function useGrewAtStart(rows: readonly Row[]): boolean {
  const before = useRef<{ rows: readonly Row[]; grew: boolean }>({ rows, grew: false });
  const old = before.current.rows;
  if (old !== rows) {
    const grew = rows.length > old.length && old.length > 0 && rows[0]?.key !== old[0]?.key && rows.at(-1)?.key === old.at(-1)?.key;
    before.current = { rows, grew };
  }
  return before.current.grew;
}
