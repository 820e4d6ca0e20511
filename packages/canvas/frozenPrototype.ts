/** For Vite: the aliases without which the canvas does not load in a page whose `Object.prototype` is frozen. See `src/withoutColours.ts`. */
import { fileURLToPath } from 'node:url';

export const frozenPrototypeAliases: Readonly<Record<string, string>> = {
  'd3-color': fileURLToPath(new URL('./src/withoutColours.ts', import.meta.url)),
};
