// A block of code that is settled: name of the language, copy, wrap. Colours come a moment later and only near the view, from a chunk
// of its own; until then, and for what is too long, it is plain.

// biome-ignore-all lint/suspicious/noArrayIndexKey: the pieces of one settled text never move, their place is their identity

import { IconButton } from '@axion/ui';
import { type JSX, memo, useEffect, useRef, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import type { Painted } from './highlight.ts';
import { CopyButton } from '../CopyButton.tsx';

const LONGEST_PAINTED = 60_000;
const LINES_FOLDED = 400;

export const CodeBlock = memo(function CodeBlock({ code, language }: { readonly code: string; readonly language: string }): JSX.Element {
  const t = useT();
  const [wrap, setWrap] = useState(false);
  const [all, setAll] = useState(false);
  const lines = all ? 0 : countLines(code);
  const shown = lines > LINES_FOLDED ? code.split('\n', LINES_FOLDED).join('\n') : code;
  const painted = usePainted(shown, language);
  return (
    <div className="group/code my-2 overflow-hidden rounded-field bg-sunken first:mt-0 last:mb-0">
      <div className="flex h-7 items-center gap-1 ps-3 pe-1 text-caption text-fg-3">
        <span className="min-w-0 flex-1 truncate font-mono">{language}</span>
        <IconButton icon="wrap-text" label={t('chat.wrap')} small pressed={wrap} onClick={() => setWrap(!wrap)} className="opacity-0 pointer-coarse:opacity-100 group-focus-within/code:opacity-100 group-hover/code:opacity-100" />
        <CopyButton text={code} label={t('chat.copyCode')} />
      </div>
      <pre tabIndex={0} className={`overflow-x-auto px-3 pb-2.5 font-mono text-mono ${wrap ? 'break-words whitespace-pre-wrap' : ''}`}>
        <code>{painted === null ? shown : painted.map((piece, index) => (piece.look === null ? piece.text : <span key={`${index}-${piece.look}`} className={piece.look}>{piece.text}</span>))}</code>
      </pre>
      {lines > LINES_FOLDED && (
        <button type="button" onClick={() => setAll(true)} className="ring-inside w-full border-t border-line-1 px-3 py-1 text-start text-small text-accent hover:underline">
          {t('chat.moreLines', { count: lines - LINES_FOLDED })}
        </button>
      )}
    </div>
  );
});

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function usePainted(code: string, language: string): readonly Painted[] | null {
  const [painted, setPainted] = useState<{ readonly code: string; readonly pieces: readonly Painted[] } | null>(null);
  const asked = useRef('');
  useEffect(() => {
    if (language === '' || code.length > LONGEST_PAINTED || asked.current === code) return;
    asked.current = code;
    let over = false;
    void import('./highlight.ts').then(({ paint }) => {
      if (over) return;
      const pieces = paint(code, language);
      if (pieces !== null) setPainted({ code, pieces });
    });
    return () => {
      over = true;
      asked.current = '';
    };
  }, [code, language]);
  return painted?.code === code ? painted.pieces : null;
}
