// Which folder of the graph a node works with. A graph names folders; where they lie is this machine's matter, so it is shown
// below and chosen in a dialog of its own.

import { edits } from '@axion/client';
import type { Access } from '@axion/protocol';
import { Button, Link, MiddleCut, Select, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useWorkspace } from '../../../session/context.ts';
import { SlotsDialog } from '../../folders/SlotsDialog.tsx';
import { useEditor } from '../EditorContext.ts';
import { freeSlotName, slotNameProblem } from './slotNames.ts';

const NEW = '+';

export interface SlotFieldProps {
  readonly value: string;
  readonly access: Access;
  readonly onChange: (value: string | undefined) => void;
  readonly 'aria-label'?: string;
}

export function SlotField({ value, access, onChange, ...named }: SlotFieldProps): JSX.Element {
  const t = useT();
  const { model, graphId, edit } = useEditor();
  const [making, setMaking] = useState<string | null>(null);
  const [binding, setBinding] = useState(false);
  const grant = useWorkspace((state) => state.grants.find((one) => one.graphId === graphId && one.slot === value));
  const slot = model.slots.get(value);
  const problem = making === null ? null : slotNameProblem(model, making);
  const make = (): void => {
    if (making === null || problem !== null) return;
    edit(edits.putSlot(model, { id: making, access }), 'folder');
    onChange(making);
    setMaking(null);
  };
  return (
    <div className="flex flex-col gap-1.5">
      {making === null ? (
        <Select
          {...named}
          value={value === '' ? null : value}
          placeholder={t('editor.chooseFolder')}
          onChange={(next) => {
            if (next === NEW) setMaking(freeSlotName(model, access === 'rw' ? 'output' : 'files'));
            else {
              onChange(next);
              const chosen = model.slots.get(next);
              // A node that writes needs a folder that may be written to.
              if (chosen !== undefined && access === 'rw' && chosen.access === 'ro') edit(edits.putSlot(model, { ...chosen, access: 'rw' }), 'folder');
            }
          }}
          options={[
            ...[...model.slots.values()].map((one) => ({ value: one.id, label: one.id, detail: one.access === 'rw' ? t('editor.folderWrites') : t('editor.folderReads') })),
            ...(value !== '' && slot === undefined ? [{ value, label: value }] : []),
            { value: NEW, label: t('editor.folderNew') },
          ]}
        />
      ) : (
        <form
          className="flex gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          <TextField aria-label={t('editor.folderName')} value={making} onChange={setMaking} autoFocus className="min-w-0 flex-1 font-mono text-mono" maxLength={64} />
          <Button type="submit" disabled={problem !== null}>
            {t('editor.addFolder')}
          </Button>
        </form>
      )}
      {problem !== null && (
        <span role="alert" className="text-caption text-st-failed">
          {problem === 'taken' ? t('editor.folderTaken') : t('editor.folderBad')}
        </span>
      )}
      {slot !== undefined && making === null && (
        <div className="flex min-w-0 items-center gap-2 text-caption text-fg-3">
          {grant === undefined ? <span className="min-w-0 flex-1">{t('editor.folderUnbound')}</span> : <MiddleCut text={grant.path} className="min-w-0 flex-1 font-mono" />}
          <Link onClick={() => setBinding(true)}>{grant === undefined ? t('editor.folderChoose') : t('editor.folderChange')}</Link>
        </div>
      )}
      {binding && slot !== undefined && <SlotsDialog graphId={graphId} name={model.name} slots={[slot]} forRun={false} onCancel={() => setBinding(false)} onDone={() => setBinding(false)} />}
    </div>
  );
}
