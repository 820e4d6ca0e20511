/**
 * What the two web entries build alike: React, Tailwind, a page that is clean under a policy without `unsafe-*` (no inline script or
 * style, fonts and images as files), one chunk for the frame and one per screen. Only the entry and the dev server differ.
 */
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";
import { frozenPrototypeAliases } from "../packages/canvas/frozenPrototype.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

export const sharedConfig = (app: "web" | "desktop"): UserConfig => ({
  root: fileURLToPath(new URL(`./${app}`, import.meta.url)),
  plugins: [react(), tailwindcss()],
  resolve: { alias: { ...frozenPrototypeAliases } },
  // Relative: the page is served from / here and from tauri://localhost there.
  base: "./",
  clearScreen: false,
  server: { strictPort: true, host: "127.0.0.1", fs: { allow: [repository] } },
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    // A data: URL would need a hole in the policy for fonts.
    assetsInlineLimit: 0,
    // Every browser that runs this knows modulepreload; the polyfill is dead code.
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    sourcemap: false,
    // What changes seldom apart from what changes with each version, and nothing that the first paint waits for in one large piece.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "effect", test: /node_modules[\\/]effect[\\/]/ },
            { name: "layers", test: /node_modules[\\/](@base-ui|@floating-ui)[\\/]/ },
          ],
        },
      },
    },
  },
});
