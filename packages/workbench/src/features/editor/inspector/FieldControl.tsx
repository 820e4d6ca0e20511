// The control of one field of a kind's form. Text is an edit with each letter (undo takes a whole stay in the field); what must be
// read first, such as JSON, becomes one when it can be read.

import type { GraphNode, Json } from '@axion/client';
import type { ConfigProblem, FormField } from '@axion/engine';
import { NumberField, Select, Switch, TextArea, TextField } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { ExpressionField } from './ExpressionField.tsx';
import { readJson } from './formModel.ts';
import { RowsField } from './RowsField.tsx';
import { SlotField } from './SlotField.tsx';

export interface FieldControlProps {
  readonly node: GraphNode;
  readonly field: FormField;
  readonly value: Json;
  readonly problems: readonly ConfigProblem[];
  readonly onChange: (value: Json | undefined) => void;
  /** A cell of a row has no label beside it, so it needs a name. */
  readonly name?: string;
}

export function FieldControl({ node, field, value, problems, onChange, name }: FieldControlProps): JSX.Element {
  const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
  const named = name === undefined ? {} : { 'aria-label': name };
  const placeholder = field.placeholder === undefined ? {} : { placeholder: field.placeholder };
  switch (field.control) {
    case 'number':
      return (
        <NumberField
          {...named}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
          {...(field.min === undefined ? {} : { min: field.min })}
          {...(field.max === undefined ? {} : { max: field.max })}
          {...(field.unit === undefined ? {} : { unit: field.unit })}
        />
      );
    case 'switch':
      return <Switch {...named} checked={value === true} onChange={onChange} className="self-start" />;
    case 'select':
      return (
        <Select
          {...named}
          value={text}
          onChange={onChange}
          options={(field.options ?? []).map((option) => ({ value: option.value, label: option.label, ...(option.help === undefined ? {} : { detail: option.help }) }))}
        />
      );
    case 'expression':
      return <ExpressionField node={node} value={text} onChange={onChange} {...placeholder} {...named} />;
    case 'template':
    case 'code':
      return <TextArea {...named} mono rows={field.control === 'code' ? 6 : 3} value={text} onChange={onChange} {...placeholder} />;
    case 'textarea':
      return <TextArea {...named} rows={3} value={text} onChange={onChange} {...placeholder} />;
    case 'json':
    case 'schema':
      return <JsonField {...named} rows={field.control === 'schema' ? 8 : 3} value={value} onChange={onChange} />;
    case 'slot':
      return <SlotField {...named} value={text} access={field.access ?? 'ro'} onChange={onChange} />;
    case 'rows':
      return (
        <RowsField
          field={field}
          value={value}
          problems={problems}
          onChange={onChange}
          cell={(column, content, change) => <FieldControl node={node} field={column} value={content} problems={[]} onChange={change} />}
        />
      );
    case 'datetime':
      return <TextField {...named} type="datetime-local" value={localMoment(text)} onChange={(next) => onChange(next === '' ? undefined : new Date(next).toISOString())} />;
    case 'path':
      return <TextField {...named} value={text} onChange={onChange} className="font-mono text-mono" spellCheck={false} {...placeholder} />;
    case 'text':
      return <TextField {...named} value={text} onChange={onChange} {...placeholder} />;
  }
}

/** The field of the browser shows the person's own time; the graph keeps the moment. */
function localMoment(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface JsonFieldProps {
  readonly value: Json;
  readonly rows: number;
  readonly onChange: (value: Json | undefined) => void;
  readonly 'aria-label'?: string;
}

function JsonField({ value, rows, onChange, ...named }: JsonFieldProps): JSX.Element {
  const t = useT();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? (value === null ? '' : JSON.stringify(value, null, 2));
  const broken = draft !== null && !readJson(draft).ok;
  return (
    <>
      <TextArea
        {...named}
        mono
        rows={rows}
        value={shown}
        aria-invalid={broken || undefined}
        onChange={(text) => {
          setDraft(text);
          const read = readJson(text);
          if (read.ok) onChange(read.value ?? undefined);
        }}
        onBlur={() => {
          if (!broken) setDraft(null);
        }}
      />
      {broken && (
        <span role="alert" className="text-caption text-st-failed">
          {t('editor.notJson')}
        </span>
      )}
    </>
  );
}
