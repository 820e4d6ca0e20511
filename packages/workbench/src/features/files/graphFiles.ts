// Which of the chosen or dropped files are graphs, and which layout lies beside which. Pure.

export const GRAPH_SUFFIX = '.axion';
export const LAYOUT_SUFFIX = '.axion.layout';

export interface NamedFile {
  readonly name: string;
}

export interface GraphFilePair<File extends NamedFile> {
  readonly graph: File;
  readonly layout: File | null;
}

export interface SortedFiles<File extends NamedFile> {
  readonly graphs: readonly GraphFilePair<File>[];
  /** Layouts whose graph was not chosen with them. */
  readonly lonelyLayouts: readonly File[];
  readonly others: readonly File[];
}

export function sortFiles<File extends NamedFile>(files: readonly File[]): SortedFiles<File> {
  const layouts = new Map(files.filter((file) => file.name.endsWith(LAYOUT_SUFFIX)).map((file) => [file.name.slice(0, -LAYOUT_SUFFIX.length), file]));
  const graphs = files.filter((file) => file.name.endsWith(GRAPH_SUFFIX) || file.name.endsWith('.json'));
  const stems = new Set(graphs.map((file) => stemOf(file.name)));
  return {
    graphs: graphs.map((graph) => ({ graph, layout: layouts.get(stemOf(graph.name)) ?? null })),
    lonelyLayouts: [...layouts].filter(([stem]) => !stems.has(stem)).map(([, file]) => file),
    others: files.filter((file) => !graphs.includes(file) && !file.name.endsWith(LAYOUT_SUFFIX)),
  };
}

export function stemOf(name: string): string {
  return name.endsWith(GRAPH_SUFFIX) ? name.slice(0, -GRAPH_SUFFIX.length) : name.replace(/\.json$/, '');
}
