// Binds the slots of a graph to folders of this machine. A graph names folders, never places; rights are given here and can be
// less than it asks for.

import type { Access, Slot } from '@axion/protocol';
import { Button, Checkbox, Dialog, FormRow, Segmented, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { FolderPicker } from './FolderPicker.tsx';
import { offeredFolders } from './offeredFolders.ts';

interface Binding {
  readonly path: string;
  readonly access: Access;
}

export interface SlotsDialogProps {
  readonly graphId: string;
  readonly name: string;
  readonly slots: readonly Slot[];
  /** The answer goes on to a run. */
  readonly forRun: boolean;
  readonly onCancel: () => void;
  readonly onDone: () => void;
}

export function SlotsDialog({ graphId, name, slots, forRun, onCancel, onDone }: SlotsDialogProps): JSX.Element {
  const { commands, environment } = useClient();
  const t = useT();
  const grants = useWorkspace((state) => state.grants);
  const [bindings, setBindings] = useState<ReadonlyMap<string, Binding>>(() => {
    const offered = offeredFolders(environment.storage, graphId);
    return new Map(
      slots.map((slot) => {
        const known = grants.find((grant) => grant.graphId === graphId && grant.slot === slot.id) ?? offered.find((one) => one.slot === slot.id);
        return [slot.id, { path: known?.path ?? '', access: known?.access ?? slot.access }];
      }),
    );
  });
  const [create, setCreate] = useState(true);
  const [picking, setPicking] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const bind = (slot: string, change: Partial<Binding>) => {
    const old = bindings.get(slot) ?? { path: '', access: 'ro' };
    setBindings(new Map([...bindings, [slot, { ...old, ...change }]]));
    setErrors(new Map([...errors].filter(([other]) => other !== slot)));
  };
  const allow = async () => {
    setTried(true);
    if (slots.some((slot) => bindings.get(slot.id)?.path.trim() === '')) return;
    setBusy(true);
    const failed = new Map<string, string>();
    for (const slot of slots) {
      const binding = bindings.get(slot.id);
      if (binding === undefined) continue;
      try {
        await commands.setGrant({ graphId, slot: slot.id, path: binding.path.trim(), access: binding.access, create: create && binding.access === 'rw' });
      } catch (error) {
        failed.set(slot.id, t('slots.failed', { slot: slot.id, reason: reasonOf(t, error) }));
      }
    }
    setBusy(false);
    setErrors(failed);
    if (failed.size === 0) onDone();
  };
  return (
    <Dialog
      open
      onClose={onCancel}
      stayOnOutsideClick
      title={t('slots.title', { name })}
      width="large"
      actions={
        <>
          <Button onClick={onCancel}>{forRun ? t('slots.dontRun') : t('act.cancel')}</Button>
          <Button look="ink" busy={busy} onClick={() => void allow()}>
            {forRun ? t('slots.grant', { count: slots.length }) : t('slots.grantOnly', { count: slots.length })}
          </Button>
        </>
      }
    >
      <p className="mb-4">{t('slots.text')}</p>
      <div className="flex flex-col gap-4">
        {slots.map((slot) => {
          const binding = bindings.get(slot.id) ?? { path: '', access: slot.access };
          const error = errors.get(slot.id) ?? (tried && binding.path.trim() === '' ? t('slots.needed', { slot: slot.id }) : undefined);
          const asks = slot.access === 'rw' ? t('slots.asksRw') : t('slots.asksRo');
          return (
            <div key={slot.id} data-slot={slot.id}>
              <FormRow
                label={slot.id}
                error={error}
                help={slot.access === 'rw' && binding.access === 'ro' ? t('slots.roTooLittle') : slot.description === undefined ? asks : `${slot.description} ${asks}`}
              >
                <div className="flex flex-wrap items-center gap-2">
                  <TextField mono value={binding.path} onChange={(path) => bind(slot.id, { path })} placeholder={t('slots.placeholder')} className="min-w-56 flex-1" />
                  <Button onClick={() => setPicking(slot.id)}>{t('slots.choose')}</Button>
                  <Segmented
                    aria-label={t('slots.access', { slot: slot.id })}
                    value={binding.access}
                    onChange={(access) => bind(slot.id, { access })}
                    options={[
                      { value: 'ro', label: t('slots.ro') },
                      { value: 'rw', label: t('slots.rw') },
                    ]}
                  />
                </div>
              </FormRow>
            </div>
          );
        })}
      </div>
      {[...bindings.values()].some((binding) => binding.access === 'rw') && <Checkbox checked={create} onChange={setCreate} label={t('slots.create')} className="mt-3" />}
      {picking !== null && (
        <FolderPicker
          start={bindings.get(picking)?.path ?? ''}
          onCancel={() => setPicking(null)}
          onPick={(path) => {
            bind(picking, { path });
            setPicking(null);
          }}
        />
      )}
    </Dialog>
  );
}
