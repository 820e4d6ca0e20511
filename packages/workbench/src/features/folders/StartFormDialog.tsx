// The form of a graph's Start: one field each, with its default, before a run.

import type { Json } from '@axion/client';
import { Button, Dialog, FormRow, NumberField, Select, Switch, TextArea, TextField } from '@axion/ui';
import { type FormEvent, type JSX, useId, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { answerOf, type Draft, draftOf, type StartField } from './startFields.ts';

export interface StartFormDialogProps {
  readonly name: string;
  readonly fields: readonly StartField[];
  readonly onCancel: () => void;
  readonly onStart: (input: Json) => void;
}

export function StartFormDialog({ name, fields, onCancel, onStart }: StartFormDialogProps): JSX.Element {
  const t = useT();
  const form = useId();
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(() => new Map(fields.map((field) => [field.name, draftOf(field)])));
  const [tried, setTried] = useState(false);
  const answers = fields.map((field) => answerOf(field, drafts.get(field.name) ?? null));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const entries: [string, Json][] = [];
    for (const [index, field] of fields.entries()) {
      const answer = answers[index];
      if (answer === undefined || !answer.ok) return;
      if (answer.value !== null) entries.push([field.name, answer.value]);
    }
    onStart(Object.fromEntries(entries));
  };
  return (
    <Dialog
      open
      onClose={onCancel}
      stayOnOutsideClick
      title={t('start.title', { name })}
      actions={
        <>
          <Button onClick={onCancel}>{t('slots.dontRun')}</Button>
          <Button look="ink" type="submit" form={form}>
            {t('start.run')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-3">
        {fields.map((field, index) => {
          const answer = answers[index];
          const error = tried && answer !== undefined && !answer.ok ? (answer.problem === 'needed' ? t('start.needed', { label: field.label }) : t('start.json', { label: field.label })) : undefined;
          return (
            <FormRow key={field.name} label={field.label} help={field.help} error={error} required={field.required}>
              <FieldInput field={field} draft={drafts.get(field.name) ?? null} onDraft={(draft) => setDrafts(new Map([...drafts, [field.name, draft]]))} />
            </FormRow>
          );
        })}
      </form>
    </Dialog>
  );
}

function FieldInput({ field, draft, onDraft }: { readonly field: StartField; readonly draft: Draft; readonly onDraft: (draft: Draft) => void }): JSX.Element {
  if (field.type === 'bool') return <Switch checked={draft === true} onChange={onDraft} />;
  if (field.type === 'number') return <NumberField value={typeof draft === 'number' ? draft : null} onChange={onDraft} />;
  const text = typeof draft === 'string' ? draft : '';
  if (field.options.length > 0) return <Select value={text === '' ? null : text} onChange={onDraft} options={field.options.map((option) => ({ value: option, label: option }))} />;
  if (field.type === 'text') return <TextField value={text} onChange={onDraft} />;
  return <TextArea value={text} onChange={onDraft} mono rows={4} />;
}
