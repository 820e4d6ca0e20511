// The graph editor: nodes at the left, the graph in the middle with its run below, what is selected at the right. Panels are regions
// of the window; where it is narrow they lie over the graph, one at a time.

import { Button, Drawer, EmptyState, Skeleton, SplitPane } from '@axion/ui';
import { type JSX, useCallback, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { DocumentTabs } from '../../frame/DocumentTabs.tsx';
import { useLayoutClass } from '../../frame/layoutClass.ts';
import { usePanel } from '../../frame/panels.ts';
import { useT } from '../../messages/context.ts';
import { useClient, useGraph } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { SlotsDialog } from '../folders/SlotsDialog.tsx';
import { CanvasArea } from './CanvasArea.tsx';
import { EditorContext } from './EditorContext.ts';
import { Inspector } from './inspector/Inspector.tsx';
import { PalettePanel } from './PalettePanel.tsx';
import { RunPanel } from './runPanel/RunPanel.tsx';
import { Toolbar } from './Toolbar.tsx';
import { useEditorActs } from './useEditorActs.ts';
import { useEditorCommands } from './useEditorCommands.ts';
import { useEditorState } from './useEditorState.ts';

export function EditorScreen({ graphId }: { readonly graphId: string }): JSX.Element {
  const graph = useGraph(graphId);
  const status = useStore(graph.store, (state) => state.status);
  const name = useStore(graph.store, (state) => state.model.name);
  if (status === 'ready') return <OpenGraph graphId={graphId} />;
  return (
    <main id="document" tabIndex={-1} data-region="document" aria-label={name} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
      <DocumentTabs />
      <NotOpen graphId={graphId} />
    </main>
  );
}

function NotOpen({ graphId }: { readonly graphId: string }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const { status, error } = useStore(useGraph(graphId).store);
  if (status === 'loading') return <Skeleton rows={6} label={t('loading')} className="p-6" />;
  return (
    <EmptyState
      title={status === 'missing' ? t('graphs.notFound') : reasonOf(t, error)}
      {...(status === 'missing' ? { detail: t('graphs.notFoundDetail') } : {})}
      action={<Button onClick={() => view.go({ place: 'graphs' })}>{t('graphs.seeAll')}</Button>}
      className="flex-1"
    />
  );
}

function OpenGraph({ graphId }: { readonly graphId: string }): JSX.Element {
  const t = useT();
  const layout = useLayoutClass();
  const side = usePanel('side');
  const runPanel = usePanel('run');
  const inspector = usePanel('inspector');
  const search = useRef<HTMLInputElement>(null);
  const [folders, setFolders] = useState(false);
  const over = layout === 'narrow' || layout === 'phone';
  // Where the panel would cover the graph it is opened by hand only: the graph itself shows how the run goes.
  const { editor, places, problems, usedKind } = useEditorState(graphId, () => {
    if (!over) runPanel.setOpen(true);
  });
  const openFolders = useCallback(() => setFolders(true), []);
  const acts = useEditorActs(editor, openFolders);
  const openSide = side.setOpen;
  const findKind = useCallback(() => {
    openSide(true);
    requestAnimationFrame(() => search.current?.focus());
  }, [openSide]);
  useEditorCommands(editor, acts, findKind);

  const palette = <PalettePanel searchRef={search} />;
  const details = <Inspector acts={acts} />;
  const document = (
    <div id="document" tabIndex={-1} data-region="document" data-graph={graphId} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
      <h1 className="sr-only" title={editor.model.name}>{editor.model.name}</h1>
      <DocumentTabs />
      <SplitPane
        region="bottom"
        size={runPanel.size}
        min={runPanel.min}
        max={runPanel.max}
        initial={runPanel.initial}
        onSize={runPanel.setSize}
        resizerLabel={t('editor.resizePanel')}
        side={runPanel.open && !over ? <RunPanel onClose={() => runPanel.setOpen(false)} /> : null}
      >
        <Toolbar acts={acts} />
        <CanvasArea acts={acts} places={places} problems={problems} onUsedKind={usedKind} onInspect={() => inspector.setOpen(true)} />
      </SplitPane>
    </div>
  );
  return (
    <EditorContext value={editor}>
      <main aria-label={editor.model.name} className="flex min-h-0 min-w-0 flex-1">
      <SplitPane
        region="start"
        size={side.size}
        min={side.min}
        max={side.max}
        initial={side.initial}
        onSize={side.setSize}
        resizerLabel={t('frame.resizeSide')}
        side={
          side.open && !over ? (
            <div data-region="side" className="flex min-h-0 flex-1 flex-col">
              {palette}
            </div>
          ) : null
        }
      >
        <SplitPane
          region="end"
          size={layout === 'normal' ? Math.min(280, inspector.size) : inspector.size}
          min={inspector.min}
          max={inspector.max}
          initial={inspector.initial}
          onSize={inspector.setSize}
          resizerLabel={t('editor.resizeInspector')}
          side={
            inspector.open && !over ? (
              <div data-region="inspector" className="flex min-h-0 flex-1 flex-col">
                {details}
              </div>
            ) : null
          }
        >
          {document}
        </SplitPane>
      </SplitPane>
      </main>
      {over && (
        <>
          <Drawer open={side.open} onClose={() => side.setOpen(false)} label={t('editor.nodes')} from="start">
            {palette}
          </Drawer>
          <Drawer open={inspector.open && !side.open} onClose={() => inspector.setOpen(false)} label={t('editor.inspector')} from={layout === 'phone' ? 'bottom' : 'end'}>
            {details}
          </Drawer>
          <Drawer open={runPanel.open && !side.open && !inspector.open} onClose={() => runPanel.setOpen(false)} label={t('editor.runPanel')} from="bottom">
            <RunPanel onClose={() => runPanel.setOpen(false)} />
          </Drawer>
        </>
      )}
      {folders && <SlotsDialog graphId={graphId} name={editor.model.name} slots={[...editor.model.slots.values()]} forRun={false} onCancel={() => setFolders(false)} onDone={() => setFolders(false)} />}
    </EditorContext>
  );
}
