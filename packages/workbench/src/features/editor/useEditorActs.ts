// What the toolbar, the menus and the keys of an editor do, once. Nothing is drawn here.

import { type CanvasSelection, emptySelection, readClip } from '@axion/canvas';
import { edits } from '@axion/client';
import { useToasts } from '@axion/ui';
import { useMemo, useRef, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { saveText } from '../files/saveText.ts';
import { useRunStarter } from '../folders/RunStarter.tsx';
import type { Editor } from './EditorContext.ts';
import { titleOf } from './model/canvasModel.ts';
import { copyText, duplicate, paste, type Spot } from './model/changes.ts';
import { tidyOps } from './model/places.ts';

export interface EditorActs {
  readonly run: () => void;
  readonly stop: () => void;
  readonly starting: boolean;
  readonly stopping: boolean;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly tidy: () => void;
  readonly outline: () => void;
  readonly find: () => void;
  readonly addNote: () => void;
  readonly bindFolders: () => void;
  readonly duplicateGraph: () => void;
  readonly exportGraph: () => void;
  readonly remove: (selection: CanvasSelection) => void;
  readonly copy: (selection: CanvasSelection) => void;
  readonly cut: (selection: CanvasSelection) => void;
  /** Null: the text was not given with the key; what was copied here last is pasted. */
  readonly paste: (text: string | null, spot: Spot | null) => void;
  readonly duplicate: (selection: CanvasSelection) => void;
  readonly toggleOff: (ids: readonly string[]) => void;
}

/** What was copied last in this window, and whether the system's clipboard has it: until it does, a paste takes this. */
let copiedHere: { readonly text: string; readonly onClipboard: boolean } | null = null;

const NOTE = { w: 192, h: 56 } as const;

export function useEditorActs(editor: Editor, openFolders: () => void): EditorActs {
  const client = useClient();
  const t = useT();
  const toasts = useToasts();
  const starter = useRunStarter();
  const [stoppingRun, setStoppingRun] = useState<string | null>(null);
  const latest = useRef(editor);
  latest.current = editor;

  const acts = useMemo(() => {
    const copy = (selection: CanvasSelection): boolean => {
      const text = copyText(latest.current.model, selection);
      if (text === null) return false;
      const kept = { text, onClipboard: false };
      copiedHere = kept;
      // Where the page may not write to the clipboard, the copy still works inside of this window.
      void navigator.clipboard?.writeText(text).then(
        () => {
          if (copiedHere === kept) copiedHere = { text, onClipboard: true };
        },
        () => undefined,
      );
      return true;
    };
    const remove = (selection: CanvasSelection): void => {
      const { model, edit, select } = latest.current;
      const ops = edits.remove(model, selection);
      if (ops.length === 0) return;
      edit(ops, 'delete');
      select(emptySelection);
      const nodes = ops.filter((op) => op.entity === 'node');
      const edges = ops.filter((op) => op.entity === 'edge').length;
      const only = nodes.length === 1 ? model.nodes.get(nodes[0]?.id ?? '') : undefined;
      const title = only === undefined ? t('editor.deletedMany', { count: ops.length }) : edges === 0 ? t('editor.deletedNode', { name: titleOf(only) }) : t('editor.deletedNodeEdges', { name: titleOf(only), edges });
      toasts.show({ id: 'editor-deleted', title, state: 'succeeded', action: { label: t('act.undo'), act: () => latest.current.graph.undo() } });
    };
    return {
      run: () => {
        const { graphId, showRun } = latest.current;
        void starter.start({ graphId }).then((run) => run !== null && showRun(run.runId));
      },
      stop: () => {
        const { runId } = latest.current;
        if (runId === null) return;
        setStoppingRun(runId);
        client.commands.cancelRun(runId).catch((error: unknown) => toasts.show({ title: reasonOf(t, error), state: 'failed' })).finally(() => setStoppingRun(null));
      },
      undo: () => latest.current.graph.undo(),
      redo: () => latest.current.graph.redo(),
      tidy: () => {
        const { model, selection, edit, canvas } = latest.current;
        edit(tidyOps(model, selection.nodes.size > 1 ? selection.nodes : undefined), 'tidy');
        requestAnimationFrame(() => canvas.current?.fit());
      },
      outline: () => latest.current.canvas.current?.outline(),
      find: () => latest.current.canvas.current?.find(),
      addNote: () => {
        const { edit, newId, canvas, select } = latest.current;
        const at = canvas.current?.centre() ?? { x: 0, y: 0 };
        const id = newId();
        edit(edits.addNote({ id, text: t('editor.newNote'), x: Math.round(at.x - NOTE.w / 2), y: Math.round(at.y - NOTE.h / 2), ...NOTE }), 'note');
        select({ ...emptySelection, notes: new Set([id]) });
      },
      bindFolders: openFolders,
      duplicateGraph: () => {
        const { graphId, model } = latest.current;
        client.commands.duplicateGraph(graphId, t('editor.copyName', { name: model.name })).then(
          (copied) => client.view.openGraph(copied.summary.graphId),
          (error: unknown) => toasts.show({ title: reasonOf(t, error), state: 'failed' }),
        );
      },
      exportGraph: () => {
        const { graphId, model } = latest.current;
        client.commands.exportGraph(graphId).then(
          ({ text, layout }) => {
            saveText(`${model.name}.axion`, text);
            saveText(`${model.name}.axion.layout`, layout);
            toasts.show({ title: t('editor.exported', { name: model.name }), state: 'succeeded' });
          },
          (error: unknown) => toasts.show({ title: t('editor.notExported', { name: model.name, reason: reasonOf(t, error) }), state: 'failed' }),
        );
      },
      remove,
      copy: (selection: CanvasSelection) => {
        if (copy(selection)) toasts.show({ id: 'editor-copied', title: t('editor.copiedNodes', { count: selection.nodes.size }) });
      },
      cut: (selection: CanvasSelection) => {
        if (copy(selection)) remove(selection);
      },
      paste: (given: string | null, spot: Spot | null) => {
        const { apply, newId } = latest.current;
        const text = given === null || given === '' || copiedHere?.onClipboard === false ? (copiedHere?.text ?? given) : given;
        if (text === null || text === '') {
          toasts.show({ id: 'editor-paste', title: t('editor.pasteNothing') });
          return;
        }
        const read = readClip(text);
        if (!read.ok) {
          toasts.show({ id: 'editor-paste', title: t('editor.pasteRefused', { reason: read.reason }), state: 'failed' });
          return;
        }
        apply(paste(read.clip, spot, newId), 'paste');
      },
      duplicate: (selection: CanvasSelection) => latest.current.apply(duplicate(latest.current.model, selection, latest.current.newId), 'duplicate'),
      toggleOff: (ids: readonly string[]) => {
        const { model, edit } = latest.current;
        const off = ids.some((id) => model.nodes.get(id)?.off !== true);
        edit(edits.setOff(ids, off), 'off');
      },
    };
  }, [client, t, toasts, starter, openFolders]);

  const stopping = stoppingRun !== null && stoppingRun === editor.runId;
  const starting = starter.busy;
  return useMemo(() => ({ ...acts, starting, stopping }), [acts, starting, stopping]);
}
