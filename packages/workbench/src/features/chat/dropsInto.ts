// Makes a whole pane take dropped files for its composer, so that a file that misses it by a little does not replace the page.

import type { DragEvent, RefObject } from 'react';
import type { ComposerHandle } from './composer/Composer.tsx';

export interface DropProps {
  /** The window leaves these files alone. */
  readonly 'data-takes-files': true;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

export function dropsInto(composer: RefObject<ComposerHandle | null>): DropProps {
  return {
    'data-takes-files': true,
    onDragOver: (event) => {
      if (event.dataTransfer.types.includes('Files')) event.preventDefault();
    },
    onDrop: (event) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      composer.current?.take(event.dataTransfer.files);
    },
  };
}
