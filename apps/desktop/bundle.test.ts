/** What the built pages carry: each shell its own gateway only, and nothing that the page's policy forbids. Builds into memory. */
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { describe, expect, test } from "vitest";

interface Built {
  readonly code: string;
  readonly html: string;
  readonly files: ReadonlyArray<string>;
}
const built = async (app: "web" | "desktop"): Promise<Built> => {
  const result = await build({ configFile: fileURLToPath(new URL(`../${app}/vite.config.ts`, import.meta.url)), logLevel: "silent", build: { write: false } });
  const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  const text = (name: string) => outputs.flatMap((file) => (file.type === "asset" && file.fileName === name ? [String(file.source)] : [])).join("");
  return {
    code: outputs.flatMap((file) => (file.type === "chunk" ? [file.code] : [])).join("\n"),
    html: text("index.html"),
    files: outputs.map((file) => file.fileName),
  };
};

describe("the built pages", () => {
  const pages = Promise.all([built("web"), built("desktop")]);

  test("the desktop has no WebSocket code, the browser no Tauri code", async () => {
    const [web, desktop] = await pages;
    // The other way round first: these words would be found if the code were there.
    expect(web.code).toContain("new WebSocket(");
    expect(web.code).toContain("/rpc");
    expect(desktop.code).toContain("gateway-event");
    expect(desktop.code).toContain("__TAURI_INTERNALS__");
    for (const word of ["WebSocket", "/rpc", "#token", "axion.token"]) expect(desktop.code).not.toContain(word);
    for (const word of ["__TAURI", "gateway-event", "plugin:window"]) expect(web.code).not.toContain(word);
  }, 60_000);

  test("hold no inline script or style, no data: address for code or fonts, no eval", async () => {
    for (const { html, code, files } of await pages) {
      expect(html).toContain('<meta name="color-scheme"');
      expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
      expect(code).not.toMatch(/\beval\(|new Function\(/);
      expect(files.filter((name) => name.endsWith(".woff2")).length).toBeGreaterThan(0);
      // In the built stylesheet fonts are addresses of files.
      expect(files.some((name) => name.endsWith(".css"))).toBe(true);
    }
  }, 60_000);
});
