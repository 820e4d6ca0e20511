// Getting the Node runtime once, with the person's consent, and how far that has come.

import { Button, Dialog, Progress } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';

export function RuntimeInstall(): JSX.Element {
  const { adapter, workspace } = useClient();
  const t = useT();
  const formats = useFormats();
  const runtime = useWorkspace((state) => state.runtime);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const install = () => {
    setAsking(false);
    setError(null);
    adapter
      .callPromise('install_runtime', { consent: true })
      .then((next) => {
        workspace.change((lists) => ({ ...lists, runtime: next }));
        return workspace.runDoctor();
      })
      .catch((reason: unknown) => setError(reasonOf(t, reason)));
  };
  if (runtime?.state === 'installing') {
    const { received = 0, total } = runtime;
    return (
      <Progress
        label={t('runtime.installing')}
        share={total === undefined || total === 0 ? null : received / total}
        detail={total === undefined ? formats.bytes(received) : t('runtime.amount', { received: formats.bytes(received), total: formats.bytes(total) })}
        className="mt-2"
      />
    );
  }
  const failure = error ?? (runtime?.state === 'failed' ? runtime.message : undefined);
  return (
    <>
      {failure !== undefined && (
        <p role="alert" className="mt-1 text-small text-st-failed">
          {t('runtime.failed', { reason: failure })}
        </p>
      )}
      <Button small className="mt-1.5 me-2" onClick={() => setAsking(true)}>
        {t('runtime.install')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('runtime.title')}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('act.cancel')}</Button>
            <Button look="ink" onClick={install}>
              {t('runtime.download')}
            </Button>
          </>
        }
      >
        {t('runtime.text')}
      </Dialog>
    </>
  );
}
