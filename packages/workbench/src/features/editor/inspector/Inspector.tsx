// What is selected: one node with its run, settings and notes; several; or, with nothing selected, the graph itself.

import { iconNamed, Icon, IconButton, Menu, type MenuEntry, TabPanel, Tabs, Text } from '@axion/ui';
import { edits } from '@axion/client';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { type InspectorTab, onlyNode, useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';
import { infoOf } from '../model/kindInfo.ts';
import type { EditorActs } from '../useEditorActs.ts';
import { Attention } from './Attention.tsx';
import { GraphProperties } from './GraphProperties.tsx';
import { NotesTab } from './NotesTab.tsx';
import { RunOfNode } from './RunOfNode.tsx';
import { SetupTab } from './SetupTab.tsx';
import { TitleInput } from './TitleInput.tsx';

export function Inspector({ acts }: { readonly acts: EditorActs }): JSX.Element {
  const t = useT();
  const { model, selection } = useEditor();
  const id = onlyNode(selection);
  const node = id === null ? undefined : model.nodes.get(id);
  return (
    <section aria-label={t('editor.inspector')} data-inspector={node?.id ?? ''} className="flex min-h-0 flex-1 flex-col bg-panel">
      <h2 className="sr-only">{t('editor.inspector')}</h2>
      {node !== undefined ? <OneNode key={node.id} id={node.id} acts={acts} /> : selection.nodes.size > 1 ? <Several acts={acts} /> : <GraphProperties acts={acts} />}
    </section>
  );
}

function OneNode({ id, acts }: { readonly id: string; readonly acts: EditorActs }): JSX.Element | null {
  const t = useT();
  const editor = useEditor();
  const node = editor.model.nodes.get(id);
  if (node === undefined) return null;
  const { kind } = infoOf(node);
  const title = titleOf(node);
  const entries: readonly MenuEntry[] = [
    { id: 'off', label: node.off === true ? t('editor.turnOn') : t('editor.turnOff'), icon: 'toggle-left', shortcut: 'D', onSelect: () => acts.toggleOff([id]) },
    { id: 'duplicate', label: t('editor.duplicate'), icon: 'layers', shortcut: 'Mod+D', onSelect: () => acts.duplicate(editor.selection) },
    { kind: 'separator', id: 'a' },
    { id: 'delete', label: t('editor.delete'), icon: 'trash-2', shortcut: 'Delete', danger: true, onSelect: () => acts.remove(editor.selection) },
  ];
  return (
    <>
      <header className="flex items-start gap-2 ps-3.5 pe-2 pt-2.5">
        <Icon name={kind === undefined ? 'box' : iconNamed(kind.icon)} className="mt-[5px] text-fg-2" />
        <div className="min-w-0 flex-1">
          <TitleInput title={title} label={t('canvas.renameField')} onTitle={(next) => editor.edit(edits.renameNode(id, next), 'rename')} />
          <div className="truncate px-1 text-caption text-fg-3" title={id}>
            <code className="font-mono">{id}</code> · {kind === undefined ? t('editor.unknownKind', { kind: node.kind }) : kind.title}
          </div>
        </div>
        <Menu label={t('editor.nodeMenu', { name: title })} entries={entries} align="end" trigger={<IconButton icon="ellipsis" label={t('editor.nodeMenu', { name: title })} tooltip={false} small />} />
      </header>
      <Tabs<InspectorTab>
        label={title}
        value={editor.inspectorTab}
        onChange={editor.showInspectorTab}
        items={[
          { value: 'run', label: t('editor.tabRun') },
          { value: 'setup', label: t('editor.tabSetup') },
          { value: 'notes', label: t('editor.tabNotes') },
        ]}
        className="min-h-0 flex-1"
        barClassName="px-3.5"
      >
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          <Attention node={node} />
          <TabPanel value="run" className="flex-none">
            <RunOfNode node={node} />
          </TabPanel>
          <TabPanel value="setup" className="flex-none">
            <SetupTab node={node} />
          </TabPanel>
          <TabPanel value="notes" className="flex-none">
            <NotesTab node={node} />
          </TabPanel>
        </div>
      </Tabs>
    </>
  );
}

function Several({ acts }: { readonly acts: EditorActs }): JSX.Element {
  const t = useT();
  const { selection, model } = useEditor();
  const off = [...selection.nodes].every((id) => model.nodes.get(id)?.off === true);
  return (
    <div className="flex flex-col gap-3 p-3.5">
      <Text as="h2" type="section">
        {t('editor.several', { count: selection.nodes.size })}
      </Text>
      <div className="flex flex-col items-start gap-0.5">
        {(
          [
            ['align-horizontal-distribute-center', t('editor.tidySelection'), acts.tidy],
            ['toggle-left', off ? t('editor.turnOn') : t('editor.turnOff'), () => acts.toggleOff([...selection.nodes])],
            ['layers', t('editor.duplicate'), () => acts.duplicate(selection)],
            ['copy', t('editor.copy'), () => acts.copy(selection)],
            ['trash-2', t('editor.delete'), () => acts.remove(selection)],
          ] as const
        ).map(([icon, label, act]) => (
          <button key={icon} type="button" onClick={act} className="ring-inside flex min-h-(--h-menu) w-full items-center gap-2.5 rounded-field px-2 text-start hover:bg-hover">
            <Icon name={icon} className="text-fg-2" />
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}
