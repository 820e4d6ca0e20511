// An expression, with the names that it can use as buttons below: inputs of the node, and what the run was started with. The name
// under the caret is completed by Tab, so that the keyboard alone is enough.

import type { GraphNode } from '@axion/client';
import { TextArea } from '@axion/ui';
import { type JSX, type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { startFieldsOf } from '../../folders/startFields.ts';
import { useRun } from '../../../session/context.ts';
import { useEditor } from '../EditorContext.ts';
import { completions, namesFor, wordAt } from './expressionNames.ts';

export interface ExpressionFieldProps {
  readonly node: GraphNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly 'aria-label'?: string;
}

const SHOWN = 8;
/** An expression is mostly one line; the field grows with it. */
const ONE_LINE = { minHeight: 'var(--h-field)', paddingBlock: 4 } as const;

export function ExpressionField({ node, value, onChange, ...rest }: ExpressionFieldProps): JSX.Element {
  const t = useT();
  const { model, runId } = useEditor();
  const run = useRun(runId);
  const wrap = useRef<HTMLDivElement>(null);
  const listId = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const names = useMemo(() => {
    const last = (id: string, port: string) => run?.view.node(id)?.last.outputs?.[port];
    return namesFor(model, node, startFieldsOf(model.nodes.values()).map((field) => field.name), last);
    // The values come from the run; its version changes with each event, which is more often than names change, but this is cheap.
  }, [model, node, run]);
  const word = caret === null ? null : wordAt(value, caret);
  const offered = caret === null ? [] : completions(names, word?.text ?? '').slice(0, SHOWN);
  const insert = (name: string): void => {
    const area = wrap.current?.querySelector('textarea');
    const at = area?.selectionStart ?? value.length;
    const current = wordAt(value, at);
    const next = value.slice(0, current.from) + name + value.slice(at);
    onChange(next);
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(current.from + name.length, current.from + name.length);
      setCaret(current.from + name.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const first = offered[0];
    // Tab completes only a word that was begun; otherwise it goes on to the next field as ever.
    if (event.key !== 'Tab' || event.shiftKey || first === undefined || word === null || word.text === '' || first === word.text) return;
    event.preventDefault();
    insert(first);
  };
  return (
    <div ref={wrap} className="flex min-w-0 flex-col gap-1">
      <TextArea
        {...rest}
        mono
        rows={1}
        style={ONE_LINE}
        value={value}
        onChange={(next) => onChange(next)}
        onKeyDown={onKeyDown}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={(event) => {
          if (!wrap.current?.contains(event.relatedTarget)) setCaret(null);
        }}
        {...(offered.length > 0 ? { 'aria-controls': listId } : {})}
      />
      {offered.length > 0 && (
        <div id={listId} role="group" aria-label={t('editor.knownNames')} className="flex flex-wrap gap-1">
          {offered.map((name) => (
            <button
              key={name}
              type="button"
              title={t('editor.insertName', { name })}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => insert(name)}
              className="h-5 rounded-chip bg-hover px-1.5 font-mono text-mono-small text-fg-2 hover:bg-active hover:text-fg"
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
