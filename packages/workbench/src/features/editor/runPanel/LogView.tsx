// The log of a run: time, step, text. It stays at its end only while it is at its end; otherwise a button says that there is more.

import { Button, EmptyState, IconButton, rowOffsets, SearchField, Select, useRowWindow } from '@axion/ui';
import { type JSX, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';
import { fits, shownLine, type ShownLine } from './logLines.ts';

const ROW = 18;
const NEAR_END = 24;
const ALL = '-';
/** With wrapped lines heights are not known, so only the newest are drawn. */
const WRAPPED_MOST = 1000;

const levelClass = { debug: 'text-fg-3', info: 'text-fg', warn: 'text-st-retrying', error: 'text-st-failed' } as const;
const levelMark = { debug: '·', info: ' ', warn: '!', error: '×' } as const;

export function LogView(): JSX.Element {
  const { t, formats } = useMessages();
  const editor = useEditor();
  const run = useRun(editor.runId);
  const [typed, setTyped] = useState('');
  const [node, setNode] = useState<string | null>(null);
  const [wrap, setWrap] = useState(false);
  const [atEnd, setAtEnd] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);
  const version = run?.view.version;
  // The version stands for everything that the view says.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const lines = useMemo(() => {
    const wanted = typed.trim().toLowerCase();
    return (run?.view.log ?? []).map((line) => shownLine(line, t)).filter((line): line is ShownLine => line !== null && fits(line, wanted, node));
  }, [run, version, typed, node, t]);
  const offsets = useMemo(() => rowOffsets(lines.map(() => ROW)), [lines]);
  const window_ = useRowWindow(scroller, offsets);
  // New lines, and lines that were wrapped anew, are what it scrolls for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && atEnd) element.scrollTop = element.scrollHeight;
  }, [lines, atEnd, wrap]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for everything that the view says
  const names = useMemo(() => {
    const seen = new Set((run?.view.log ?? []).flatMap((line) => ('node' in line.event && line.event.node !== undefined ? [line.event.node] : [])));
    return [...seen].map((id) => {
      const found = editor.model.nodes.get(id);
      return { value: id, label: found === undefined ? id : titleOf(found) };
    });
  }, [run, version, editor.model]);
  if (run === null) return <EmptyState title={t('editor.noRunShown')} detail={t('editor.noRunShownDetail')} className="flex-1" />;
  const nameOf = (id: string | null): string => {
    const found = id === null ? undefined : editor.model.nodes.get(id);
    return found === undefined ? (id ?? '') : titleOf(found);
  };
  const shown = wrap ? lines.slice(-WRAPPED_MOST) : lines.slice(window_.first, window_.end);
  const dropped = run.view.logDropped + (wrap ? Math.max(0, lines.length - WRAPPED_MOST) : 0);
  return (
    <>
      <div className="flex h-9 shrink-0 items-center gap-2 px-3">
        <SearchField label={t('editor.logFind')} value={typed} onChange={setTyped} hits={String(lines.length)} className="w-56" />
        <Select sentence={t('editor.logStep')} aria-label={t('editor.logStep')} value={node ?? ALL} onChange={(next) => setNode(next === ALL ? null : next)} options={[{ value: ALL, label: t('editor.allSteps') }, ...names]} />
        {dropped > 0 && <span className="text-caption text-fg-3">{t('editor.logDropped', { count: dropped })}</span>}
        <IconButton icon="wrap-text" small label={t('editor.logWrap')} pressed={wrap} onClick={() => setWrap(!wrap)} className="ms-auto" />
      </div>
      {lines.length === 0 ? (
        <EmptyState title={run.view.log.length === 0 ? t('editor.noLog') : t('editor.logNoHits')} className="flex-1" />
      ) : (
        <div
          ref={scroller}
          role="log"
          aria-label={t('editor.logs')}
          aria-live="off"
          tabIndex={0}
          onScroll={(event) => {
            const element = event.currentTarget;
            setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END);
          }}
          className="relative min-h-0 flex-1 overflow-auto font-mono text-mono outline-offset-[-2px]"
        >
          <div style={wrap ? undefined : { height: lines.length * ROW }}>
            <div style={wrap ? undefined : { transform: `translateY(${window_.first * ROW}px)` }}>
              {shown.map((line) => (
                <div key={line.seq} data-level={line.level} className={wrap ? 'flex gap-3 px-3' : 'flex h-[18px] w-max gap-3 px-3'}>
                  <span className="shrink-0 text-fg-3 tabular-nums">{formats.clockWithSeconds(line.ts)}</span>
                  <span className="w-36 shrink-0 truncate text-fg-2" title={nameOf(line.node)}>
                    {nameOf(line.node)}
                  </span>
                  <span className={levelClass[line.level]} role="img" aria-label={t(levelName[line.level])}>
                    {levelMark[line.level]}
                  </span>
                  <span className={wrap ? 'min-w-0 break-words whitespace-pre-wrap' : 'whitespace-pre'}>{wrap ? line.text : line.text.replaceAll('\n', ' ↵ ').slice(0, 2000)}</span>
                </div>
              ))}
            </div>
          </div>
          {!atEnd && (
            <Button
              small
              icon="arrow-down"
              className="sticky bottom-2 left-full me-3 -translate-x-3"
              onClick={() => {
                setAtEnd(true);
              }}
            >
              {t('editor.newBelow')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

const levelName = { debug: 'editor.logDebug', info: 'editor.logInfo', warn: 'editor.logWarn', error: 'editor.logError' } as const;
