// An image of a message. Its bytes are kept by Core as the text of a base64 string and asked for when the row is drawn.

import type { ImagePart } from '@axion/protocol';
import { Icon } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';

export function ImageView({ image }: { readonly image: ImagePart }): JSX.Element {
  const { commands } = useClient();
  const t = useT();
  const formats = useFormats();
  const [source, setSource] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let over = false;
    commands.getValue(image.hash).then(
      (value) => !over && (typeof value === 'string' ? setSource(`data:${image.mediaType};base64,${value}`) : setFailed(true)),
      () => !over && setFailed(true),
    );
    return () => {
      over = true;
    };
  }, [commands, image.hash, image.mediaType]);
  if (source === null) {
    return (
      <span className="inline-flex h-16 items-center gap-2 rounded-field border border-line-1 px-3 text-small text-fg-2">
        <Icon name="scan-text" size={14} />
        {failed ? t('chat.imageGone', { name: image.name }) : `${image.name}, ${formats.bytes(image.bytes)}`}
      </span>
    );
  }
  return <img src={source} alt={image.name} className="max-h-72 max-w-full rounded-field border border-line-1" onError={() => setFailed(true)} />;
}
