// Lines over the document that concern the whole window: a broken connection, lists that could not be read, what Core must tell.

import type { Notice } from '@axion/protocol';
import { Banner, Button } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../messages/context.ts';
import { useClient, useConnection, useWorkspace } from '../session/context.ts';
import { reasonOf } from '../session/words.ts';
import { useFreshNotices } from './useFreshNotices.ts';

const noNotices = [] as const;

/** One that is told again while it stays true is the same one. */
const keyOf = (notice: Notice): string => `${notice.code} ${notice.message}`;

export function Banners(): JSX.Element {
  const { adapter, workspace } = useClient();
  const t = useT();
  const status = useConnection((state) => state.status);
  const everReady = useConnection((state) => state.everReady);
  const failed = useWorkspace((state) => (state.status === 'failed' ? state.error : undefined));
  const notices = useWorkspace((state) => state.system?.notices ?? noNotices);
  useFreshNotices();
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const shown = notices.filter((notice) => !read.has(keyOf(notice)));
  return (
    <>
      {status.state === 'offline' && (
        <Banner
          means="failed"
          action={
            status.cause === 'unreachable' ? (
              <Button small onClick={() => adapter.reconnect()}>
                {t('connection.retry')}
              </Button>
            ) : undefined
          }
        >
          {status.cause === 'refused' ? t('connection.refused') : status.cause === 'closed' ? t('connection.closed') : everReady ? t('connection.lost') : status.reason}
        </Banner>
      )}
      {status.state === 'connecting' && everReady && <Banner means="waiting">{t('connection.lost')}</Banner>}
      {status.state === 'ready' && failed !== undefined && (
        <Banner
          means="failed"
          action={
            <Button small onClick={() => workspace.reload()}>
              {t('act.retry')}
            </Button>
          }
        >
          {t('connection.failed', { reason: reasonOf(t, failed) })}
        </Banner>
      )}
      {shown.map((notice) => (
        <Banner
          key={keyOf(notice)}
          means="waiting"
          action={
            <Button small onClick={() => setRead(new Set([...read, keyOf(notice)]))}>
              {t('act.dismiss')}
            </Button>
          }
        >
          {notice.message}
        </Banner>
      ))}
    </>
  );
}
