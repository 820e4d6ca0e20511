// The menus of the canvas: of a node, of an edge, of the empty place.

import type { CanvasIntent } from '@axion/canvas';
import { edits } from '@axion/client';
import type { MenuEntry } from '@axion/ui';
import { useT } from '../../messages/context.ts';
import { useEditor } from './EditorContext.ts';
import { infoOf } from './model/kindInfo.ts';
import type { EditorActs } from './useEditorActs.ts';

export function useCanvasMenu(menu: Extract<CanvasIntent, { readonly type: 'menu' }> | null, acts: EditorActs, onInspect: () => void): readonly MenuEntry[] {
  const t = useT();
  const editor = useEditor();
  const { selection } = editor;
  if (menu === null) return [];
  const removal: MenuEntry = { id: 'delete', label: menu.edge === undefined ? t('editor.delete') : t('editor.deleteEdge'), icon: 'trash-2', shortcut: 'Delete', danger: true, onSelect: () => acts.remove(selection) };
  if (menu.edge !== undefined) return [removal];
  const paste: MenuEntry = {
    id: 'paste', label: t('editor.paste'), icon: 'clipboard-paste', shortcut: 'Mod+V',
    onSelect: () => {
      // A menu is a press of the person, so the browser may hand the clipboard over; where it does not, our own copy is used.
      const spot = { at: menu.at, parent: null };
      navigator.clipboard.readText().then((text) => acts.paste(text, spot), () => acts.paste(null, spot));
    },
  };
  if (menu.node === undefined && menu.note === undefined) {
    return [
      { id: 'note', label: t('editor.addNote'), icon: 'notebook-pen', onSelect: acts.addNote },
      paste,
      { kind: 'separator', id: 'a' },
      { id: 'tidy', label: t('editor.tidy'), icon: 'align-horizontal-distribute-center', onSelect: acts.tidy },
      { id: 'fit', label: t('canvas.fit'), icon: 'maximize', shortcut: 'F', onSelect: () => editor.canvas.current?.fit() },
    ];
  }
  const node = menu.node === undefined ? undefined : editor.model.nodes.get(menu.node);
  const common: MenuEntry[] = [
    { id: 'copy', label: t('editor.copy'), icon: 'copy', shortcut: 'Mod+C', onSelect: () => acts.copy(selection) },
    { id: 'duplicate', label: t('editor.duplicate'), icon: 'layers', shortcut: 'Mod+D', onSelect: () => acts.duplicate(selection) },
  ];
  if (node === undefined) return [...common, { kind: 'separator', id: 'b' }, removal];
  const container = infoOf(node).kind?.container !== undefined;
  return [
    { id: 'edit', label: t('editor.openSettings'), icon: 'settings', shortcut: 'Enter', onSelect: () => { editor.showInspectorTab('setup'); onInspect(); } },
    { id: 'rename', label: t('editor.rename'), icon: 'pencil', shortcut: 'F2', onSelect: () => requestAnimationFrame(() => editor.canvas.current?.rename(node.id)) },
    { id: 'off', label: node.off === true ? t('editor.turnOn') : t('editor.turnOff'), icon: 'toggle-left', shortcut: 'D', onSelect: () => acts.toggleOff([...selection.nodes]) },
    ...(container ? [{ id: 'fold', label: node.collapsed === true ? t('editor.unfold') : t('editor.fold'), icon: 'chevrons-up-down', shortcut: 'O', onSelect: () => editor.edit(edits.setCollapsed(node.id, node.collapsed !== true), 'fold') } satisfies MenuEntry] : []),
    { kind: 'separator', id: 'a' },
    ...common,
    { kind: 'separator', id: 'b' },
    removal,
  ];
}
