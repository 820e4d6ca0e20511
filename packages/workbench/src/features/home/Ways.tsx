// Three ways to begin, in one bordered row with hairlines between. Each picture is the thing itself, drawn small.

import { Button, PortShape, StateGlyph } from '@axion/ui';
import type { JSX, ReactNode } from 'react';
import { useT } from '../../messages/context.ts';

export interface WaysProps {
  readonly onChat: () => void;
  readonly onExamples: () => void;
  readonly onDraw: () => void;
}

export function Ways({ onChat, onExamples, onDraw }: WaysProps): JSX.Element {
  const t = useT();
  return (
    <section aria-label={t('home.ways')} className="grid overflow-hidden rounded-container border border-line-2 bg-raised sm:grid-cols-3">
      <Way
        title={t('home.chatTitle')}
        text={t('home.chatText')}
        picture={<TalkPicture />}
        act={
          <Button small onClick={onChat}>
            {t('command.newChat')}
          </Button>
        }
      />
      <Way
        title={t('home.drawTitle')}
        text={t('home.drawText')}
        picture={<GraphPicture />}
        act={
          <Button small onClick={onDraw}>
            {t('home.drawAct')}
          </Button>
        }
      />
      <Way
        title={t('home.exampleTitle')}
        text={t('home.exampleText')}
        picture={<ExamplePicture />}
        act={
          <Button small onClick={onExamples}>
            {t('home.exampleAct')}
          </Button>
        }
      />
    </section>
  );
}

function Way({ title, text, picture, act }: { readonly title: string; readonly text: string; readonly picture: ReactNode; readonly act: ReactNode }): JSX.Element {
  return (
    <div className="flex flex-col border-t border-line-1 p-4 first:border-t-0 sm:border-t-0 sm:border-s sm:first:border-s-0">
      <div aria-hidden className="mb-3 hidden h-16 items-center justify-center overflow-hidden rounded-field bg-frame sm:flex">
        {picture}
      </div>
      <h2 className="text-ui font-semibold">{title}</h2>
      <p className="mb-3 flex-1 text-ui text-fg-2">{text}</p>
      <div>{act}</div>
    </div>
  );
}

function Bar({ className }: { readonly className: string }): JSX.Element {
  return <span className={`h-1 rounded-full ${className}`} />;
}

function ExamplePicture(): JSX.Element {
  const row = (state: 'succeeded' | 'idle', width: string) => (
    <span className="flex h-3.5 w-44 items-center gap-1.5 rounded-mark border border-line-1 bg-raised px-1.5">
      <StateGlyph state={state} label={null} className="size-2" />
      <Bar className={`${width} bg-line-control`} />
      <Bar className="ms-auto w-6 bg-line-2" />
    </span>
  );
  return (
    <span className="flex flex-col gap-1">
      {row('succeeded', 'w-16')}
      {row('succeeded', 'w-20')}
      {row('idle', 'w-14')}
    </span>
  );
}

function Box({ chosen = false, children }: { readonly chosen?: boolean; readonly children?: ReactNode }): JSX.Element {
  return (
    <span className={`relative flex h-9 w-11 shrink-0 flex-col justify-between rounded-mark border bg-raised p-1.5 ${chosen ? 'border-accent-solid' : 'border-line-2'}`}>
      <Bar className="w-7 bg-line-control" />
      <Bar className="w-5 bg-line-2" />
      {children}
    </span>
  );
}

function GraphPicture(): JSX.Element {
  return (
    <span className="flex items-center">
      <Box />
      <PortShape type="file" label={null} className="-ms-1 scale-75" />
      <span className="h-px w-3 bg-edge" />
      <PortShape type="file" label={null} className="-me-1 scale-75" />
      <Box chosen />
      <PortShape type="object" label={null} className="-ms-1 scale-75" />
      <span className="h-px w-3 bg-edge" />
      <PortShape type="object" label={null} className="-me-1 scale-75" />
      <Box />
    </span>
  );
}

function TalkPicture(): JSX.Element {
  return (
    <span className="flex w-44 flex-col gap-1.5">
      <span className="flex h-3.5 w-24 items-center self-end rounded-mark bg-active px-1.5">
        <Bar className="w-full bg-line-control" />
      </span>
      <span className="flex items-center gap-1.5">
        <StateGlyph state="succeeded" label={null} className="size-2" />
        <Bar className="w-16 bg-line-control" />
        <Bar className="ms-auto w-6 bg-line-2" />
      </span>
      <Bar className="w-40 bg-line-2" />
      <Bar className="w-28 bg-line-2" />
    </span>
  );
}
