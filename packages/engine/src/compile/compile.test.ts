import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { chainOf, graphOf, runGraph } from "../testing/graphs.ts";
import { checkInput, compile } from "./compile.ts";
import { MAX_PROBLEMS } from "./problems.ts";

const problemsOf = (document: unknown) => compile(document).problems ?? [];
const one = (document: unknown) => { const problems = problemsOf(document); expect(problems).toHaveLength(1); return problems[0]; };
const value = { kind: "constant", config: { value: 1 } };

describe("documents that are none", () => {
  it.each<[string, unknown, object]>([
    ["nothing", undefined, { code: "bad_document" }], ["null", null, { code: "bad_document" }], ["a list", [], { code: "bad_document" }], ["a text", "x", { code: "bad_document" }],
    ["no version", {}, { code: "unknown_version", field: "axion" }], ["another version", { axion: 2 }, { code: "unknown_version", field: "axion", hint: expect.stringContaining("newer") as string }],
  ])("%s", (_name, document, problem) => expect(one(document)).toMatchObject(problem));
  it("have lists missing or wrong", () => expect(problemsOf({ axion: 1, name: 3, slots: {}, nodes: 7 }).map((problem) => problem.field)).toEqual(["name", "slots", "nodes", "edges"]));
  it("never throw, whatever they are", () => {
    const hostile = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.record({ axion: fc.constant(1), name: tie("any"), slots: tie("any"), nodes: fc.array(tie("node")), edges: fc.array(tie("any")) }, { requiredKeys: ["axion"] })),
      node: fc.oneof(fc.jsonValue(), fc.record({ id: fc.constantFrom("a", "b", "__proto__", "constructor", 5), kind: fc.constantFrom("map", "if", "for-each", "nope", "__proto__", "switch"), parent: fc.constantFrom("a", "b", null, undefined), name: fc.jsonValue(), config: fc.jsonValue() })),
    })).any;
    fc.assert(fc.property(hostile, (document) => { expect(problemsOf(document).length).toBeLessThanOrEqual(MAX_PROBLEMS + 1); }), { numRuns: 500 });
  });
  it("keep the list of problems short", () => {
    const problems = problemsOf(graphOf(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${index}`, { kind: "nope" }])), []));
    expect([problems.length, problems.at(-1)?.message]).toEqual([MAX_PROBLEMS + 1, "300 more problems are not listed."]);
  });
});

describe("each mistake names its place", () => {
  it("unknown kind", () => expect(one(graphOf({ a: { kind: "from.the-future", config: { keep: "me" } } }, []))).toMatchObject({ code: "unknown_kind", node: "a", field: "kind" }));
  it("settings", () => expect(one(graphOf({ a: { kind: "map", config: { expression: "1 +" } } }, []))).toMatchObject({ code: "bad_config", node: "a", field: "config.expression" }));
  it("settings inside lists", () => expect(problemsOf(graphOf({ v: value, a: { kind: "switch", config: { rules: [{ name: "ok", when: "true" }, { name: "bad name", when: "(" }] } } }, ["v.value > a.value"]))[0]).toMatchObject({ field: "config.rules[1].name" }));
  it("duplicate ids", () => {
    const graph = graphOf({ a: value, b: value }, []) as { nodes: { id: string }[] };
    (graph.nodes[1] as { id: string }).id = "a";
    expect(one(graph)).toMatchObject({ code: "duplicate_id", node: "a" });
  });
  it("ids that are keys of prototypes", () => {
    const graph = graphOf({ a: value }, []) as { nodes: { id: string }[] };
    (graph.nodes[0] as { id: string }).id = "__proto__";
    expect(one(graph)).toMatchObject({ code: "bad_id", field: "nodes[0].id" });
    expect(compile(JSON.parse("{\"axion\":1,\"id\":\"g\",\"name\":\"x\",\"slots\":[],\"nodes\":[{\"id\":\"constructor\",\"kind\":\"constant\",\"name\":\"c\",\"config\":{\"__proto__\":{\"value\":2}}}],\"edges\":[],\"__proto__\":{\"axion\":7}}")).problems).toBeUndefined();
  });
  it("dangling edges", () => expect(one(graphOf({ a: value }, ["a.value > gone.value"]))).toMatchObject({ code: "dangling_edge", edge: "e000", field: "to.node" }));
  it("ports that are not there", () => expect(one(graphOf({ a: value, b: { kind: "map" } }, ["a.nope > b.value"]))).toMatchObject({ code: "unknown_port", node: "a", edge: "e000", field: "from.port", hint: "It has value." }));
  it("two edges into one input", () => expect(one(graphOf({ a: value, b: value, c: { kind: "map" } }, ["a.value > c.value", "b.value > c.value"]))).toMatchObject({ code: "input_taken", node: "c", edge: "e001" }));
  it("inputs that are missing", () => expect(one(graphOf({ a: { kind: "if" } }, []))).toMatchObject({ code: "input_missing", node: "a", field: "inputs.value" }));
  it("types, with a way to make them fit", () => {
    expect(one(graphOf({ a: value, p: { kind: "parse" } }, ["a.value > p.text"]))).toMatchObject({ code: "type_mismatch", edge: "e000", message: expect.stringContaining("takes text, the output gives a number") as string, hint: expect.stringContaining("Map") as string });
  });
  it("circles, naming the nodes", () => expect(one(graphOf({ a: { kind: "map" }, b: { kind: "map" }, c: { kind: "map" } }, ["a.value > b.value", "b.value > c.value", "c.value > a.value"]))).toMatchObject({ code: "cycle", message: expect.stringMatching(/a → b → c → a|b → c → a → b|c → a → b → c/) as string }));
  it("a node that feeds itself", () => expect(one(graphOf({ a: { kind: "map" } }, ["a.value > a.value"]))).toMatchObject({ code: "cycle", node: "a" }));
  it("circles inside containers", () => expect(one(graphOf({ t: { kind: "try" }, a: { kind: "map", parent: "t" }, b: { kind: "map", parent: "t" } }, ["a.value > b.value", "b.value > a.value"]))).toMatchObject({ code: "cycle" }));
  it("parents that are gone, are no container, or contain themselves", () => {
    expect(one(graphOf({ a: { ...value, parent: "gone" } }, []))).toMatchObject({ code: "bad_parent", node: "a", field: "parent" });
    expect(one(graphOf({ m: { kind: "map" }, a: { ...value, parent: "m" } }, []))).toMatchObject({ code: "bad_parent", node: "a" });
    expect(one(graphOf({ a: { kind: "try", parent: "b" }, b: { kind: "try", parent: "a" } }, []))).toMatchObject({ code: "container_cycle" });
    expect(problemsOf(graphOf(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`t${index}`, { kind: "try", ...(index > 0 && { parent: `t${index - 1}` }) }])), []))[0]).toMatchObject({ code: "too_deep", node: "t33" });
  });
  it("edges across a border", () => expect(one(graphOf({ v: value, t: { kind: "try" }, a: { kind: "map", parent: "t" } }, ["v.value > a.value"]))).toMatchObject({ code: "crosses_container", edge: "e000" }));
  it("ends in the wrong place or number", () => {
    expect(one(graphOf({ t: { kind: "try" }, o: { kind: "output", parent: "t" }, v: { ...value, parent: "t" } }, ["v.value > o.value"]))).toMatchObject({ code: "bad_place", node: "o" });
    expect(one(graphOf({ a: { kind: "start" }, b: { kind: "start" } }, []))).toMatchObject({ code: "two_starts", node: "b" });
    expect(one(graphOf({ v: value, a: { kind: "output" }, b: { kind: "output" } }, ["v.value > a.value", "v.value > b.value"]))).toMatchObject({ code: "duplicate_output", node: "b", field: "config.name" });
  });
  it("folders: not declared, read-only, outside", () => {
    const write = (config: object) => graphOf({ v: { kind: "constant", config: { value: "x" } }, w: { kind: "file.write", config: { slot: "out", path: "a.txt", ...config } } }, ["v.value > w.text"], [{ id: "in", access: "ro" }, { id: "out", access: "rw" }]);
    expect(problemsOf(write({}))).toEqual([]);
    expect(one(write({ slot: "gone" }))).toMatchObject({ code: "slot_undeclared", node: "w", field: "config.slot" });
    expect(one(write({ slot: "in" }))).toMatchObject({ code: "slot_read_only", node: "w" });
    for (const path of ["../a", "a/../../b", "/etc/passwd", "C:\\x", "a\0b"]) expect(one(write({ path }))).toMatchObject({ code: "bad_config", node: "w", field: "config.path" });
    expect(one(write({ path: "" }))).toMatchObject({ field: "config.path" });
  });
  it("a required value at the start", () => {
    const { plan } = compile(graphOf({ s: { kind: "start", config: { fields: [{ name: "n", type: "number", required: true }] } } }, []));
    if (plan === undefined) throw new Error("no plan");
    expect(checkInput(plan, {})).toMatchObject([{ code: "bad_input", node: "s", field: "input.n" }]);
    expect(checkInput(plan, { n: "7" })).toHaveLength(1);
    expect(checkInput(plan, { n: 7 })).toEqual([]);
  });
});

describe("size", () => {
  it("compiles and runs a chain of 100,000 nodes", async () => {
    const graph = chainOf(100_000);
    expect(compile(graph).plan?.nodeCount).toBe(100_001);
    expect((await runGraph(chainOf(50_000))).outcome.outputs).toEqual({ result: 1 + 3 * 49_999 });
  });
  it("finds a circle of 100,000 nodes", () => {
    const graph = chainOf(100_000) as { nodes: { id: string; kind: string; config: object }[]; edges: { id: string; from: object; to: object }[] };
    graph.nodes[0] = { id: "n0", kind: "map", config: {} };
    graph.edges.push({ id: "back", from: { node: "n99999", port: "value" }, to: { node: "n0", port: "value" } });
    expect(one(graph)).toMatchObject({ code: "cycle" });
  });
  it("takes deep settings as a problem, not as a crash", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level++) deep = [deep];
    expect(one(graphOf({ a: { kind: "constant", config: { value: deep } } }, []))).toMatchObject({ code: "too_deep", node: "a" });
  });
});
