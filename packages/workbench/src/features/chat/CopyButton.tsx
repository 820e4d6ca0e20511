// Copies a text and says so in its own tooltip; no toast, since the person looks at it.

import { IconButton, useAnnounce } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';

const SAID_FOR_MS = 1500;

export function CopyButton({ text, label, className }: { readonly text: string | (() => string); readonly label: string; readonly className?: string }): JSX.Element {
  const { environment } = useClient();
  const t = useT();
  const announce = useAnnounce();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => {
        setCopied(true);
        announce.politely('copy', t('chat.copied'));
        environment.after(SAID_FOR_MS, () => setCopied(false));
      },
      () => announce.assertively(t('chat.notCopied')),
    );
  };
  return <IconButton icon={copied ? 'check' : 'copy'} label={copied ? t('chat.copied') : label} small onClick={copy} {...(className === undefined ? {} : { className })} />;
}
