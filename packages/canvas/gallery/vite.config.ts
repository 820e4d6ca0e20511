// Serves the canvas by itself. `vite preview` adds the page policy of the desktop shell, under which every component must work.

import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { frozenPrototypeAliases } from '../frozenPrototype.ts';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  resolve: { alias: frozenPrototypeAliases },
  build: { outDir: fileURLToPath(new URL('../../../node_modules/.cache/axion-canvas-gallery', import.meta.url)), emptyOutDir: true, assetsInlineLimit: 0 },
  preview: {
    headers: { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'" },
  },
});
