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
  /** What takes the registers back, to be stamped anew. Empty if every operation had lost. */
  readonly inverse: ReadonlyArray<DraftOp>;
  /** An entity came to life whose fields are not known here: the graph must be read again. */
  readonly incomplete: boolean;
}

interface Hidden {
  readonly entity: EntityKind;
  readonly id: string;
  readonly fields: Map<string, Json>;
  readonly deleted: boolean;
}
/** One entity while a batch is applied: what it was, and what it becomes. */
interface Touched {
  readonly entity: EntityKind;
  readonly id: string;
  readonly old: ReadonlyMap<string, Json> | undefined;
  readonly wasPresent: boolean;
  readonly wasDeleted: boolean;
  readonly written: Set<string>;
  readonly fields: Map<string, Json>;
  deleted: boolean;
}
const keyOf = (entity: EntityKind, id: string): string => `${entity}/${id}`;

export class GraphRegisters {
  #model: GraphModel;
  readonly #stamps = new Map<string, Stamp>();
  /** Entities that are deleted, or not whole yet. */
  readonly #hidden = new Map<string, Hidden>();

  constructor(model: GraphModel) {
    this.#model = model;
  }

  /**
   * The same graph read anew: the model is replaced, what a snapshot does not tell (stamps, deleted entities) is kept.
   * `unsure` are writes whose fate is open; they count as never seen, to be applied again by the caller or not.
   */
  renewed(model: GraphModel, unsure: ReadonlyArray<GraphOp>): GraphRegisters {
    const next = new GraphRegisters(model);
    for (const [key, stamp] of this.#stamps) next.#stamps.set(key, stamp);
    for (const op of unsure) {
      const key = `${keyOf(op.entity, op.id)}/${op.field}`;
      if (next.#stamps.get(key) === op.stamp) next.#stamps.delete(key);
    }
    for (const [key, { entity, id, fields, deleted }] of this.#hidden)
      if (fieldsOf(model, entity, id) === undefined) next.#hidden.set(key, { entity, id, fields: new Map(fields), deleted });
    // An unsure write may be what brought back a deleted thing: it will need the fields.
    for (const { entity, id } of unsure) {
      const key = keyOf(entity, id);
      const fields = fieldsOf(this.#model, entity, id);
      if (fields !== undefined && fieldsOf(model, entity, id) === undefined) next.#hidden.set(key, { entity, id, fields, deleted: this.#stamps.has(`${key}/deleted`) });
    }
    return next;
  }

  get model(): GraphModel {
    return this.#model;
  }

  apply(ops: ReadonlyArray<GraphOp>): Applied {
    const before = this.#model;
    const touched = new Map<string, Touched>();
    for (const op of ops) {
      if (!this.#wins(op)) continue;
      const key = keyOf(op.entity, op.id);
      const state = touched.get(key) ?? this.#touch(before, op.entity, op.id);
      touched.set(key, state);
      state.written.add(op.field);
      if (op.field === "deleted") state.deleted = op.value === true;
      else if (op.value === null) state.fields.delete(op.field);
      else state.fields.set(op.field, op.value);
    }
    const draft = new ModelDraft(before);
    const inverse: DraftOp[] = [];
    let incomplete = false;
    for (const [key, state] of touched) {
      const { entity, id, fields, deleted } = state;
      const present = !deleted && draft.put(entity, id, fields);
      if (present) this.#hidden.delete(key);
      else {
        draft.remove(entity, id);
        this.#hidden.set(key, { entity, id, fields, deleted });
        // `deleted` was written and it is not: somebody restored it, and its other fields were written before our time.
        if (!deleted && this.#stamps.has(`${key}/deleted`)) incomplete = true;
      }
      pushInverse(inverse, state, present);
    }
    this.#model = draft.model();
    return { model: this.#model, inverse, incomplete };
  }

  #touch(model: GraphModel, entity: EntityKind, id: string): Touched {
    const shown = fieldsOf(model, entity, id);
    const hidden = this.#hidden.get(keyOf(entity, id));
    const old = shown ?? hidden?.fields;
    return {
      entity, id, old, written: new Set(), wasPresent: shown !== undefined, wasDeleted: hidden?.deleted ?? false,
      fields: new Map(old), deleted: hidden?.deleted ?? false,
    };
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

const pushInverse = (into: DraftOp[], { entity, id, old, written, wasPresent, wasDeleted }: Touched, present: boolean): void => {
  const put = (field: string, value: Json) => into.push({ entity, id, field, value });
  // It was never heard of before: its fields need not be cleared one by one.
  if (old === undefined && present) return void put("deleted", true);
  const whole = wasPresent && !present;
  // All fields of what is restored, not only `deleted`: other windows may have come after the deletion and know none of them.
  if (whole) for (const [field, value] of old ?? []) put(field, value);
  for (const field of written) if (field !== "deleted" && !(whole && old?.has(field) === true)) put(field, old?.get(field) ?? null);
  if (!wasPresent && present) put("deleted", true);
  else if (written.has("deleted") || whole) put("deleted", wasDeleted ? true : null);
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
    if (this.#maps.size === 0 && this.#name === this.#from.name && this.#description === this.#from.description) return this.#from;
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
