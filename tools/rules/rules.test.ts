/** Each rule on a tree small enough to see why it speaks, and on one where it must be silent. */
import { describe, expect, it } from "vitest";
import { arrows } from "./arrows.ts";
import { crates } from "./crates.ts";
import { cycles } from "./cycles.ts";
import { importsOf, packageOf, resolveRelative } from "./imports.ts";
import { linesOf, sizes } from "./sizes.ts";
import { outward } from "./outward.ts";
import { clocks, headers, names, words } from "./text.ts";
import type { Rule } from "./tree.ts";

const manifest = (name: string, ...dependencies: ReadonlyArray<string>): string =>
  JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((one) => [one, "1.0.0"])) }, null, 2);
const run = (rule: Rule, files: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  rule.run(new Map(Object.entries(files))).map(({ path, message }) => `${path}: ${message}`);

const MANIFESTS = {
  "package.json": JSON.stringify({ name: "axion", devDependencies: { vitest: "1", vite: "1" } }),
  "packages/engine/package.json": manifest("@axion/engine", "@axion/protocol", "papaparse"),
  "packages/client/package.json": manifest("@axion/client", "@axion/protocol", "zustand", "@tauri-apps/api"),
  "packages/canvas/package.json": manifest("@axion/canvas", "@axion/ui", "@xyflow/react", "react"),
  "packages/workbench/package.json": manifest("@axion/workbench", "@axion/client", "react", "@tauri-apps/api", "@xyflow/react"),
  "services/runner/package.json": manifest("@axion/runner", "@axion/engine"),
};
const arrow = (path: string, text: string): ReadonlyArray<string> => run(arrows, { ...MANIFESTS, [path]: text });

describe("imports", () => {
  it("finds each form and tells types apart", () => {
    const text = `
      import a from "a"; import { b } from 'b/sub';
      import type { C } from "@c/d/e"; import "side";
      export * from "./x.ts"; export type { Y } from "../y.ts";
      // import no from "comment";
      /* import no from "block"; */
      const s = "http://x"; const z = await import("lazy");
      import {
        many,
        lines,
      } from "many";`;
    expect(importsOf(text)).toEqual([
      { from: "a", typeOnly: false }, { from: "b/sub", typeOnly: false }, { from: "@c/d/e", typeOnly: true }, { from: "side", typeOnly: false },
      { from: "./x.ts", typeOnly: false }, { from: "../y.ts", typeOnly: true }, { from: "many", typeOnly: false }, { from: "lazy", typeOnly: false },
    ]);
  });
  it("knows packages and paths", () => {
    expect(["@a/b/c", "a/b", "node:fs", "./x"].map(packageOf)).toEqual(["@a/b", "a", "node:fs", "./x"]);
    expect(resolveRelative("a/b/c.ts", "../d/e.ts")).toBe("a/d/e.ts");
  });
});

describe("import arrows", () => {
  it.each([
    ["packages/engine/src/a.ts", 'import { x } from "@axion/protocol"; import p from "papaparse";'],
    ["packages/client/src/tauri/a.ts", 'import { invoke } from "@tauri-apps/api/core";'],
    ["packages/canvas/src/a.tsx", 'import { ReactFlow } from "@xyflow/react"; import { Button } from "@axion/ui";'],
    ["packages/workbench/src/a.tsx", 'import { store } from "@axion/client";'],
    ["services/runner/src/a.ts", 'import { readFile } from "node:fs/promises"; import { run } from "@axion/engine";'],
    ["packages/engine/src/a.test.ts", 'import { it } from "vitest"; import { readFileSync } from "node:fs"; import { fake } from "@axion/testkit";'],
    ["packages/engine/vitest.config.ts", 'import { defineConfig } from "vite";'],
  ])("lets %s", (path, text) => {
    expect(arrow(path, text)).toEqual([]);
  });
  it.each([
    ["packages/engine/src/a.ts", 'import { x } from "@axion/client";', "may only import @axion/protocol"],
    ["packages/engine/src/a.ts", 'import { readFile } from "node:fs";', "must not know Node"],
    ["packages/client/src/a.ts", 'import { useState } from "react";', "must not know React"],
    ["packages/client/src/web/a.ts", 'import { invoke } from "@tauri-apps/api/core";', "belongs to packages/client/src/tauri/"],
    ["packages/workbench/src/a.tsx", 'import { invoke } from "@tauri-apps/api/core";', "belongs to packages/client/src/tauri/"],
    ["packages/workbench/src/a.tsx", 'import { ReactFlow } from "@xyflow/react";', "belongs to packages/canvas/"],
    ["packages/workbench/src/a.tsx", 'const w = await import("@axion/web");', "may only import"],
    ["packages/workbench/src/a.tsx", 'import { TauriGatewayAdapter } from "@axion/client/tauri";', "may only import"],
    ["packages/canvas/src/a.tsx", 'import { x } from "../../client/src/index.ts";', "leaves the room"],
    ["packages/engine/src/a.ts", 'import { left } from "left-pad";', "does not declare"],
    ["packages/engine/src/a.ts", 'import { fake } from "@axion/testkit";', "for tests only"],
    ["packages/newroom/src/a.ts", "export {};", "is in no room"],
  ])("refuses %s: %s", (path, text, reason) => {
    expect(arrow(path, text)).toEqual([expect.stringContaining(reason)]);
  });
});

describe("crate arrows", () => {
  const toml = (body: string): string => `[package]\nname = "x"\n\n[dependencies]\n${body}\n`;
  it("lets each crate know what is inside it", () => {
    expect(run(crates, {
      "crates/store/Cargo.toml": toml("rusqlite.workspace = true\naxion-protocol.workspace = true"),
      "apps/desktop/src-tauri/Cargo.toml": `${toml('tauri = { version = "2" }')}\n[build-dependencies]\ntauri-build.workspace = true\n`,
      "crates/runner-host/Cargo.toml": `${toml("bollard.workspace = true")}\n[target.'cfg(target_os = "linux")'.dependencies]\nlandlock.workspace = true\n`,
    })).toEqual([]);
  });
  it.each([
    ["crates/core", "rusqlite.workspace = true", "belongs to crates/store"],
    ["crates/core", "tauri.workspace = true", "belongs to apps/desktop/src-tauri"],
    ["crates/store", "axion-core.workspace = true", "allowed: axion-protocol"],
    ["crates/store", 'tokio = "1"', "must not know"],
    ["protocol/rust", "axion-store.workspace = true", "nothing of ours"],
    ["crates/new", "", "is in no room"],
  ])("refuses %s: %s", (folder, body, reason) => {
    expect(run(crates, { [`${folder}/Cargo.toml`]: toml(body) })).toEqual([expect.stringContaining(reason)]);
  });
  it("sees a dependency for one target and one in a table of its own", () => {
    expect(run(crates, { "crates/core/Cargo.toml": "[target.'cfg(unix)'.dependencies]\nlandlock = \"1\"\n" })).toHaveLength(1);
    expect(run(crates, { "crates/core/Cargo.toml": '[dependencies.bollard]\nversion = "1"\n' })).toHaveLength(1);
  });
});

describe("import cycles", () => {
  it("names the files of a cycle", () => {
    expect(run(cycles, { "a/x.ts": 'import "./y.ts";', "a/y.ts": 'import "./z.ts";', "a/z.ts": 'import "./x.ts";' })).toEqual([
      "a/x.ts: is part of an import cycle: a/x.ts → a/y.ts → a/z.ts → a/x.ts",
    ]);
  });
  it("lets a shared file and a type-only ring be", () => {
    expect(run(cycles, { "a.ts": 'import "./b.ts"; import "./c.ts";', "b.ts": 'import "./c.ts";', "c.ts": 'import type { A } from "./a.ts";' })).toEqual([]);
  });
  it("goes through a chain of ten thousand files", () => {
    const files = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}.ts`, `import "./f${i + 1}.ts";`]));
    expect(run(cycles, { ...files, "f10000.ts": 'import "./f0.ts";' })).toHaveLength(1);
  });
});

describe("file sizes", () => {
  const lines = (count: number): string => "x\n".repeat(count);
  it("refuses the first line too many, but not in tests", () => {
    expect(run(sizes({}), { "a.ts": lines(400), "a.test.ts": lines(900) })).toEqual([]);
    expect(run(sizes({}), { "a.ts": lines(401) })).toEqual([expect.stringContaining("401 lines")]);
  });
  it("does not count the tests at the end of a Rust file", () => {
    expect(linesOf("a.rs", `${lines(3)}#[cfg(test)]\nmod tests {\n${lines(500)}}\n`)).toBe(3);
  });
  it("lets debt only shrink", () => {
    expect(run(sizes({ "a.ts": 500 }), { "a.ts": lines(500) })).toEqual([]);
    expect(run(sizes({ "a.ts": 500 }), { "a.ts": lines(501) })).toEqual([expect.stringContaining("grew")]);
    expect(run(sizes({ "a.ts": 500 }), { "a.ts": lines(450) })).toEqual([expect.stringContaining("lower its number")]);
    expect(run(sizes({ "a.ts": 500 }), { "a.ts": lines(10) })).toEqual([expect.stringContaining("take it off")]);
    expect(run(sizes({ "a.ts": 500 }), {})).toEqual([expect.stringContaining("does not exist")]);
  });
});

describe("names, headers and words", () => {
  it.each(["src/utils.ts", "src/stringUtils.ts", "src/helpers/a.ts", "src/run_manager.rs", "src/common.rs"])("refuses the name %s", (path) => {
    expect(run(names, { [path]: "" })).toHaveLength(1);
  });
  it("lets names that mean something", () => {
    expect(run(names, { "src/managed.ts": "", "src/commonMark.ts": "", "src/util-linux.md": "" })).toEqual([]);
  });
  it("wants a header in sources, not in tests", () => {
    expect(run(headers, { "a.ts": "/** What for. */\n", "b.rs": "//! What for.\n", "c.test.ts": "x", "d.mjs": "#!/usr/bin/env node\n/** W. */\n" })).toEqual([]);
    expect(run(headers, { "a.ts": "import x from 'y';", "b.rs": "use std::fs;" })).toHaveLength(2);
  });
  it.each([
    ["a.ts", `// ${"TO"}${"DO"} later`], ["a.rs", "unimplemented!()"], ["a.ts", "// @ts-ignore because"], ["a.ts", "// biome-ignore lint/x/y"], ["a.md", `see /${"work"}/main/docs`],
  ])("refuses in %s: %s", (path, text) => {
    expect(run(words, { [path]: text })).toHaveLength(1);
  });
  it("lets a suppression with its reason", () => {
    expect(run(words, { "a.ts": "// biome-ignore lint/x/y: the library asks for it" })).toEqual([]);
  });
});

describe("one way out", () => {
  it.each([
    ["crates/core/src/a.rs", "let stream = TcpStream::connect(address).await?;"],
    ["apps/cli/src/a.rs", "use std::net::ToSocketAddrs;"],
    ["crates/core/src/b.rs", "let text = reqwest::get(url).await?;"],
    ["crates/store/src/c.rs", 'Command::new("curl").arg(url)'],
    ["crates/runner-host/src/d.rs", "use hyper_util::client::legacy::Client;"],
  ])("speaks of %s", (path, text) => {
    expect(run(outward, { [path]: text })).toHaveLength(1);
  });
  it.each([
    ["crates/egress/src/connect.rs", "let stream = TcpStream::connect(address).await?;"],
    ["apps/cli/src/serve.rs", "let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;"],
    ["apps/cli/tests/serve.rs", "TcpStream::connect(address)"],
    ["crates/core/src/runtime/tests.rs", "TcpStream::connect(address)"],
    ["crates/core/src/a.rs", "//! Never a TcpStream of its own."],
    ["packages/engine/src/a.ts", "const TcpStream = 1;"],
  ])("lets %s", (path, text) => {
    expect(run(outward, { [path]: text })).toEqual([]);
  });
});

describe("no timed tests", () => {
  it.each([
    ["a.test.ts", "const before = performance.now();"],
    ["a.test.ts", "assert.ok(Date.now() - before < 2_000);"],
    ["crates/a/tests/b.rs", "assert!(since.elapsed() < Duration::from_millis(500));"],
    ["crates/a/src/tests.rs", "assert!(took < std::time::Duration::from_millis(50));"],
  ])("speaks of %s: %s", (path, text) => {
    expect(run(clocks, { [path]: text })).toHaveLength(1);
  });
  it.each([
    ["a.ts", "const before = performance.now();"],
    ["crates/a/tests/b.rs", "assert!(since.elapsed() < PATIENCE);"],
    ["crates/a/src/b.rs", "if since.elapsed() < Duration::from_millis(500) {}"],
  ])("lets %s: %s", (path, text) => {
    expect(run(clocks, { [path]: text })).toEqual([]);
  });
});
