/** The workbench for a browser tab, as `axion serve` hands it out. `vite` alone serves the page; /rpc goes to a running `axion serve`. */
import { defineConfig, mergeConfig } from "vite";
import { sharedConfig } from "../vite.shared.ts";

export default defineConfig(({ mode }) =>
  mergeConfig(sharedConfig("web"), {
    server: {
      port: 1430,
      // AXION_PORT: port of the `axion serve` that answers. It must take this page's origin for its own.
      proxy:
        mode === "development" && process.env.AXION_PORT !== undefined
          ? { "/rpc": { target: `ws://127.0.0.1:${process.env.AXION_PORT}`, ws: true, changeOrigin: true, rewriteWsOrigin: true } }
          : {},
    },
  }),
);
