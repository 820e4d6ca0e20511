/** Unit tests of all TypeScript rooms in one run. Journeys in a browser or the packaged app (e2e/) have their own runners. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{protocol,packages,services,apps,tools}/**/*.test.{ts,tsx,mjs}"],
    // tools/inference has a suite of its own, because what it needs is installed apart.
    exclude: ["tools/inference/**", "**/node_modules/**", "**/dist/**", "**/target/**"],
    // Only what hangs: how fast something is stands in bench/. CI machines are slow, and busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env["AXION_SUMMARY"] === undefined ? ["default"] : ["default", ["json", { outputFile: process.env["AXION_SUMMARY"] }]],
  },
});
