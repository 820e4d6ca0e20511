/**
 * Between entities and their fields, both ways: an operation writes one field, and an entity exists when the fields that it
 * cannot be without are there. Values that do not fit their field are refused here (they may come from another window).
 */
import type { EdgeRecord, Endpoint, Note, Slot } from "@axion/protocol";
import type { DraftOp, GraphModel, GraphNode, Json } from "./model.ts";

export type EntityKind = DraftOp["entity"];
/** All fields of one entity that are set, `deleted` apart. */
export type Fields = ReadonlyMap<string, Json>;

const isText = (value: Json): value is string => typeof value === "string";
const isNumber = (value: Json): value is number => typeof value === "number" && Number.isFinite(value);
const isTrueOrFalse = (value: Json): value is boolean => typeof value === "boolean";
const isEndpoint = (value: Json | undefined): value is Json & Endpoint =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "node" in value && "port" in value &&
  typeof value.node === "string" && typeof value.port === "string";

const checks: Record<EntityKind, Readonly<Record<string, (value: Json) => boolean>>> = {
  graph: { name: isText, description: isText },
  slot: { access: (value) => value === "ro" || value === "rw", description: isText },
  node: { kind: isText, name: isText, parent: isText, off: isTrueOrFalse, x: isNumber, y: isNumber, w: isNumber, h: isNumber, collapsed: isTrueOrFalse },
  edge: { from: isEndpoint, to: isEndpoint },
  note: { text: isText, x: isNumber, y: isNumber, w: isNumber, h: isNumber },
};
const configPrefix = "config.";

/** Whether `value` may stand in that field. `null` clears any. Fields of later versions are not known and left alone. */
export const fits = (entity: EntityKind, field: string, value: Json): boolean => {
  if (entity === "node" && field.startsWith(configPrefix) && field.length > configPrefix.length) return true;
  const check = Object.hasOwn(checks[entity], field) ? checks[entity][field] : undefined;
  return check !== undefined && (value === null || check(value));
};

const text = (fields: Fields, name: string): string | undefined => {
  const value = fields.get(name);
  return typeof value === "string" ? value : undefined;
};
const number = (fields: Fields, name: string): number | undefined => {
  const value = fields.get(name);
  return typeof value === "number" ? value : undefined;
};
const given = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } => {
  const out: { [P in K]?: V } = {};
  if (value !== undefined) out[key] = value;
  return out;
};

export const nodeOf = (id: string, fields: Fields): GraphNode | undefined => {
  const kind = text(fields, "kind");
  if (kind === undefined) return undefined;
  const config: [string, Json][] = [];
  for (const [field, value] of fields) if (field.startsWith(configPrefix)) config.push([field.slice(configPrefix.length), value]);
  return {
    id, kind, name: text(fields, "name") ?? "",
    ...given("parent", text(fields, "parent")),
    ...(fields.get("off") === true ? { off: true } : {}),
    config: Object.fromEntries(config),
    x: number(fields, "x") ?? 0, y: number(fields, "y") ?? 0,
    ...given("w", number(fields, "w")), ...given("h", number(fields, "h")),
    ...(fields.get("collapsed") === true ? { collapsed: true } : {}),
  };
};
export const edgeOf = (id: string, fields: Fields): EdgeRecord | undefined => {
  const from = fields.get("from");
  const to = fields.get("to");
  return isEndpoint(from) && isEndpoint(to) ? { id, from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } } : undefined;
};
export const slotOf = (id: string, fields: Fields): Slot | undefined => {
  const access = fields.get("access");
  return access === "ro" || access === "rw" ? { id, access, ...given("description", text(fields, "description")) } : undefined;
};
export const noteOf = (id: string, fields: Fields): Note | undefined => {
  const body = text(fields, "text");
  return body === undefined ? undefined
    : { id, text: body, x: number(fields, "x") ?? 0, y: number(fields, "y") ?? 0, w: number(fields, "w") ?? 200, h: number(fields, "h") ?? 120 };
};

const entries = (record: object): [string, Json][] => Object.entries(record).filter(([key, value]) => key !== "id" && value !== undefined);

/** The fields of an entity that is in the model, or undefined if it is not. */
export const fieldsOf = (model: GraphModel, entity: EntityKind, id: string): Map<string, Json> | undefined => {
  switch (entity) {
    case "graph":
      return new Map(entries({ name: model.name, description: model.description }));
    case "node": {
      const node = model.nodes.get(id);
      if (node === undefined) return undefined;
      const { config, ...rest } = node;
      return new Map([...entries(rest), ...Object.entries(config).map(([key, value]): [string, Json] => [configPrefix + key, value])]);
    }
    case "edge":
      return optionalFields(model.edges.get(id));
    case "slot":
      return optionalFields(model.slots.get(id));
    case "note":
      return optionalFields(model.notes.get(id));
  }
};
const optionalFields = (record: object | undefined): Map<string, Json> | undefined => (record === undefined ? undefined : new Map(entries(record)));
