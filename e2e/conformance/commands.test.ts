/** The conformance cases over `axion serve`'s WebSocket, and those without events by `axion call` on a home that nobody holds. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cases } from "./cases.ts";
import { type Door, callDoor, serveDoor, startProvider } from "./door.ts";
import { prepareSeed } from "./seed.ts";

describe("the provider of the seed's examples", () => {
  test("is asked under the names that the seed uses", async () => {
    const folder = mkdtempSync(join(tmpdir(), "axion-conformance-"));
    const provider = await startProvider();
    const door = await serveDoor(join(folder, "home"));
    try {
      await prepareSeed(door, provider.base);
      const { role, model } = (await door.invoke("send_message", { sessionId: "sess_abc123", content: "Explain ownership in Rust" })) as { role: string; model: string };
      // An id that is unique among providers begins with the provider's.
      assert.deepEqual([role, model.split("/").at(-1)], ["assistant", "claude-sonnet-4-20250514"]);
    } finally {
      await door.close();
      provider.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  });
});

for (const [name, open] of [["axion serve", serveDoor], ["axion call", async (home: string) => callDoor(home)]] as const) {
  describe(`the commands of seed 004 over ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "axion-conformance-"));
    let door: Door;
    before(async () => {
      door = await open(join(folder, "home"));
    });
    after(async () => {
      await door.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    });
    for (const each of cases.filter(({ events }) => events !== true || name === "axion serve")) test(each.name, () => each.run(door));
  });
}
