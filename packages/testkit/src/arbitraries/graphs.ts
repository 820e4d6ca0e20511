/** Random graph edits: a small world of ids, so that operations meet each other. */
import type { DraftOp, Json } from "@axion/client";
import * as fc from "fast-check";

const ids = { graph: ["graph"], node: ["n1", "n2", "n3", "n4"], edge: ["e1", "e2"], slot: ["s1", "s2"], note: ["t1"] } as const;
const number = fc.integer({ min: -50, max: 50 });
const name = fc.constantFrom("A", "B", "Über", "𝒞", "");
const endpoint = fc.record({ node: fc.constantFrom(...ids.node), port: fc.constantFrom("in", "out") });
const json: fc.Arbitrary<Json> = fc.oneof(fc.constant(null), name, number, fc.boolean(), fc.constant([1, "x"]), fc.constant({ a: { b: [] } }));
const deleted = fc.constantFrom<Json>(true, null);

const op = <E extends keyof typeof ids>(entity: E, fields: ReadonlyArray<readonly [string, fc.Arbitrary<Json>]>): fc.Arbitrary<DraftOp> =>
  fc.constantFrom(...fields).chain(([field, value]) =>
    fc.record({ entity: fc.constant<DraftOp["entity"]>(entity), id: fc.constantFrom<string>(...ids[entity]), field: fc.constant(field), value }),
  );

/** One write to one field; most are sensible, some clear what must not be clear or write to what is not there. */
export const draftOp: fc.Arbitrary<DraftOp> = fc.oneof(
  op("graph", [["name", name], ["description", fc.oneof(name, fc.constant(null))]]),
  op("node", [
    ["kind", fc.constantFrom("start", "map", "if")], ["name", name], ["x", number], ["y", number], ["off", fc.constantFrom<Json>(true, false, null)],
    ["parent", fc.constantFrom<Json>("n1", "n2", null)], ["config.a", json], ["config.__proto__", json], ["w", fc.oneof(number, fc.constant(null))], ["deleted", deleted],
  ]),
  op("edge", [["from", endpoint], ["to", endpoint], ["deleted", deleted]]),
  op("slot", [["access", fc.constantFrom("ro", "rw")], ["description", name], ["deleted", deleted]]),
  op("note", [["text", name], ["x", number], ["deleted", deleted]]),
);

/** Creates a whole node, edge or note in one go, as the editor does. */
export const creation: fc.Arbitrary<ReadonlyArray<DraftOp>> = fc.oneof(
  fc.record({ id: fc.constantFrom(...ids.node), kind: fc.constantFrom("start", "map"), name, x: number, y: number }).map(({ id, ...fields }) =>
    Object.entries(fields).map(([field, value]): DraftOp => ({ entity: "node", id, field, value })).concat({ entity: "node", id, field: "deleted", value: null }),
  ),
  fc.record({ id: fc.constantFrom(...ids.edge), from: endpoint, to: endpoint }).map(({ id, from, to }): DraftOp[] => [
    { entity: "edge", id, field: "from", value: from }, { entity: "edge", id, field: "to", value: to }, { entity: "edge", id, field: "deleted", value: null },
  ]),
  fc.record({ id: fc.constantFrom(...ids.slot), access: fc.constantFrom("ro", "rw") }).map(({ id, access }): DraftOp[] => [
    { entity: "slot", id, field: "access", value: access }, { entity: "slot", id, field: "deleted", value: null },
  ]),
  fc.record({ id: fc.constantFrom(...ids.note), text: name, x: number }).map(({ id, text, x }): DraftOp[] => [
    { entity: "note", id, field: "text", value: text }, { entity: "note", id, field: "x", value: x }, { entity: "note", id, field: "deleted", value: null },
  ]),
);

export const gesture: fc.Arbitrary<ReadonlyArray<DraftOp>> = fc.oneof(creation, fc.array(draftOp, { minLength: 1, maxLength: 4 }));
