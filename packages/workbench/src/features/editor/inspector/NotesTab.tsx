// Notes of a node for people. They are kept with its settings and change nothing that runs.

import { edits, type GraphNode } from '@axion/client';
import { FormRow, TextArea } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { useEditor } from '../EditorContext.ts';

export const NOTE_KEY = 'note';

export function NotesTab({ node }: { readonly node: GraphNode }): JSX.Element {
  const t = useT();
  const { edit, graph } = useEditor();
  const note = node.config[NOTE_KEY];
  return (
    <div className="p-3.5" onBlur={() => graph.endGesture()}>
      <FormRow label={t('editor.tabNotes')} help={t('editor.noteOfNode')}>
        <TextArea
          rows={8}
          value={typeof note === 'string' ? note : ''}
          maxLength={10_000}
          onChange={(text) => edit(edits.setConfig(node.id, NOTE_KEY, text === '' ? undefined : text), 'note', `note ${node.id}`)}
        />
      </FormRow>
    </div>
  );
}
