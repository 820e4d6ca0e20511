// What the agent says: settled blocks as Markdown, read once; the tail as plain text with a caret until it settles.

import { type JSX, useMemo, useRef } from 'react';
import { Markdown } from '../markdown/Markdown.tsx';
import { BlockSplitter, blocksOf, openFenceOf } from '../markdown/splitBlocks.ts';
import { useMessageValue, usePart } from '../session.ts';
import { ShowMore } from './ShowMore.tsx';

/** More blocks than this at once are shown on request. */
const MOST_BLOCKS = 150;

export function TextRow({ messageId, part }: { readonly messageId: string; readonly part: number }): JSX.Element | null {
  const content = usePart(messageId, part);
  const growing = useMessageValue(messageId, (message) => message.state === 'streaming' && part === message.parts.length - 1) ?? false;
  if (content?.type !== 'text') return null;
  return <div className="py-1.5 text-prose">{growing ? <GrowingText text={content.text} /> : <SettledText text={content.text} />}</div>;
}

export function SettledText({ text }: { readonly text: string }): JSX.Element {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <ShowMore items={blocks} most={MOST_BLOCKS}>
      {(block, index) => (
        <div key={`${index}-${block.length}`} className="mt-3 first:mt-0">
          <Markdown source={block} />
        </div>
      )}
    </ShowMore>
  );
}

function GrowingText({ text }: { readonly text: string }): JSX.Element {
  const splitter = useRef<BlockSplitter>(null);
  splitter.current ??= new BlockSplitter();
  const { settled, tail } = splitter.current.read(text);
  const fence = openFenceOf(tail);
  return (
    <>
      {settled.map((block, index) => (
        // Settled blocks only grow in number: the place is the identity.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className="mt-3 first:mt-0">
          <Markdown source={block} />
        </div>
      ))}
      {fence === null ? (
        <p className="mt-3 break-words whitespace-pre-wrap first:mt-0">
          {tail.trimStart()}
          <Caret />
        </p>
      ) : (
        <div className="mt-3 overflow-hidden rounded-field bg-sunken first:mt-0">
          <div className="flex h-7 items-center px-3 font-mono text-caption text-fg-3">{fence.language}</div>
          <pre tabIndex={0} className="overflow-x-auto px-3 pb-2.5 font-mono text-mono">
            {fence.code}
            <Caret />
          </pre>
        </div>
      )}
    </>
  );
}

export function Caret(): JSX.Element {
  return <span aria-hidden className="ms-px inline-block h-[15px] w-[7px] translate-y-[2px] bg-fg" />;
}
