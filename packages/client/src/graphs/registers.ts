/**
 * Applies operations to a graph: one last-writer-wins register per field, the greater stamp wins. The order in which
 * operations come does not matter, and one that comes twice changes nothing.
 *
 * The class keeps what the model does not show: stamps of the writes seen, and the fields of deleted entities (their
 * registers live on). A snapshot carries no stamps; a field that was not written since counts as older than any write.
 */
import type { GraphOp } from "@axion/protocol";
import { edgeOf, type EntityKind, fieldsOf, fits, nodeOf, noteOf, slotOf } from "./fields.ts";
import type { DraftOp, GraphModel, Json } from "./model.ts";
import type { Stamp } from "./stamp.ts";

export interface Applied {
  readonly model: GraphModel;
  /** What takes the model back, to be stamped anew. Empty if nothing was changed. */
  readonly inverse: ReadonlyArray<DraftOp>;
  /** An entity came to life whose fields are not known here: the graph must be read again. */
  readonly incomplete: boolean;
}

interface Hidden {
  readonly fields: Map<string, Json>;
}
const keyOf = (entity: EntityKind, id: string): string => `${entity}/${id}`;

export class GraphRegisters {
  #model: GraphModel;
  readonly #stamps = new Map<string, Stamp>();
  /** Entities that are deleted, or not whole yet. */
  readonly #hidden = new Map<string, Hidden>();
  readonly #deleted = new Set<string>();

  constructor(model: GraphModel) {
    this.#model = model;
  }

  get model(): GraphModel {
    return this.#model;
  }

  apply(ops: ReadonlyArray<GraphOp>): Applied {
    const before = this.#model;
    const touched = new Map<string, { entity: EntityKind; id: string; written: Set<string>; fields: Map<string, Json> }>();
    for (const op of ops) {
      if (!this.#wins(op)) continue;
      const key = keyOf(op.entity, op.id);
      let state = touched.get(key);
      if (state === undefined) {
        state = { entity: op.entity, id: op.id, written: new Set(), fields: fieldsOf(before, op.entity, op.id) ?? this.#hidden.get(key)?.fields ?? new Map() };
        touched.set(key, state);
      }
      if (op.field === "deleted") {
        if (op.value === true) this.#deleted.add(key);
        else this.#deleted.delete(key);
        continue;
      }
      state.written.add(op.field);
      if (op.value === null) state.fields.delete(op.field);
      else state.fields.set(op.field, op.value);
    }
    if (touched.size === 0) return { model: before, inverse: [], incomplete: false };

    const draft = new ModelDraft(before);
    const inverse: DraftOp[] = [];
    let incomplete = false;
    for (const [key, { entity, id, written, fields }] of touched) {
      const old = fieldsOf(before, entity, id);
      const alive = !this.#deleted.has(key);
      const present = alive && draft.put(entity, id, fields);
      if (present) this.#hidden.delete(key);
      else {
        draft.remove(entity, id);
        this.#hidden.set(key, { fields });
        // The stamp of `deleted` was seen and it is not: somebody restored it, and its other fields were written before our time.
        if (alive && this.#stamps.has(`${key}/deleted`)) incomplete = true;
      }
      pushInverse(inverse, entity, id, old, present, written);
    }
    this.#model = draft.model();
    return { model: this.#model, inverse, incomplete };
  }

  #wins(op: GraphOp): boolean {
    if (op.field !== "deleted" && !fits(op.entity, op.field, op.value)) return false;
    if (op.entity === "graph" && op.field === "deleted") return false;
    // Core writes into `prev` what the write met; if that was greater, this write had lost before we saw it.
    if (op.prev !== undefined && op.prev > op.stamp) return false;
    const key = `${keyOf(op.entity, op.id)}/${op.field}`;
    const known = this.#stamps.get(key);
    if (known !== undefined && known >= op.stamp) return false;
    this.#stamps.set(key, op.stamp);
    return true;
  }
}

const pushInverse = (
  into: DraftOp[], entity: EntityKind, id: string, old: ReadonlyMap<string, Json> | undefined, present: boolean, written: ReadonlySet<string>,
): void => {
  if (old === undefined) {
    if (present) into.push({ entity, id, field: "deleted", value: true });
    return;
  }
  if (present) {
    for (const field of written) into.push({ entity, id, field, value: old.get(field) ?? null });
    return;
  }
  // All fields, not only `deleted`: other windows may have come after the deletion and know none of them.
  for (const [field, value] of old) into.push({ entity, id, field, value });
  into.push({ entity, id, field: "deleted", value: null });
};

/** Copies a map of the model only when something in it changes. */
class ModelDraft {
  readonly #from: GraphModel;
  #name: string;
  #description: string | undefined;
  readonly #maps = new Map<"slots" | "nodes" | "edges" | "notes", Map<string, unknown>>();

  constructor(from: GraphModel) {
    this.#from = from;
    this.#name = from.name;
    this.#description = from.description;
  }

  /** False if the fields do not make a whole entity. */
  put(entity: EntityKind, id: string, fields: ReadonlyMap<string, Json>): boolean {
    if (entity === "graph") {
      const name = fields.get("name");
      const description = fields.get("description");
      if (typeof name === "string") this.#name = name;
      this.#description = typeof description === "string" ? description : undefined;
      return true;
    }
    const made = entity === "node" ? nodeOf(id, fields) : entity === "edge" ? edgeOf(id, fields) : entity === "slot" ? slotOf(id, fields) : noteOf(id, fields);
    if (made === undefined) return false;
    this.#map(entity).set(id, made);
    return true;
  }

  remove(entity: EntityKind, id: string): void {
    if (entity !== "graph" && this.#from[mapName[entity]].has(id)) this.#map(entity).delete(id);
  }

  model(): GraphModel {
    // Only entities made by the functions above went into the copies.
    const maps = Object.fromEntries(this.#maps) as Partial<Pick<GraphModel, "slots" | "nodes" | "edges" | "notes">>;
    const { description: _old, ...rest } = this.#from;
    return { ...rest, name: this.#name, ...(this.#description === undefined ? {} : { description: this.#description }), ...maps };
  }

  #map(entity: Exclude<EntityKind, "graph">): Map<string, unknown> {
    const name = mapName[entity];
    let map = this.#maps.get(name);
    if (map === undefined) {
      map = new Map<string, unknown>(this.#from[name]);
      this.#maps.set(name, map);
    }
    return map;
  }
}
const mapName = { slot: "slots", node: "nodes", edge: "edges", note: "notes" } as const;
