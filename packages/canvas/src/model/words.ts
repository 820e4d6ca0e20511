/**
 * Every word the canvas shows or says, given from outside in the person's language.
 * Sentences with a value are functions, so that a language can order its words as it must.
 */
export interface CanvasWords {
  readonly canvas: string;
  readonly canvasHelp: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly zoomTo100: string;
  readonly fit: string;
  readonly minimap: string;
  readonly outline: string;
  readonly outlineHelp: string;
  readonly closeOutline: string;
  readonly find: string;
  readonly findNone: string;
  readonly findCount: (index: number, total: number) => string;
  readonly collapse: string;
  readonly expand: string;
  readonly renameField: string;
  readonly noteField: string;
  readonly notHere: string;
  readonly emptyHint: string;
  readonly emptyReadOnly: string;
  readonly connectFrom: (node: string) => string;
  readonly connectTo: (node: string, port: string) => string;
  readonly connectNone: string;
  readonly refused: (reason: string) => string;
  readonly putBetween: (label: string) => string;
  readonly connected: (from: string, to: string) => string;
  readonly edgeName: (from: string, fromPort: string, to: string, toPort: string) => string;
  readonly portIn: (port: string, type: string, from: string | null) => string;
  readonly portOut: (port: string, type: string, count: number) => string;
  readonly nodeName: (title: string, kind: string, state: string) => string;
  readonly nodeOff: string;
  readonly selected: (count: number) => string;
  readonly deleted: (count: number) => string;
  readonly moved: (count: number) => string;
  readonly note: string;
}
