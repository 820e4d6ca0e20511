/** `AGENTS.md` of granted folders: shown before it is first used, remembered, asked about again only when it is another. */
import { expect, test } from "vitest";
import { World, message, params, says } from "./testing/world.ts";

const files = { "work/AGENTS.md": "Always answer in verse." };
const hashIn = (world: World) => world.of("request-opened")[0]?.request.facts.find((fact) => fact.label === "SHA-256")?.value ?? "";

test("is shown first, and applies when the person says so", async () => {
  const world = new World(() => says("Done."), { files });
  await world.run();
  expect(world.of("request-opened")[0]?.request).toMatchObject({ kind: "instructions", text: "Always answer in verse.", options: [{ id: "use", label: "Use" }, { id: "leave", label: "Leave out" }] });
  expect(world.events[0]?.type).toBe("request-opened");
  expect(world.model.requests[0]?.system).toContain("Always answer in verse.");
  expect(hashIn(world)).toMatch(/^[0-9a-f]{64}$/);
});

test("left out, it does not reach the model, and in later turns neither is it asked about", async () => {
  const world = new World(() => says("Done."), { files, answering: () => ({ option: "leave", by: "person" }) });
  await world.run();
  expect(world.model.requests[0]?.system).not.toContain("verse");
  const asked = world.of("request-opened")[0]?.request;
  if (asked === undefined) throw new Error("nothing was asked");
  const later = new World(() => says("Done."), { files });
  const before = message("m1", "assistant", "Done.", { parts: [{ type: "request", request: asked, answer: { option: "leave", by: "person" } }, { type: "text", text: "Done." }] });
  await later.run(params({ messages: [message("m0", "user", "Hi"), before, message("m2", "user", "And?")] }));
  expect(later.of("request-opened")).toHaveLength(0);
  expect(later.model.requests[0]?.system).not.toContain("verse");
});

test("seen before, it applies without a question; changed, it is another", async () => {
  const first = new World(() => says("Done."), { files });
  await first.run();
  const second = new World(() => says("Done."), { files });
  await second.run(params({ seenInstructions: [hashIn(first)] }));
  expect(second.of("request-opened")).toHaveLength(0);
  expect(second.model.requests[0]?.system).toContain("verse");
  const third = new World(() => says("Done."), { files: { "work/AGENTS.md": "Always answer in prose." } });
  await third.run(params({ seenInstructions: [hashIn(first)] }));
  expect(third.of("request-opened")).toHaveLength(1);
});

test("what is no text, or too large, is left alone", async () => {
  const world = new World(() => says("Done."), { files: { "work/AGENTS.md": "a\0b", "other/AGENTS.md": "x".repeat(100_000) } });
  await world.run(params({ folders: [{ folderId: "work", access: "ro", name: "work" }, { folderId: "other", access: "ro", name: "other" }] }));
  expect(world.of("request-opened")).toHaveLength(0);
  expect(world.outcome?.state).toBe("succeeded");
});

test("what cannot be seen, and what is not shown, does not apply", async () => {
  const hidden = `Visible.\u200b\u202e\u{e0041}\u{e0042}\u0007\n${"x".repeat(30_000)}HIDDEN AT THE END`;
  const world = new World(() => says("Done."), { files: { "work/AGENTS.md": hidden } });
  await world.run();
  const shown = world.of("request-opened")[0]?.request.text ?? "";
  expect(shown).toMatch(/^Visible\.\nxxx/);
  expect(world.model.requests[0]?.system).toContain(shown);
  expect(world.model.requests[0]?.system).not.toContain("HIDDEN AT THE END");
});
