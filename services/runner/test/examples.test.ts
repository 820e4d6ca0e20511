/**
 * Each example gives what it ships as its expected result, on real files through the runner's own file port.
 * `AXION_WRITE_EXPECTED=1` writes the expected results anew; look at the difference before you commit it.
 */
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GraphDocument, GraphLayout } from "@axion/protocol";
import { type Json, Run, type RunOutcome, compile, formatGraphFile, formatLayoutFile } from "@axion/engine";
import { afterAll, describe, expect, it } from "vitest";
import { GrantedFiles } from "../src/files.ts";
import type { Peer } from "../src/peer.ts";
import { worldOf } from "../src/world.ts";

const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "axion-examples-"));
const rewrite = process.env["AXION_WRITE_EXPECTED"] === "1";
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const names = readdirSync(examples).filter((name) => name.endsWith(".axion")).map((name) => name.slice(0, -".axion".length));

const runExample = async (name: string, reports: string): Promise<RunOutcome> => {
  const { plan, problems } = compile(JSON.parse(readFileSync(join(examples, `${name}.axion`), "utf8")));
  expect(problems).toBeUndefined();
  if (plan === undefined) throw new Error("no plan");
  const files = new GrantedFiles(new Map([
    ["invoices", { slot: "invoices", path: join(examples, "invoices"), access: "ro" as const }],
    ["reports", { slot: "reports", path: reports, access: "rw" as const }],
  ]));
  // A host that keeps everything and says yes to each question.
  const peer = {
    ask: (_method: string, params: string) => {
      for (const [, id] of params.matchAll(/"type":"approval-requested"[^}]*?"approvalId":"([^"]+)"/g)) queueMicrotask(() => run.answer(id as string, { decision: "approved", at: 0 }));
      return Promise.resolve({});
    },
  } as unknown as Peer;
  const run = new Run({ runId: "r", plan, input: {}, concurrency: 4, journal: [], blobs: new Map(), host: worldOf("r", peer, files) });
  run.start();
  return await run.done;
};

describe("examples", () => {
  it("are the four that the start page offers", () => expect(names.toSorted()).toEqual(["approval", "caught", "fan-out", "invoices"]));

  it.each(names)("%s gives its expected result", async (name) => {
    const reports = join(scratch, name);
    mkdirSync(reports);
    const outcome = await runExample(name, reports);
    const written = readdirSync(reports).toSorted();
    const expected = join(examples, "expected", `${name}.json`);
    const result = `${JSON.stringify({ state: outcome.state, outputs: outcome.outputs, steps: outcome.counts, files: written } as unknown as Json, null, 2)}\n`;
    if (rewrite) {
      if (written.length > 0) mkdirSync(join(examples, "expected", name), { recursive: true });
      writeFileSync(expected, result);
      for (const file of written) writeFileSync(join(examples, "expected", name, file), readFileSync(join(reports, file)));
    }
    expect(JSON.parse(result)).toEqual(JSON.parse(readFileSync(expected, "utf8")));
    for (const file of written) expect(readFileSync(join(reports, file), "utf8")).toBe(readFileSync(join(examples, "expected", name, file), "utf8"));
  });

  it.each(names)("%s is written in the file format", (name) => {
    const graph = readFileSync(join(examples, `${name}.axion`), "utf8");
    expect(formatGraphFile(JSON.parse(graph) as GraphDocument)).toBe(graph);
    const layout = readFileSync(join(examples, `${name}.axion.layout`), "utf8");
    expect(formatLayoutFile(JSON.parse(layout) as GraphLayout)).toBe(layout);
  });
});
