// Where the person writes. It knows nothing of the transcript and draws without it, so typing never waits for the list. While a turn
// runs, what is sent goes into it (Enter) or waits for the next (Alt Enter), and Esc stops it.

import type { Outgoing } from '@axion/client';
import type { ContextUse, Delivery, SessionMode } from '@axion/protocol';
import { Button, IconButton } from '@axion/ui';
import { type ClipboardEvent, type JSX, type KeyboardEvent, type Ref, useCallback, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { AttachedRow } from './AttachedRow.tsx';
import { ContextRing } from './ContextRing.tsx';
import { ModelPicker } from './ModelPicker.tsx';
import { ModePicker } from './ModePicker.tsx';
import { SuggestList } from './SuggestList.tsx';
import { slashOf, type Trigger, triggerAt } from './trigger.ts';
import { useAttachments } from './useAttachments.ts';
import { useDraft } from './useDraft.ts';
import { useSuggestions } from './useSuggestions.ts';

export interface ComposerHandle {
  readonly focus: () => void;
  readonly put: (text: string) => void;
  /** Files that were dropped beside the composer. */
  readonly take: (files: FileList) => void;
}

export interface ComposerProps {
  /** Null for the chat that begins with the first message. */
  readonly sessionId: string | null;
  readonly placeholder: string;
  readonly running: boolean;
  /** A card waits: then it owns the ink button. */
  readonly asked: boolean;
  readonly mode: SessionMode;
  readonly model: string | undefined;
  readonly context: ContextUse | undefined;
  readonly hasFolders: boolean;
  readonly onMode: (mode: SessionMode) => void;
  readonly onModel: (model: string) => void;
  readonly onFolders: () => void;
  readonly onContext: () => void;
  readonly onStop: () => void;
  /** True if it was a command and was done. */
  readonly onCommand: (name: string, rest: string) => boolean;
  readonly onSend: (message: Outgoing, delivery: Delivery | null) => Promise<void>;
  readonly ensureSession: () => Promise<string>;
  /** The person's own messages, newest first. */
  readonly history: () => readonly string[];
  readonly ref?: Ref<ComposerHandle>;
}

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

export function Composer(props: ComposerProps): JSX.Element {
  const { sessionId, running, onSend, onCommand, ensureSession } = props;
  const t = useT();
  const id = useId();
  const draft = useDraft(sessionId ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const [picking, setPicking] = useState(false);
  const [sending, setSending] = useState(false);
  const [over, setOver] = useState(false);
  const back = useRef({ at: -1, typed: '' });
  const attachments = useAttachments(
    ensureSession,
    (file) => draft.change({ files: [...draft.files.filter((one) => one.path !== file.path || one.folderId !== file.folderId), file] }),
    (image) => draft.change({ images: [...draft.images, image] }),
  );
  const suggestions = useSuggestions(sessionId, trigger);
  const { text } = draft;
  const empty = text.trim() === '' && draft.files.length === 0 && draft.images.length === 0;

  useImperativeHandle(props.ref, () => ({
    focus: () => area.current?.focus(),
    put: (next) => {
      draft.change({ text: next });
      area.current?.focus();
    },
    take: attachments.take,
  }));
  useLayoutEffect(() => {
    const element = area.current;
    if (growsByItself || element === null) return;
    element.style.height = 'auto';
    element.style.height = `${text === '' ? 0 : element.scrollHeight}px`;
  }, [text]);

  const look = (element: HTMLTextAreaElement) => {
    const next = element.selectionStart === element.selectionEnd ? triggerAt(element.value, element.selectionStart) : null;
    setTrigger(next !== null && next.kind === 'file' && !props.hasFolders ? null : next);
    setActive(0);
  };
  const send = useCallback(
    (delivery: Delivery | null) => {
      if (empty || sending || attachments.busy) return;
      const command = slashOf(text);
      if (command !== null && onCommand(command.name, command.rest)) {
        draft.clear();
        return;
      }
      setSending(true);
      onSend({ content: text.trim(), parts: [...draft.images, ...draft.files], ...(delivery === null ? {} : { delivery }) }, delivery)
        .then(
          () => draft.clear(),
          // The place that asked has said why; what was written stays.
          () => undefined,
        )
        .finally(() => {
          setSending(false);
          area.current?.focus();
        });
    },
    [empty, sending, attachments.busy, text, onCommand, onSend, draft],
  );
  const pick = (index: number) => {
    const item = suggestions.items[index];
    if (item === undefined || trigger === null) return;
    setTrigger(null);
    if (trigger.kind === 'slash') {
      if (item.id === 'model') {
        draft.change({ text: '' });
        setPicking(true);
      } else draft.change({ text: `${item.label} ` });
      return;
    }
    const file = suggestions.files[index];
    if (file === undefined) return;
    const rest = text.slice(trigger.to);
    draft.change({
      text: `${text.slice(0, trigger.from)}${file.path}${rest.startsWith(' ') ? '' : ' '}${rest}`,
      files: [...draft.files.filter((one) => one.path !== file.path), { type: 'file', ...file }],
    });
  };
  const remember = (step: 1 | -1): boolean => {
    const own = props.history();
    const at = back.current.at + step;
    if (at < -1 || at >= own.length) return at >= own.length && own.length > 0;
    if (back.current.at === -1) back.current.typed = text;
    back.current.at = at;
    draft.change({ text: at === -1 ? back.current.typed : (own[at] ?? '') });
    return true;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const count = suggestions.items.length;
    const listed = trigger !== null && count > 0;
    const caret = event.currentTarget.selectionStart;
    if (listed && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) setActive((active + (event.key === 'ArrowDown' ? 1 : -1) + count) % count);
    else if (listed && (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey && !isWhole(text, suggestions.items[active]?.label)))) pick(active);
    else if (trigger !== null && event.key === 'Escape') setTrigger(null);
    else if (event.key === 'Escape' && running) props.onStop();
    else if (event.key === 'Enter' && event.altKey && running) send('queue');
    else if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) send(running ? 'steer' : null);
    else if (event.key === 'ArrowUp' && caret === 0 && (text === '' || back.current.at >= 0)) {
      if (!remember(1)) return;
    } else if (event.key === 'ArrowDown' && back.current.at >= 0) remember(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    attachments.take(files);
  };

  return (
    <div
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        event.stopPropagation();
        attachments.take(event.dataTransfer.files);
      }}
      className={`relative rounded-container border bg-raised has-[textarea:focus-visible]:outline-2 has-[textarea:focus-visible]:outline-offset-1 has-[textarea:focus-visible]:outline-focus ${over ? 'border-accent-solid bg-accent-tint' : 'border-line-2'}`}
    >
      {trigger !== null && (suggestions.items.length > 0 || trigger.kind === 'file') && (
        <SuggestList
          id={`${id}-suggest`}
          label={trigger.kind === 'file' ? t('chat.filesToMention') : t('chat.commands')}
          items={suggestions.items}
          active={active}
          empty={t('chat.noFilesFit', { typed: trigger.query })}
          onPick={pick}
          onActive={setActive}
        />
      )}
      <AttachedRow files={draft.files} images={draft.images} onChange={draft.change} />
      <textarea
        ref={area}
        aria-label={t('chat.message')}
        aria-autocomplete="list"
        aria-controls={trigger === null ? undefined : `${id}-suggest`}
        aria-activedescendant={trigger === null || suggestions.items.length === 0 ? undefined : `${id}-suggest-${active}`}
        data-composer
        rows={1}
        spellCheck
        placeholder={props.placeholder}
        value={text}
        onChange={(event) => {
          back.current = { at: -1, typed: '' };
          draft.change({ text: event.currentTarget.value });
          look(event.currentTarget);
        }}
        onSelect={(event) => trigger !== null && look(event.currentTarget)}
        onBlur={() => setTrigger(null)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="field-sizing-content block max-h-[40vh] min-h-[38px] w-full resize-none bg-transparent px-3.5 pt-2.5 pb-1 text-prose outline-none"
      />
      <div className="@container">
        <div className="flex items-center gap-0.5 px-2 pb-2">
        <IconButton icon="folder-plus" label={t('chat.foldersOf')} tooltipSide="top" onClick={props.onFolders} />
        <ModePicker mode={props.mode} onPick={props.onMode} />
        <ModelPicker model={props.model} onPick={props.onModel} open={picking} onOpenChange={setPicking} />
        {props.context !== undefined && <ContextRing context={props.context} onOpen={props.onContext} />}
        <span className="min-w-0 flex-1" />
        {running && (
          <Button small icon="square" shortcut="Escape" onClick={props.onStop} className="me-1">
            {t('chat.stop')}
          </Button>
        )}
        {running && !empty && (
          <Button small look="ghost" shortcut="Alt+Enter" onClick={() => send('queue')} className="me-1 @max-[560px]:hidden">
            {t('chat.queueIt')}
          </Button>
        )}
        <Button small look={empty || props.asked ? 'plain' : 'ink'} disabled={empty} busy={sending} trailingIcon="arrow-up" onClick={() => send(running ? 'steer' : null)}>
          {running ? <span className="@max-[560px]:sr-only">{t('chat.addToTurn')}</span> : t('chat.send')}
        </Button>
        </div>
      </div>
    </div>
  );
}

/** A command that is typed in full is done by Enter, not completed once more. */
function isWhole(text: string, label: string | undefined): boolean {
  return label?.startsWith('/') === true && text.trim() === label;
}
