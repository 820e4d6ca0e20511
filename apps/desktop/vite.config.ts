/** The workbench for the desktop window. `tauri dev` expects it on port 1420; the build goes to dist, which the shell embeds. */
import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vite";
import { sharedConfig } from "../vite.shared.ts";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig(
  mergeConfig(sharedConfig("desktop"), {
    // `localhost`, as in tauri.conf.json; never another port, or the window would stay empty.
    build: { rolldownOptions: { input: [page("index.html"), page("stopped.html")] } },
    server: { port: 1420, host: "localhost", watch: { ignored: ["**/src-tauri/**"] } },
  }),
);
