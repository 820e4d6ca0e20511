// The words of the canvas, from the catalogue. The object keeps its identity while the language does.

import type { CanvasWords } from '@axion/canvas';
import { useMemo } from 'react';
import { useT } from '../../messages/context.ts';

export function useCanvasWords(): CanvasWords {
  const t = useT();
  return useMemo<CanvasWords>(
    () => ({
      canvas: t('canvas.name'),
      canvasHelp: t('canvas.help'),
      zoomIn: t('canvas.zoomIn'),
      zoomOut: t('canvas.zoomOut'),
      zoomTo100: t('canvas.zoomTo100'),
      fit: t('canvas.fit'),
      minimap: t('canvas.minimap'),
      outline: t('canvas.outline'),
      outlineHelp: t('canvas.outlineHelp'),
      closeOutline: t('canvas.closeOutline'),
      find: t('canvas.find'),
      findNone: t('canvas.findNone'),
      findCount: (index, total) => t('canvas.findCount', { index, total }),
      collapse: t('canvas.collapse'),
      expand: t('canvas.expand'),
      renameField: t('canvas.renameField'),
      noteField: t('canvas.noteField'),
      notHere: t('canvas.notHere'),
      emptyHint: t('canvas.empty'),
      emptyReadOnly: t('canvas.emptyReadOnly'),
      connectFrom: (node) => t('canvas.connectFrom', { node }),
      connectTo: (node, port) => t('canvas.connectTo', { node, port }),
      connectNone: t('canvas.connectNone'),
      refused: (reason) => reason,
      // The engine's own words are an order already: "Put it in a list".
      putBetween: (label) => label,
      connected: (from, to) => t('canvas.connected', { from, to }),
      edgeName: (from, fromPort, to, toPort) => t('canvas.edge', { from, fromPort, to, toPort }),
      portIn: (port, type, from) => (from === null ? t('canvas.portInOpen', { port, type }) : t('canvas.portIn', { port, type, from })),
      portOut: (port, type, count) => t('canvas.portOut', { port, type, count }),
      nodeName: (title, kind, state) => t('canvas.node', { title, kind, state }),
      nodeOff: t('canvas.off'),
      selected: (count) => t('canvas.selected', { count }),
      deleted: (count) => t('canvas.deleted', { count }),
      moved: (count) => t('canvas.moved', { count }),
      note: t('canvas.note'),
    }),
    [t],
  );
}
