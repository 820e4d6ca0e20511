/**
 * Samples values from the schemas themselves, sends them through Rust and compares: what TypeScript may write, Rust reads and writes
 * again unchanged. A failure names the seed.
 */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { Arbitrary, Effect } from "effect";
import { commands } from "@axion/protocol";
import { root } from "./generate.ts";
import { schemasByName } from "./schemas.ts";

const SAMPLES = 25;

it("every sampled value comes back from Rust the same", { timeout: 300_000 }, () => {
  execFileSync("cargo", ["build", "--quiet", "-p", "axion-protocol", "--example", "echo"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const metadata: unknown = JSON.parse(execFileSync("cargo", ["metadata", "--format-version", "1", "--no-deps"], { cwd: root, encoding: "utf8" }));
  if (typeof metadata !== "object" || metadata === null || !("target_directory" in metadata)) throw new Error("cargo metadata says no target folder");
  const sent: Array<{ readonly name: string; readonly value: unknown }> = [];
  const seed = Date.now() % 2 ** 31;
  for (const [name, schema] of schemasByName()) {
    const values = Effect.runSync(Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: SAMPLES, seed, maxDiscards: 100_000 }));
    for (const value of values) sent.push({ name, value });
  }
  expect(sent.length).toBeGreaterThan(Object.keys(commands).length * SAMPLES);
  const input = sent.map(({ name, value }) => `${name}\t${JSON.stringify(value)}\n`).join("");
  const extension = process.platform === "win32" ? ".exe" : "";
  const output = execFileSync(`${String(metadata.target_directory)}/debug/examples/echo${extension}`, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  const lines = output.split("\n");
  for (const [index, { name, value }] of sent.entries()) {
    const line = lines[index] ?? "";
    const text = JSON.stringify(value);
    if (line.startsWith("!")) throw new Error(`seed ${seed}: Rust refused ${name} ${text}: ${line.slice(1)}`);
    // Through text, because JavaScript's -0 and an absent key have no other form on the wire.
    expect(JSON.parse(line), `seed ${seed}: ${name}`).toEqual(JSON.parse(text));
  }
});
