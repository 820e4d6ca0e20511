// A link of a model's text. It says where it goes before it opens, and opens outside of the workbench without telling where from.

import { Button, Dialog, useToasts } from '@axion/ui';
import { type JSX, type ReactNode, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import type { SafeLink } from './links.ts';

export function OutsideLink({ link, children }: { readonly link: SafeLink; readonly children: ReactNode }): JSX.Element {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <a
        href={link.href}
        rel="noopener noreferrer nofollow"
        target="_blank"
        title={link.href}
        onClick={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
        onAuxClick={(event) => event.preventDefault()}
        className="rounded-mark text-accent underline decoration-from-font underline-offset-2"
      >
        {children}
      </a>
      {asking && <LinkDialog link={link} onClose={() => setAsking(false)} />}
    </>
  );
}

function LinkDialog({ link, onClose }: { readonly link: SafeLink; readonly onClose: () => void }): JSX.Element {
  const t = useT();
  const client = useClient();
  const toasts = useToasts();
  const follow = () => {
    onClose();
    const opening = client.commands.openLink(link.href);
    if (opening === undefined) window.open(link.href, '_blank', 'noopener,noreferrer');
    else opening.catch((error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' }));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('chat.linkTitle', { host: link.host })}
      actions={
        <>
          <Button onClick={onClose}>{t('chat.linkStay')}</Button>
          <Button look="ink" trailingIcon="arrow-up-right" onClick={follow}>
            {t('chat.linkOpen')}
          </Button>
        </>
      }
    >
      <p className="mb-2">{t('chat.linkText')}</p>
      <code className="block max-h-40 overflow-y-auto rounded-field bg-sunken px-2 py-1.5 font-mono text-mono break-all text-fg">{link.href}</code>
    </Dialog>
  );
}
