import type { GraphDocument, GraphLayout } from "@axion/protocol";
import { describe, expect, it } from "vitest";
import { formatGraphFile, formatLayoutFile } from "./file-format.ts";

const graph: GraphDocument = {
  edges: [{ to: { port: "in", node: "b" }, id: "e", from: { node: "a", port: "out" } }],
  nodes: [{ id: "b", kind: "k", name: "", config: { z: { d: 1, c: [] }, "10": 1, a: "x", "9": 2 } }, { config: {}, name: "", off: true, kind: "k", id: "a" }],
  slots: [], name: "G", id: "g", axion: 1,
};

describe("the file format", () => {
  // The same text is expected of Core in crates/core/src/graphs/file.rs.
  it("is one thing to a line, sorted, keys in the order of the schema", () => expect(formatGraphFile(graph)).toBe(`{
  "axion": 1,
  "id": "g",
  "name": "G",
  "slots": [],
  "nodes": [
    {"id":"a","kind":"k","name":"","off":true,"config":{}},
    {"id":"b","kind":"k","name":"","config":{"10":1,"9":2,"a":"x","z":{"d":1,"c":[]}}}
  ],
  "edges": [
    {"id":"e","from":{"node":"a","port":"out"},"to":{"node":"b","port":"in"}}
  ]
}
`));
  it("reads back as what it was, and is the same again", () => {
    const text = formatGraphFile({ ...graph, description: "d\n", slots: [{ id: "s", access: "ro" }] });
    expect(formatGraphFile(JSON.parse(text) as GraphDocument)).toBe(text);
  });
  it("holds the layout beside it", () => {
    const layout: GraphLayout = { notes: [{ id: "n", text: "t", x: 0, y: 0, w: 8, h: 8 }], nodes: [{ y: 2, x: 1, id: "b" }, { id: "a", x: 0, y: 0, collapsed: true }], axion: 1 };
    expect(formatLayoutFile(layout)).toBe("{\n  \"axion\": 1,\n  \"nodes\": [\n    {\"id\":\"a\",\"x\":0,\"y\":0,\"collapsed\":true},\n    {\"id\":\"b\",\"x\":1,\"y\":2}\n  ],\n  \"notes\": [\n    {\"id\":\"n\",\"text\":\"t\",\"x\":0,\"y\":0,\"w\":8,\"h\":8}\n  ]\n}\n");
  });
});
