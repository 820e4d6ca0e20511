/** English words for the gallery and the bench. The application has its own catalogue. */
import type { CanvasWords } from '../src/index.ts';

export const words: CanvasWords = {
  canvas: 'Graph', canvasHelp: 'Arrow keys move along edges, A adds a node, Ctrl Shift O opens the outline.', zoomIn: 'Zoom in', zoomOut: 'Zoom out', zoomTo100: 'Zoom to 100 %',
  fit: 'Fit the graph', minimap: 'Map of the graph', outline: 'Outline', outlineHelp: 'The graph as a tree.', closeOutline: 'Close the outline', find: 'Find a node', findNone: 'None',
  findCount: (index, total) => `${index} of ${total}`, collapse: 'Fold', expand: 'Unfold', renameField: 'Name of the node', noteField: 'Text of the note', notHere: 'Not available here. Nothing is lost.',
  emptyHint: 'Drag a node here, or press A', emptyReadOnly: 'This graph is empty', connectFrom: (node) => `Connect ${node}: type the letter of an output`, connectTo: (node, port) => `Connect ${port} of ${node}: type the letter of an input`,
  connectNone: 'No port fits', refused: (reason) => reason, putBetween: (label) => `Put “${label}” between`, connected: (from, to) => `${from} is connected to ${to}`,
  edgeName: (from, fromPort, to, toPort) => `${from}, ${fromPort} to ${to}, ${toPort}`, portIn: (port, type, from) => (from === null ? `${port}, ${type}, not connected` : `${port}, ${type}, from ${from}`),
  portOut: (port, type, count) => `${port}, ${type}, ${count} edges`, nodeName: (title, kind, state) => `${title}, ${kind}, ${state}`, nodeOff: 'Off', selected: (count) => `${count} selected`,
  deleted: (count) => `${count} deleted`, moved: (count) => `${count} moved`, note: 'Note',
};
