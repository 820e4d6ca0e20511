/** Unit tests of all TypeScript rooms in one run. Journeys in a browser or the packaged app (e2e/) have their own runners. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{protocol,packages,services,apps,tools}/**/*.test.{ts,tsx,mjs}"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/target/**"],
    reporters: process.env["AXION_SUMMARY"] === undefined ? ["default"] : ["default", ["json", { outputFile: process.env["AXION_SUMMARY"] }]],
  },
});
