// One call of a tool: state, what it did to what, how long; below it its output or its change, folded. While it runs, what it says.

import type { PortValue, ToolPart } from '@axion/protocol';
import { Icon, type IconName, Link, type RunState, StateGlyph } from '@axion/ui';
import { type JSX, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { stateWord } from '../../../session/words.ts';
import { useClient } from '../../../session/context.ts';
import { DiffView } from '../DiffView.tsx';
import { useSession } from '../session.ts';
import { OutputWell } from './OutputWell.tsx';
import { useKeptOpen } from './useKeptOpen.ts';

const glyphs: Readonly<Record<ToolPart['state'], RunState>> = {
  running: 'running', waiting: 'waiting', succeeded: 'succeeded', failed: 'failed', refused: 'cancelled', cancelled: 'cancelled', unknown: 'failed',
};
const icons: Readonly<Record<string, IconName>> = {
  read_file: 'file-text', list_files: 'folder-open', search_files: 'search', search: 'search', write_file: 'file-input', edit_file: 'pencil', update_todos: 'list-checks',
  run_graph: 'workflow', recall: 'history', ask_person: 'circle-question-mark',
};

export function ToolRow({ tool, messageId }: { readonly tool: ToolPart; readonly messageId: string }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const { view } = useClient();
  const live = useLiveOutput(tool);
  const [verb, target] = splitTitle(tool);
  const changed = (tool.changes ?? []).length > 0 && tool.state !== 'waiting';
  const hasMore = tool.output !== undefined || tool.error !== undefined || changed || live !== null;
  const [open, setOpen] = useKeptOpen(`${messageId}:t${tool.callId}`, tool.state === 'failed' || tool.state === 'unknown' || (changed && tool.state === 'succeeded') || tool.state === 'running');
  const right = tool.state === 'succeeded' || tool.state === 'failed' ? (tool.ms === undefined ? '' : formats.duration(tool.ms)) : t(`chat.tool.${tool.state}`);
  return (
    <div className="py-1.5" data-tool={tool.tool}>
      <button
        type="button"
        aria-expanded={hasMore ? open : undefined}
        disabled={!hasMore}
        onClick={() => setOpen(!open)}
        className="-mx-1 flex min-h-6 w-[calc(100%+8px)] items-center gap-2 rounded-mark px-1 text-start text-ui enabled:hover:bg-hover"
      >
        <StateGlyph state={glyphs[tool.state]} label={tool.state === 'unknown' ? t('chat.tool.unknown') : stateWord(t, glyphs[tool.state])} turning={tool.state === 'running'} />
        <Icon name={icons[tool.tool] ?? 'plug'} size={14} className="text-fg-2" />
        <span className="shrink-0 font-semibold max-sm:shrink max-sm:truncate">{verb}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-mono text-fg-2" title={target}>
          {target}
        </span>
        <span className="shrink-0 text-small text-fg-3 tabular-nums">{right}</span>
      </button>
      {open && hasMore && (
        <div className="mt-1.5 flex flex-col gap-2 ps-[22px] max-sm:ps-0">
          {tool.error !== undefined && (
            <p className="text-small break-words text-fg-2">
              {tool.error.message} {tool.error.hint}
            </p>
          )}
          {changed ? tool.changes?.map((change) => <DiffView key={`${change.folderId}/${change.path}`} change={change} />) : tool.output !== undefined && <ToolOutput output={tool.output} tool={tool.tool} />}
          {live !== null && <OutputWell text={live} live />}
          {tool.runId !== undefined && (
            <p className="text-small">
              <Link onClick={() => view.go({ place: 'runs', runId: tool.runId ?? '' })}>{t('chat.openRun')}</Link>
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function useLiveOutput(tool: ToolPart): string | null {
  const session = useSession();
  const cell = useMemo(() => session.output(tool.callId), [session, tool.callId]);
  const live = useSyncExternalStore(cell.subscribe, cell.get);
  return live === undefined || live.text === '' || tool.state !== 'running' ? null : live.text;
}

/** "Edit tools/match.js" → the verb, and what it is done to. */
function splitTitle(tool: ToolPart): readonly [verb: string, target: string] {
  const at = tool.title.indexOf(' ');
  return at < 0 || tool.tool === 'update_todos' ? [tool.title, ''] : [tool.title.slice(0, at), tool.title.slice(at + 1)];
}

function ToolOutput({ output, tool }: { readonly output: PortValue; readonly tool: string }): JSX.Element {
  const t = useT();
  const { commands } = useClient();
  const formats = useFormats();
  const [whole, setWhole] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another output is another thing to load
  useEffect(() => setWhole(null), [output]);
  if (output.type === 'inline') return <OutputWell text={wordsOf(output.value)} />;
  return (
    <>
      <OutputWell text={whole ?? output.preview} cut={whole === null} />
      {whole === null && (
        <p className="text-small">
          {failed ? (
            t('chat.outputGone')
          ) : (
            <Link
              aria-label={t('chat.loadOutputOf', { tool })}
              onClick={() =>
                commands.getValue(output.hash).then(
                  (value) => setWhole(wordsOf(value)),
                  () => setFailed(true),
                )
              }
            >
              {t('chat.loadOutput', { size: formats.bytes(output.bytes) })}
            </Link>
          )}
        </p>
      )}
    </>
  );
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
