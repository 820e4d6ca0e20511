// The graph itself, when nothing is selected: its name and description, the folders it names with where they lie on this machine, and
// what it asks for before a run.

import { edits } from '@axion/client';
import { registry } from '@axion/engine';
import type { Slot } from '@axion/protocol';
import { Button, FormRow, Icon, IconButton, Link, MiddleCut, Segmented, Text, TextArea, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useWorkspace } from '../../../session/context.ts';
import { SlotsDialog } from '../../folders/SlotsDialog.tsx';
import { startFieldsOf } from '../../folders/startFields.ts';
import { useEditor } from '../EditorContext.ts';
import type { EditorActs } from '../useEditorActs.ts';
import { freeSlotName, slotNameProblem } from './slotNames.ts';
import { TitleInput } from './TitleInput.tsx';

export function GraphProperties({ acts }: { readonly acts: EditorActs }): JSX.Element {
  const t = useT();
  const { model, edit, graph } = useEditor();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto" onBlur={() => graph.endGesture()}>
      <header className="flex items-start gap-2 border-b border-line-1 ps-3.5 pe-2 pt-2.5 pb-2.5">
        <Icon name="workflow" className="mt-[5px] text-fg-2" />
        <div className="min-w-0 flex-1">
          <TitleInput title={model.name} label={t('editor.name')} onTitle={(name) => edit(edits.renameGraph(name), 'rename')} />
          <div className="truncate px-1 text-caption text-fg-3">
            {t('editor.nodeCount', { count: model.nodes.size })}
          </div>
        </div>
      </header>
      <div className="p-3.5">
        <FormRow label={t('editor.description')}>
          <TextArea
            rows={3}
            maxLength={4000}
            value={model.description ?? ''}
            onChange={(text) => edit(edits.describeGraph(text === '' ? undefined : text), 'describe', 'description')}
          />
        </FormRow>
      </div>
      <Folders acts={acts} />
      <RunInput />
    </div>
  );
}

function Folders({ acts }: { readonly acts: EditorActs }): JSX.Element {
  const t = useT();
  const { model, edit } = useEditor();
  const [making, setMaking] = useState<string | null>(null);
  const problem = making === null ? null : slotNameProblem(model, making);
  return (
    <section aria-label={t('editor.folders')} className="border-t border-line-1 px-3.5 py-3">
      <div className="flex items-center gap-2 pb-1">
        <Text as="h3" type="section" className="flex-1">
          {t('editor.folders')}
        </Text>
        {model.slots.size > 1 && <Link onClick={acts.bindFolders}>{t('editor.folderChoose')}</Link>}
      </div>
      {model.slots.size === 0 && <p className="pb-2 text-fg-2">{t('editor.noFolders')}</p>}
      <ul className="flex flex-col">
        {[...model.slots.values()].map((slot) => (
          <FolderRow key={slot.id} slot={slot} />
        ))}
      </ul>
      {making === null ? (
        <Button small icon="plus" className="mt-2" onClick={() => setMaking(freeSlotName(model, 'files'))}>
          {t('editor.addFolder')}
        </Button>
      ) : (
        <form
          className="mt-2 flex gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            if (problem !== null) return;
            edit(edits.putSlot(model, { id: making, access: 'ro' }), 'folder');
            setMaking(null);
          }}
        >
          <TextField aria-label={t('editor.folderName')} value={making} onChange={setMaking} autoFocus maxLength={64} className="min-w-0 flex-1 font-mono text-mono" />
          <Button type="submit" disabled={problem !== null}>
            {t('editor.addFolder')}
          </Button>
        </form>
      )}
      {problem !== null && (
        <p role="alert" className="pt-1 text-caption text-st-failed">
          {problem === 'taken' ? t('editor.folderTaken') : t('editor.folderBad')}
        </p>
      )}
    </section>
  );
}

function FolderRow({ slot }: { readonly slot: Slot }): JSX.Element {
  const t = useT();
  const { graphId, model, edit } = useEditor();
  const grant = useWorkspace((state) => state.grants.find((one) => one.graphId === graphId && one.slot === slot.id));
  const [binding, setBinding] = useState(false);
  return (
    <li data-slot={slot.id} className="flex flex-col gap-1 border-b border-line-1 py-2 last:border-0">
      <div className="flex items-center gap-2">
        <Icon name="folder" size={14} className="text-fg-2" />
        <code className="min-w-0 flex-1 truncate font-mono text-mono">{slot.id}</code>
        <IconButton icon="x" small label={t('editor.folderRemove', { slot: slot.id })} onClick={() => edit(edits.removeSlot(slot.id), 'folder')} />
      </div>
      <div className="ps-[22px]">
        <Segmented
          aria-label={t('editor.folderAccess', { slot: slot.id })}
          value={slot.access}
          onChange={(access) => edit(edits.putSlot(model, { ...slot, access }), 'folder')}
          options={[
            { value: 'ro', label: t('editor.folderReads') },
            { value: 'rw', label: t('editor.folderWrites') },
          ]}
        />
      </div>
      <div className="flex min-w-0 items-center gap-2 ps-[22px] text-caption text-fg-3">
        {grant === undefined ? <span className="flex-1">{t('editor.folderUnbound')}</span> : <MiddleCut text={grant.path} className="min-w-0 flex-1 font-mono" />}
        {grant?.missing === true && <span className="text-st-failed">{t('editor.folderMissing')}</span>}
        <Link onClick={() => setBinding(true)}>{grant === undefined ? t('editor.folderChoose') : t('editor.folderChange')}</Link>
      </div>
      {binding && <SlotsDialog graphId={graphId} name={model.name} slots={[slot]} forRun={false} onCancel={() => setBinding(false)} onDone={() => setBinding(false)} />}
    </li>
  );
}

function RunInput(): JSX.Element {
  const t = useT();
  const editor = useEditor();
  const start = [...editor.model.nodes.values()].find((node) => node.kind === 'start');
  const fields = startFieldsOf(editor.model.nodes.values());
  const kind = registry.get('start');
  return (
    <section aria-label={t('editor.runInput')} className="border-t border-line-1 px-3.5 py-3">
      <Text as="h3" type="section" className="block pb-1">
        {t('editor.runInput')}
      </Text>
      {fields.length === 0 && <p className="pb-2 text-fg-2">{t('editor.noRunInput')}</p>}
      <ul>
        {fields.map((field) => (
          <li key={field.name} className="flex min-h-6 items-center gap-2">
            <code className="font-mono text-mono">{field.name}</code>
            <span className="min-w-0 flex-1 truncate text-fg-2">{field.label}</span>
            <span className="shrink-0 text-caption text-fg-3">{field.required ? t('editor.required') : field.type}</span>
          </li>
        ))}
      </ul>
      {start !== undefined ? (
        <Link onClick={() => editor.show(start.id)}>{t('editor.editFields')}</Link>
      ) : (
        kind !== undefined && (
          <Button small icon="plus" onClick={() => editor.insertKind(kind)}>
            {t('editor.addStart')}
          </Button>
        )
      )}
    </section>
  );
}
