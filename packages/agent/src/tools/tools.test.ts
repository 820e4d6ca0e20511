/** The tools one by one, through a turn: what they answer, what they refuse. */
import { expect, test } from "vitest";
import { World, calls, params, says } from "../testing/world.ts";

interface Done { readonly state: string; readonly text: string; readonly world: World }
/** One call after the other, each in a reply of its own. */
const use = async (files: Readonly<Record<string, string>>, ...list: readonly (readonly [string, unknown])[]): Promise<readonly Done[]> => {
  const world = new World((_, number) => { const call = list[number - 1]; return call === undefined ? says("Done.") : calls(call); }, { files });
  await world.run(params({ mode: "accept-edits", graphs: [{ graphId: "g", name: "G", input: {} }] }));
  return world.of("tool-finished").map((event) => ({ state: event.state, world, text: event.error?.message ?? (event.output?.type === "inline" ? String(event.output.value) : event.output?.preview ?? "") }));
};
const one = async (files: Readonly<Record<string, string>>, name: string, args: unknown): Promise<Done> => {
  const [done] = await use(files, [name, args]);
  if (done === undefined) throw new Error("the call did not end");
  return done;
};

test("list_files: sorted, by pattern, without what tools made", async () => {
  const files = { "work/b.md": "x", "work/a.ts": "xy", "work/src/c.md": "", "work/node_modules/d.md": "" };
  expect((await one(files, "list_files", {})).text).toBe("a.ts  2 B\nb.md  1 B\nsrc/c.md  0 B");
  expect((await one(files, "list_files", { pattern: "*.md" })).text).toBe("b.md  1 B\nsrc/c.md  0 B");
  expect((await one(files, "list_files", { path: "node_modules" })).text).toBe("node_modules/d.md  0 B");
  expect(await one(files, "list_files", { path: "../etc" })).toMatchObject({ state: "failed", text: expect.stringContaining("leaves the folder") });
});

test("read_file: ranges, ends, empty files, binary files", async () => {
  const files = { "work/a.txt": "one\ntwo\nthree\nfour\n", "work/empty": "", "work/bin": "a\0b", "work/crlf": "a\r\nb\r\n" };
  expect((await one(files, "read_file", { path: "a.txt" })).text).toBe("one\ntwo\nthree\nfour\n");
  expect((await one(files, "read_file", { path: "a.txt", from: 2, to: 3 })).text).toBe("two\nthree\n(lines 2–3, more follow)");
  expect((await one(files, "read_file", { path: "a.txt", from: 4 })).text).toBe("four\n(lines 4–4, the end of the file)");
  expect((await one(files, "read_file", { path: "a.txt", from: 9 })).text).toBe("(The file ends before line 9.)");
  expect((await one(files, "read_file", { path: "empty" })).text).toBe("(The file is empty.)");
  expect((await one(files, "read_file", { path: "crlf" })).text).toBe("a\r\nb\r\n");
  expect((await one(files, "read_file", { path: "bin" })).text).toContain("binary file");
  expect((await one(files, "read_file", { path: "none" })).text).toContain("is not there");
});

test("read_file: a line without end and letters across pieces", async () => {
  const done = await one({ "work/long": "ü".repeat(400_000) }, "read_file", { path: "long" });
  expect(done.state).toBe("succeeded");
  const output = done.world.of("tool-finished")[0]?.output;
  const text = output?.type === "blob" ? String(JSON.parse(done.world.kept.get(output.hash) ?? "")) : "";
  expect(text.startsWith("üüü")).toBe(true);
  expect(text).toContain("the last line was cut");
  expect(text.length).toBeLessThan(210_000);
});

test("search_files: text, expressions, places; broken expressions are said", async () => {
  const files = { "work/a.ts": "const x = 1;\nlet y = x + 10;\n", "work/b.md": "X marks the spot", "work/bin": "x\0x" };
  expect((await one(files, "search_files", { query: "x =" })).text).toBe("a.ts:1: const x = 1;");
  expect((await one(files, "search_files", { query: "\\b(let|const)\\s+\\w", regex: true })).text).toBe("a.ts:1: const x = 1;\na.ts:2: let y = x + 10;");
  expect((await one(files, "search_files", { query: "x", pattern: "*.md" })).text).toBe("b.md:1: X marks the spot");
  expect((await one(files, "search_files", { query: "x", caseSensitive: true, pattern: "*.md" })).text).toContain("Nothing found");
  expect(await one(files, "search_files", { query: "(a", regex: true })).toMatchObject({ state: "failed", text: expect.stringContaining("not closed") });
});

test("edit_file: exactly, as often as said, or not at all", async () => {
  const files = { "work/a.txt": "a b a", "work/crlf": "x\r\ny" };
  expect((await one(files, "edit_file", { path: "a.txt", edits: [{ find: "a", replace: "c" }] })).text).toContain("2 times");
  expect((await one(files, "edit_file", { path: "a.txt", edits: [{ find: "a", replace: "c", count: 2 }] })).world.files.text("work/a.txt")).toBe("c b c");
  expect((await one(files, "edit_file", { path: "a.txt", edits: [{ find: "b", replace: "$& $1" }] })).world.files.text("work/a.txt")).toBe("a $& $1 a");
  expect((await one(files, "edit_file", { path: "a.txt", edits: [{ find: "a b", replace: "q" }, { find: "zzz", replace: "" }] })).world.files.text("work/a.txt")).toBe("a b a");
  expect((await one(files, "edit_file", { path: "crlf", edits: [{ find: "x\ny", replace: "z" }] })).state).toBe("failed");
  expect((await one(files, "edit_file", { path: "none", edits: [{ find: "x", replace: "z" }] })).text).toContain("is not there");
});

test("a file that somebody else changed since it was read is not written over", async () => {
  const world = new World((_, number) => {
    if (number === 2) world.files.set("work/a.txt", "changed by hand");
    return number === 1 ? calls(["read_file", { path: "a.txt" }]) : number === 2 ? calls(["write_file", { path: "a.txt", text: "mine" }]) : says("Done.");
  }, { files: { "work/a.txt": "old" } });
  await world.run(params({ mode: "accept-edits" }));
  expect(world.of("tool-finished")[1]).toMatchObject({ state: "failed", error: { code: "changed_since_read" } });
  expect(world.files.text("work/a.txt")).toBe("changed by hand");
});

test("a file that changed while its approval waited is not written over", async () => {
  const world = new World((_, number) => number === 1 ? calls(["write_file", { path: "a.txt", text: "mine" }]) : says("Done."), { files: { "work/a.txt": "old" }, answering: () => { world.files.set("work/a.txt", "by hand"); return { option: "allow", by: "person" }; } });
  await world.run();
  expect(world.of("tool-finished")[0]).toMatchObject({ state: "failed", error: { code: "changed_since_shown" } });
  expect(world.files.text("work/a.txt")).toBe("by hand");
});

test("own changes are no changes of somebody else", async () => {
  const done = await use({ "work/a.txt": "one" }, ["read_file", { path: "a.txt" }], ["edit_file", { path: "a.txt", edits: [{ find: "one", replace: "two" }] }], ["edit_file", { path: "a.txt", edits: [{ find: "two", replace: "three" }] }]);
  expect(done.map((each) => each.state)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(done[0]?.world.files.text("work/a.txt")).toBe("three");
});

test("changes too large to show are said to be, and made all the same once allowed", async () => {
  const world = new World((_, number) => number === 1 ? calls(["write_file", { path: "a.txt", text: "x".repeat(300_000) }]) : says("Done."));
  await world.run();
  expect(world.of("request-opened")[0]?.request.changes).toEqual([{ folderId: "work", path: "a.txt", tooLarge: true }]);
  expect(world.files.text("work/a.txt")?.length).toBe(300_000);
});

test("several folders: one must be named; a read-only one is not written", async () => {
  const world = new World((_, number) => number === 1 ? calls(["read_file", { path: "a.txt" }], ["read_file", { folder: "other", path: "a.txt" }], ["write_file", { folder: "other", path: "a.txt", text: "x" }], ["read_file", { folder: "nope", path: "a.txt" }]) : says("Done."), { files: { "other/a.txt": "there" } });
  await world.run(params({ mode: "accept-edits", folders: [{ folderId: "work", access: "rw", name: "work" }, { folderId: "other", access: "ro", name: "other" }] }));
  const ends = world.of("tool-called").map((call) => world.of("tool-finished").find((event) => event.callId === call.callId));
  expect(ends.map((event) => event?.error?.code ?? event?.state)).toEqual(["which_folder", "succeeded", "read_only", "unknown_folder"]);
});

test("what could only fail is not offered", async () => {
  const offered = async (more: Parameters<typeof params>[0]) => {
    const world = new World(() => says("Done."));
    await world.run(params(more));
    return world.model.requests[0]?.tools.map((tool) => tool.name);
  };
  expect(await offered({ folders: [] })).toEqual(["ask_person", "update_todos", "recall"]);
  expect(await offered({ folders: [{ folderId: "w", access: "ro", name: "w" }] })).toEqual(["list_files", "read_file", "search_files", "ask_person", "update_todos", "recall"]);
});

test("run_graph and recall go to the host", async () => {
  const [run, found, unknown] = await use({}, ["run_graph", { graph: "g", input: { a: 1 } }], ["recall", { query: "password" }], ["run_graph", { graph: "h" }]);
  expect(run?.world.graphRuns).toHaveLength(1);
  expect(found?.text).toContain("[old] user: the password is 42");
  expect(unknown).toMatchObject({ state: "failed", text: expect.stringContaining("no graph") });
});

test("slips in the form of arguments are mended, and nothing else is", async () => {
  const files = { "work/a.txt": "one\ntwo\nthree\n" };
  const done = await use(files, ["read_file", { path: "a.txt", folder: null, from: "2", to: "2" }], ["edit_file", { path: "a.txt", edits: "[{\"find\":\"one\",\"replace\":\"1\"}]" }], ["list_files", { recursive: "false" }], ["run_graph", { graph: "g", input: null }], ["read_file", { path: null }], ["read_file", { path: "a.txt", from: "second" }], ["write_file", { path: "b.txt", text: "5" }]);
  expect(done.map((each) => each.state)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded", "failed", "failed", "succeeded"]);
  expect(done[0]?.text).toBe("two\n(lines 2–2, more follow)");
  const made = done[0]?.world.of("tool-called").map((event) => event.arguments);
  expect(made?.[0]).toEqual({ path: "a.txt", from: 2, to: 2 });
  expect(made?.[3]).toEqual({ graph: "g", input: null });
  expect(done[0]?.world.files.text("work/b.txt")).toBe("5");
});
