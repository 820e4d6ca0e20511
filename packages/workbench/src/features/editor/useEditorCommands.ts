// The commands of an open graph, for the palette, the list of shortcuts and the keys that act outside of the canvas.

import { emptySelection } from '@axion/canvas';
import { useMemo } from 'react';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { useT } from '../../messages/context.ts';
import type { Editor } from './EditorContext.ts';
import type { EditorActs } from './useEditorActs.ts';

export function useEditorCommands(editor: Editor, acts: EditorActs, findKind: () => void): void {
  const t = useT();
  const { selection, model, runId } = editor;
  const some = selection.nodes.size + selection.edges.size + selection.notes.size > 0;
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: 'graph-run', label: t('editor.run'), group: 'group.graph', icon: 'play', shortcut: 'Mod+Enter', enabled: !acts.starting, run: acts.run },
      { id: 'graph-stop', label: t('editor.stop'), group: 'group.run', icon: 'square', enabled: runId !== null, run: acts.stop },
      { id: 'graph-undo', label: t('editor.undo'), group: 'group.graph', icon: 'undo-2', shortcut: 'Mod+Z', run: () => stepOr('undo', acts.undo) },
      { id: 'graph-redo', label: t('editor.redo'), group: 'group.graph', icon: 'redo-2', shortcut: 'Mod+Shift+Z', alsoOn: ['Mod+Y'], run: () => stepOr('redo', acts.redo) },
      { id: 'graph-tidy', label: t('editor.tidy'), group: 'group.graph', icon: 'align-horizontal-distribute-center', run: acts.tidy },
      { id: 'graph-find-kind', label: t('editor.findKind'), group: 'group.graph', icon: 'plus', shortcut: '/', run: findKind },
      { id: 'graph-find', label: t('canvas.find'), group: 'group.graph', icon: 'search', shortcut: 'Mod+F', run: acts.find },
      { id: 'graph-outline', label: t('editor.outline'), group: 'group.graph', icon: 'list-tree', shortcut: 'Mod+Shift+O', run: acts.outline },
      { id: 'graph-note', label: t('editor.addNote'), group: 'group.graph', icon: 'notebook-pen', run: acts.addNote },
      { id: 'graph-folders', label: t('editor.bindFolders'), group: 'group.graph', icon: 'folder-lock', enabled: model.slots.size > 0, run: acts.bindFolders },
      { id: 'graph-duplicate', label: t('editor.duplicateGraph'), group: 'group.graph', icon: 'copy', run: acts.duplicateGraph },
      { id: 'graph-export', label: t('editor.export'), group: 'group.graph', icon: 'download', run: acts.exportGraph },
      { id: 'graph-delete', label: t('editor.delete'), group: 'group.graph', icon: 'trash-2', enabled: some, run: () => acts.remove(selection) },
      { id: 'graph-properties', label: t('editor.graphProperties'), group: 'group.graph', icon: 'workflow', enabled: some, run: () => editor.select(emptySelection) },
    ],
    [t, acts, findKind, editor, selection, some, model.slots.size, runId],
  );
  useCommands(commands);
  // Keys that the canvas itself hears while it has the focus: here only to be found in the list of shortcuts.
  const canvasKeys = useMemo<readonly Command[]>(
    () =>
      (
        [
          ['A', t('editor.addNode')],
          ['Enter', t('editor.openSettings')],
          ['F2', t('editor.rename')],
          ['C', t('editor.connectByLetters')],
          ['D', t('editor.toggleOff')],
          ['O', t('editor.toggleFold')],
          ['F', t('canvas.fit')],
          ['Shift+F', t('editor.fitSelection')],
          ['ArrowRight', t('editor.walk')],
          ['Mod+ArrowDown', t('editor.intoContainer')],
          ['Mod+ArrowUp', t('editor.outOfContainer')],
          ['Alt+ArrowRight', t('editor.nudge')],
          ['Mod+A', t('editor.selectAll')],
          ['Mod+C', t('editor.copy')],
          ['Mod+X', t('editor.cut')],
          ['Mod+V', t('editor.paste')],
          ['Mod+D', t('editor.duplicate')],
          ['Delete', t('editor.delete')],
        ] as const
      ).map(([shortcut, label]) => ({ id: `canvas-${shortcut}`, label, group: 'group.graph', shortcut, enabled: false, hidden: true, run: () => undefined })),
    [t],
  );
  useCommands(canvasKeys);
}

/** In a field that is not a part of the graph, such as a search, the keys belong to its own text. */
function stepOr(step: 'undo' | 'redo', graphStep: () => void): void {
  const field = document.activeElement;
  const typing = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  if (typing && field.closest('[data-region="inspector"]') === null) document.execCommand(step);
  else graphStep();
}
