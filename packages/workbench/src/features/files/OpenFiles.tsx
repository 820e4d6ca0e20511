// Opening graph files: by the browser's own file chooser, or by dropping them on the window. A file is sent to Core as it is
// and never run; what cannot be read is said by name and changes nothing.

import { EmptyState, useToasts } from '@axion/ui';
import { createContext, type JSX, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { GRAPH_SUFFIX, LAYOUT_SUFFIX, sortFiles, stemOf } from './graphFiles.ts';

/** Core takes 64 MiB of text; a bigger file is refused here before it is read into memory. */
const MOST_BYTES = 64 * 1024 * 1024;

interface OpenFiles {
  /** Lets the person choose files. */
  readonly choose: () => void;
  readonly open: (files: readonly File[]) => Promise<void>;
}

const OpenFilesContext = createContext<OpenFiles | null>(null);

export function useOpenFiles(): OpenFiles {
  const files = useContext(OpenFilesContext);
  if (files === null) throw new Error('No file opener around this component.');
  return files;
}

export function OpenFilesProvider({ children }: { readonly children: ReactNode }): JSX.Element {
  const { commands, view } = useClient();
  const t = useT();
  const toasts = useToasts();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const open = useCallback(
    async (files: readonly File[]) => {
      const sorted = sortFiles(files);
      for (const file of sorted.others) toasts.show({ title: t('drop.notGraph', { name: file.name }), state: 'failed' });
      if (sorted.graphs.length === 0) for (const file of sorted.lonelyLayouts) toasts.show({ title: t('open.layoutOnly', { name: file.name }), state: 'failed' });
      for (const { graph, layout } of sorted.graphs) {
        try {
          if (graph.size > MOST_BYTES) throw new Error(t('open.tooLarge'));
          const text = await graph.text();
          const layoutText = layout === null || layout.size > MOST_BYTES ? undefined : await layout.text();
          const snapshot = await commands.importGraph({ text, name: stemOf(graph.name), ...(layoutText === undefined ? {} : { layout: layoutText }) });
          view.openGraph(snapshot.summary.graphId);
          toasts.show({ title: t('open.imported', { name: snapshot.summary.name }), state: 'succeeded' });
        } catch (error) {
          toasts.show({ title: t('open.failed', { name: graph.name, reason: reasonOf(t, error) }), detail: t('open.nothingLost'), state: 'failed' });
        }
      }
    },
    [commands, view, t, toasts],
  );

  useEffect(() => {
    let depth = 0;
    /** A place that takes files for itself (a composer) is left alone. */
    const taken = (event: DragEvent) => event.target instanceof Element && event.target.closest('[data-takes-files]') !== null;
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true && !taken(event);
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void open([...(event.dataTransfer?.files ?? [])]);
    };
    const hold = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', hold);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', hold);
      window.removeEventListener('drop', drop);
    };
  }, [open]);

  const value = useMemo<OpenFiles>(() => ({ open, choose: () => input.current?.click() }), [open]);
  return (
    <OpenFilesContext value={value}>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        accept={`${GRAPH_SUFFIX},${LAYOUT_SUFFIX},.layout,.json`}
        aria-label={t('home.openFile')}
        tabIndex={-1}
        className="hidden"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          void open(files);
        }}
      />
      {over && (
        <div className="pointer-events-none fixed inset-2 z-80 flex items-center justify-center rounded-container border-2 border-dashed border-accent-solid">
          <EmptyState title={t('drop.here')} className="rounded-card border border-line-2 bg-raised" />
        </div>
      )}
    </OpenFilesContext>
  );
}
