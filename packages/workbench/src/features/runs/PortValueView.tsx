// A value that a port carried: shown at once when it came with its event, loaded when asked when it is kept by reference.

import type { Json } from '@axion/client';
import type { PortValue } from '@axion/protocol';
import { Button, ValueViewer } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useValueLabels } from './useValueLabels.ts';

export function PortValueView({ label, value }: { readonly label: string; readonly value: PortValue }): JSX.Element {
  const { commands } = useClient();
  const t = useT();
  const formats = useFormats();
  const labels = useValueLabels();
  const [loaded, setLoaded] = useState<{ readonly hash: string; readonly value: Json } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (value.type === 'inline') return <ValueViewer label={label} value={value.value} labels={labels} />;
  if (loaded?.hash === value.hash) return <ValueViewer label={label} value={loaded.value} labels={labels} />;
  const load = () => {
    setBusy(true);
    setError(null);
    commands
      .getValue(value.hash)
      .then((whole) => setLoaded({ hash: value.hash, value: whole }))
      .catch((reason: unknown) => setError(reasonOf(t, reason)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="flex flex-col gap-2">
      <pre className="max-h-24 overflow-hidden rounded-field border border-line-1 bg-sunken px-2 py-1.5 font-mono text-mono-small whitespace-pre-wrap text-fg-2">{value.preview}</pre>
      <div className="flex items-center gap-2 text-caption text-fg-3">
        <span>{t('run.blob', { size: formats.bytes(value.bytes) })}</span>
        <Button small busy={busy} onClick={load}>
          {t('run.load')}
        </Button>
      </div>
      {error !== null && (
        <p role="alert" className="text-st-failed">
          {error}
        </p>
      )}
    </div>
  );
}
