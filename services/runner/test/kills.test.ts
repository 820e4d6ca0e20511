/**
 * The runner's process is killed at any moment, again and again, and a new one goes on with what had been acknowledged: the answer and the files come out as if nothing
 * had happened. Real processes, real files. Needs `node services/runner/build.mjs` to have run.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnEvent, TurnStartParams } from "@axion/protocol";
import { expect, it } from "vitest";
import { Host } from "./host.ts";

const start = (text: string, journal: readonly TurnEvent[], attempt: number): TurnStartParams => ({
  sessionId: "s", turnId: "t", messageId: "a", attempt, mode: "accept-edits", instructions: "",
  model: { provider: "demo", kind: "demo", model: { id: "demo", provider: "demo", capabilities: [], contextWindow: 32_000, name: "demo", title: "Demo", claims: [], contextSource: "measured", local: true, demo: true } },
  guards: { maxSteps: 50, maxMinutes: 60, maxTokens: 1_000_000, maxCost: null, sameCalls: 3 }, compaction: { automatic: true, threshold: 80 }, folders: [{ folderId: "work", access: "rw", name: "work" }], seenInstructions: [], graphs: [],
  messages: [{ id: "q", sessionId: "s", role: "user", content: text, parts: [{ type: "text", text }], timestamp: "2026-11-21T00:00:00.000Z", state: "complete", seq: 1 }], blobs: [], journal, now: Date.now(),
});
const said = (events: readonly TurnEvent[]) => events.flatMap((event) => event.type === "text-added" && event.kind === "text" ? [event.text] : []).join("");
const isEnd = (event: TurnEvent) => event.type === "turn-finished";

/** Runs to the end, killed after each of these many milliseconds. */
const run = async (text: string, folder: string, kills: readonly number[]): Promise<readonly TurnEvent[]> => {
  let journal: readonly TurnEvent[] = [];
  for (let attempt = 1; ; attempt++) {
    const host = new Host([{ slot: "work", path: folder, access: "rw" }]);
    await host.ready;
    const kill = kills[attempt - 1];
    const timer = kill === undefined ? undefined : setTimeout(() => host.child.kill("SIGKILL"), kill);
    // A process that is killed early never answers.
    host.ask("turn_start", start(text, journal, attempt)).catch(() => undefined);
    await Promise.race([host.turnEvent(isEnd), host.exited]);
    clearTimeout(timer);
    journal = [...journal, ...host.turnEvents];
    await host.close();
    if (journal.some(isEnd)) return journal;
  }
};

/** The same numbers each time: a failure can be looked at. */
const numbers = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
};

for (const [word, rounds] of [["edit", 5], ["plan", 2]] as const) {
  it(`${word}: comes out the same`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "axion-kills-"));
    const note = join(folder, "notes.md");
    const chance = numbers(word.length * 7919);
    try {
      const once = async (kills: readonly number[]) => {
        writeFileSync(note, "First line\n");
        const events = await run(word, folder, kills);
        return { events, note: readFileSync(note, "utf8") };
      };
      const whole = await once([]);
      for (let round = 0; round < rounds; round++) {
        const kills = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => Math.floor(chance() * 900));
        const { events, note: text } = await once(kills);
        const at = `killed after ${kills.join(", ")} ms`;
        expect(said(events), at).toBe(said(whole.events));
        expect(text, at).toBe(whole.note);
        expect(events.filter(isEnd), at).toMatchObject([{ state: "succeeded" }]);
        const ended = events.flatMap((event) => event.type === "tool-finished" ? [event.callId] : []);
        expect(new Set(ended).size, at).toBe(ended.length);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
}
