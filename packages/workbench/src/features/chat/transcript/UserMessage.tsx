// What the person said: a block at the right, with what belonged to it. It can be said again in other words, as a branch beside it.

import type { FilePart, ImagePart, Message } from '@axion/protocol';
import { Button, Icon, IconButton, MiddleCut, TextArea, useToasts } from '@axion/ui';
import { type JSX, type KeyboardEvent, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { CopyButton } from '../CopyButton.tsx';
import { ImageView } from '../ImageView.tsx';
import { useMessage, useSession } from '../session.ts';
import { BranchSwitch } from './BranchSwitch.tsx';
import { useMessageActs } from './useMessageActs.ts';

const LONG_LETTERS = 6_000;

export function UserMessage({ messageId }: { readonly messageId: string }): JSX.Element | null {
  const t = useT();
  const message = useMessage(messageId);
  const acts = useMessageActs();
  const [editing, setEditing] = useState(false);
  if (message === undefined) return null;
  const text = textOf(message);
  const files = message.parts.filter((part): part is FilePart => part.type === 'file');
  const images = message.parts.filter((part): part is ImagePart => part.type === 'image');
  return (
    <div className="group/message pt-3">
      <div className="ps-[72px] max-sm:ps-6">
        <article aria-label={t('chat.yourMessage')} className={`rounded-card bg-hover px-3 py-2 text-prose ${message.compacted === true ? 'opacity-80' : ''}`}>
          {editing ? <EditAgain message={message} text={text} onDone={() => setEditing(false)} /> : <UserText text={text} />}
          {images.length > 0 && (
            <div className="mt-2 flex flex-wrap gap-2">
              {images.map((image) => (
                <ImageView key={image.hash} image={image} />
              ))}
            </div>
          )}
          {files.length > 0 && (
            <ul className="mt-1.5 flex flex-wrap gap-x-3 gap-y-0.5">
              {files.map((file) => (
                <li key={`${file.folderId}/${file.path}`} className="flex min-w-0 items-center gap-1.5 text-small text-fg-2">
                  <Icon name="file" size={14} />
                  <MiddleCut text={file.path} className="font-mono text-mono" />
                </li>
              ))}
            </ul>
          )}
        </article>
      </div>
      <div className="relative z-10 -mb-2.5 flex h-6 items-center justify-end gap-0.5 opacity-0 pointer-coarse:opacity-100 group-focus-within/message:opacity-100 group-hover/message:opacity-100 has-[[data-branches]]:opacity-100">
        <BranchSwitch message={message} />
        {message.pinned === true && <span className="px-1 text-caption text-fg-3">{t('chat.pinned')}</span>}
        <IconButton icon="pencil" label={t('chat.editResend')} small onClick={() => setEditing(true)} />
        <IconButton icon="git-branch" label={t('chat.forkHere')} small onClick={() => acts.fork(messageId)} />
        <IconButton icon="pin" label={message.pinned === true ? t('chat.unpinMessage') : t('chat.pinMessage')} pressed={message.pinned === true} small onClick={() => acts.pin(messageId, message.pinned !== true)} />
        <CopyButton text={text} label={t('act.copy')} />
      </div>
    </div>
  );
}

export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** As it was typed; only code between backticks is set apart. */
function UserText({ text }: { readonly text: string }): JSX.Element {
  const t = useT();
  const [all, setAll] = useState(false);
  const long = text.length > LONG_LETTERS && !all;
  const shown = long ? text.slice(0, LONG_LETTERS) : text;
  return (
    <div className="break-words whitespace-pre-wrap">
      {shown.split(/(`[^`\n]+`)/).map((piece, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
          <code key={index} className="font-mono text-mono">
            {piece.slice(1, -1)}
          </code>
        ) : (
          piece
        ),
      )}
      {long && (
        <button type="button" onClick={() => setAll(true)} className="mt-1 block text-small text-accent hover:underline">
          {t('chat.showAllLetters', { count: text.length - LONG_LETTERS })}
        </button>
      )}
    </div>
  );
}

function EditAgain({ message, text, onDone }: { readonly message: Message; readonly text: string; readonly onDone: () => void }): JSX.Element {
  const { chats } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const toasts = useToasts();
  const [draft, setDraft] = useState(text);
  const [busy, setBusy] = useState(false);
  const send = () => {
    if (draft.trim() === '' || busy) return;
    setBusy(true);
    const parts = message.parts.filter((part): part is FilePart | ImagePart => part.type === 'file' || part.type === 'image');
    chats.send(sessionId, { content: draft, parts, parentId: message.parentId ?? null }).then(onDone, (error: unknown) => {
      setBusy(false);
      toasts.show({ title: t('chat.notSent', { reason: reasonOf(t, error) }), state: 'failed' });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div onKeyDown={onKeyDown}>
      <TextArea autoFocus aria-label={t('chat.editResend')} value={draft} onChange={setDraft} className="text-prose" />
      <p className="mt-1 text-caption text-fg-3">{t('chat.editKept')}</p>
      <div className="mt-1.5 flex justify-end gap-2">
        <Button small onClick={onDone}>
          {t('act.cancel')}
        </Button>
        <Button small look="ink" shortcut="Mod+Enter" busy={busy} onClick={send}>
          {t('chat.send')}
        </Button>
      </div>
    </div>
  );
}
