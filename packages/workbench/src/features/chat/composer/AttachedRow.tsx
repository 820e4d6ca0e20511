// What goes with the message: references to files, and images.

import type { FilePart, ImagePart } from '@axion/protocol';
import { Chip } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import type { ComposerDraft } from './useDraft.ts';

export interface AttachedRowProps {
  readonly files: readonly FilePart[];
  readonly images: readonly ImagePart[];
  readonly onChange: (patch: Partial<ComposerDraft>) => void;
}

export function AttachedRow({ files, images, onChange }: AttachedRowProps): JSX.Element | null {
  const t = useT();
  if (files.length === 0 && images.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-1.5 px-3 pt-2.5">
      {images.map((image) => (
        <Chip key={image.hash} icon="scan-text" onRemove={() => onChange({ images: images.filter((one) => one !== image) })} removeLabel={t('chat.detach', { name: image.name })}>
          {image.name}
        </Chip>
      ))}
      {files.map((file) => (
        <Chip key={`${file.folderId}/${file.path}`} icon="file" onRemove={() => onChange({ files: files.filter((one) => one !== file) })} removeLabel={t('chat.detach', { name: file.path })}>
          {file.path}
        </Chip>
      ))}
    </div>
  );
}
