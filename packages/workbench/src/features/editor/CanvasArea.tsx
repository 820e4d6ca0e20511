// The canvas of the editor: gives it the graph and the run as it draws them, and turns what it says into edits.

import { type CanvasIntent, type CanvasModel, type CheckConnection, emptySelection, GraphCanvas, type NodeView, type OnIntent } from '@axion/canvas';
import { edits } from '@axion/client';
import { type Kind, registry } from '@axion/engine';
import { type MenuEntry, PointMenu, useAnnounce } from '@axion/ui';
import { type JSX, useCallback, useMemo, useRef, useState } from 'react';
import { useIsTouch } from '../../frame/useAppearance.ts';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { EdgeValue } from './EdgeValue.tsx';
import { onlyNode, useEditor } from './EditorContext.ts';
import { createCanvasModelBuilder, type Place } from './model/canvasModel.ts';
import { connect, convert, editNote, insert, moveNodes, reconnect } from './model/changes.ts';
import { createCheck } from './model/connections.ts';
import { PalettePopup, type PaletteRequest } from './PalettePopup.tsx';
import { useRunDrawing } from './run/useRunDrawing.ts';
import { useCanvasMenu } from './useCanvasMenu.ts';
import { useCanvasWords } from './useCanvasWords.ts';
import type { EditorActs } from './useEditorActs.ts';

export interface CanvasAreaProps {
  readonly acts: EditorActs;
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: ReadonlyMap<string, string>;
  readonly onUsedKind: (kind: string) => void;
  /** Opens the inspector. */
  readonly onInspect: () => void;
}

type MenuAt = Extract<CanvasIntent, { readonly type: 'menu' }>;
type EdgeAt = Extract<CanvasIntent, { readonly type: 'inspect-edge' }>;

export function CanvasArea({ acts, places, problems, onUsedKind, onInspect }: CanvasAreaProps): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const editor = useEditor();
  const announce = useAnnounce();
  const touch = useIsTouch();
  const words = useCanvasWords();
  const { views, looks } = useRunDrawing(editor.runId, editor.model);
  const [palette, setPalette] = useState<PaletteRequest | null>(null);
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [edge, setEdge] = useState<EdgeAt | null>(null);

  const builder = useMemo(() => createCanvasModelBuilder({ unknownKind: t('canvas.notHereShort'), effect: t('editor.effect') }), [t]);
  const model: CanvasModel = builder.build(editor.model, places, problems);
  const idle = useMemo<NodeView>(() => ({ state: 'idle', word: t('state.idle') }), [t]);
  const check = useMemo<CheckConnection>(
    () => createCheck(editor.model, { sameNode: t('editor.sameNode'), otherLevel: t('editor.otherLevel'), ring: t('editor.ring'), noPort: t('editor.noPort'), already: t('editor.already') }),
    [editor.model, t],
  );
  const put = (kind: Kind, request: PaletteRequest): void => {
    setPalette(null);
    onUsedKind(kind.id);
    // Without an open end the new node follows the selected one, if a port of it fits.
    const after = onlyNode(editor.selection);
    editor.apply(insert(editor.model, kind, request.spot, editor.newId, request.from ?? (after === null ? undefined : { after })), 'insert');
    requestAnimationFrame(() => editor.canvas.current?.focus());
  };
  const perform = (intent: CanvasIntent): void => {
    const { model: graph, edit, apply, newId } = editor;
    switch (intent.type) {
      case 'select': return editor.select(intent.selection);
      case 'move': return edit(moveNodes(graph, intent.nodes, intent.notes), 'move', intent.nodes.length + intent.notes.length > 0 ? `move ${[...intent.nodes, ...intent.notes].map((one) => one.id).join(' ')}` : undefined);
      case 'resize': return edit(edits.resize(graph, intent.id, intent.box.w, intent.box.h), 'resize');
      case 'connect': return edit(connect(graph, { id: newId(), from: intent.from, to: intent.to }), 'connect');
      case 'reconnect': return edit(reconnect(graph, intent.edge, intent.from, intent.to, newId), 'connect');
      case 'convert': {
        const kind = registry.get(intent.kind);
        if (kind !== undefined) apply(convert(graph, intent.from, intent.to, kind, newId), 'connect');
        return;
      }
      case 'delete': return acts.remove(intent.selection);
      case 'copy': return acts.copy(intent.selection);
      case 'cut': return acts.cut(intent.selection);
      case 'duplicate': return acts.duplicate(intent.selection);
      case 'paste': return acts.paste(intent.text, { at: intent.at, parent: intent.parent });
      case 'insert': {
        const kind = registry.get(intent.kind);
        if (kind === undefined) return;
        onUsedKind(kind.id);
        return apply(insert(graph, kind, intent, newId), 'insert');
      }
      case 'palette': return setPalette({ spot: intent, ...(intent.from === undefined ? {} : { from: intent.from }) });
      case 'rename': return edit(edits.renameNode(intent.id, intent.title), 'rename');
      case 'note-text': return intent.text.trim() === '' ? acts.remove({ ...emptySelection, notes: new Set([intent.id]) }) : edit(editNote(graph, intent.id, intent.text), 'note');
      case 'edit':
        editor.select({ ...emptySelection, nodes: new Set([intent.id]) });
        editor.showInspectorTab('setup');
        return onInspect();
      case 'toggle-off': return acts.toggleOff(intent.ids);
      case 'collapse': return edit(edits.setCollapsed(intent.id, intent.collapsed), 'fold');
      case 'menu':
        selectUnderMenu(intent, editor);
        return setMenu(intent);
      case 'inspect-edge': return setEdge(intent);
      case 'undo': return acts.undo();
      case 'redo': return acts.redo();
      case 'run': return acts.run();
    }
  };
  const latest = useRef(perform);
  latest.current = perform;
  const onIntent = useCallback<OnIntent>((intent) => latest.current(intent), []);
  const kept = view.store.getState().graphs[editor.graphId]?.viewport;
  const firstView = useRef(kept).current;
  const entries: readonly MenuEntry[] = useCanvasMenu(menu, acts, onInspect);

  return (
    <div className="relative min-h-0 min-w-0 flex-1">
      <GraphCanvas
        model={model}
        views={views}
        looks={looks}
        idle={idle}
        selection={editor.selection}
        words={words}
        density={touch ? 'touch' : 'compact'}
        readOnly={false}
        check={check}
        onIntent={onIntent}
        onView={(viewport) => view.setGraphPlace(editor.graphId, { viewport })}
        onAnnounce={(text) => announce.politely('canvas', text)}
        handle={editor.canvas}
        {...(firstView === undefined ? {} : { view: firstView })}
      />
      <PalettePopup
        request={palette}
        onPick={put}
        onClose={() => {
          setPalette(null);
          requestAnimationFrame(() => editor.canvas.current?.focus());
        }}
      />
      <PointMenu label={t('editor.more')} entries={entries} at={menu === null ? null : menu.screen} onClose={() => setMenu(null)} />
      <EdgeValue edge={edge} onClose={() => setEdge(null)} />
    </div>
  );
}

/** A menu is about what lies under it: that is selected, unless it is a part of what already is. */
function selectUnderMenu(intent: MenuAt, editor: ReturnType<typeof useEditor>): void {
  const { selection, select } = editor;
  if (intent.node !== undefined && !selection.nodes.has(intent.node)) select({ ...emptySelection, nodes: new Set([intent.node]) });
  if (intent.edge !== undefined && !selection.edges.has(intent.edge)) select({ ...emptySelection, edges: new Set([intent.edge]) });
  if (intent.note !== undefined && !selection.notes.has(intent.note)) select({ ...emptySelection, notes: new Set([intent.note]) });
}
