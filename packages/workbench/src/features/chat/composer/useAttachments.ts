// Files and images that are put into the composer by paste or drop. An image goes to Core and becomes a part of the message; any other
// file becomes a reference, if the chat has it in one of its folders. What cannot be taken is said, with the reason.

import type { FilePart, ImagePart } from '@axion/protocol';
import { useToasts } from '@axion/ui';
import { useCallback, useState } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { base64Of, imageTypeOf, mostImageBytes } from './images.ts';

export interface Attachments {
  readonly busy: boolean;
  readonly take: (files: Iterable<File>) => void;
}

export function useAttachments(ensureSession: () => Promise<string>, onFile: (file: FilePart) => void, onImage: (image: ImagePart) => void): Attachments {
  const { chats } = useClient();
  const t = useT();
  const formats = useFormats();
  const toasts = useToasts();
  const [busy, setBusy] = useState(0);
  const takeImage = useCallback(
    async (file: File, mediaType: ImagePart['mediaType']) => {
      if (file.size > mostImageBytes) throw new Error(t('chat.imageTooLarge', { name: file.name, size: formats.bytes(mostImageBytes) }));
      const kept = await chats.putImage(await ensureSession(), await base64Of(file));
      onImage({ type: 'image', hash: kept.hash, mediaType, name: file.name.slice(0, 400), bytes: kept.bytes });
    },
    [chats, ensureSession, onImage, t, formats],
  );
  const takeFile = useCallback(
    async (file: File) => {
      const found = await chats.files(await ensureSession(), file.name);
      const fitting = found.files.filter((one) => one.path === file.name || one.path.endsWith(`/${file.name}`));
      const only = fitting[0];
      if (only === undefined) throw new Error(t('chat.fileNotGranted', { name: file.name }));
      if (fitting.length > 1) throw new Error(t('chat.fileSeveral', { count: fitting.length }));
      onFile({ type: 'file', ...only });
    },
    [chats, ensureSession, onFile, t],
  );
  const take = useCallback(
    (files: Iterable<File>) => {
      for (const file of files) {
        const type = imageTypeOf(file);
        setBusy((count) => count + 1);
        (type === null ? takeFile(file) : takeImage(file, type))
          .catch((error: unknown) => toasts.show({ title: t('chat.notAttached', { reason: reasonOf(t, error) }), state: 'failed' }))
          .finally(() => setBusy((count) => count - 1));
      }
    },
    [takeFile, takeImage, toasts, t],
  );
  return { busy: busy > 0, take };
}
