/**
 * The shape of a kind of node. One module per kind describes everything about it: its palette entry, the schema of its
 * config, its form, its ports and what it does. The canvas, the compiler and the engine read the same object.
 *
 * Texts are English and live in the kind; `texts.ts` gives each a key, so that a catalogue can replace them.
 */
import type { Schema } from "effect";
import type { LogLevel } from "@axion/protocol";
import type { Clock, FilePort } from "./host.ts";
import type { Json, JsonRecord } from "./json.ts";
import type { TypeName } from "./types.ts";

export interface InputPort {
  readonly id: string;
  readonly label: string;
  readonly type: TypeName;
  readonly list?: boolean;
  /** Must be connected. Others take the config value of the same name, or nothing. */
  readonly required?: boolean;
  /** Takes any number of edges; the value is a list in the order of edge ids. */
  readonly many?: boolean;
  /** Sees edges that carry nothing (as `undefined`) instead of being skipped by them. */
  readonly acceptsDead?: boolean;
}
export interface OutputPort {
  readonly id: string;
  readonly label: string;
  readonly type: TypeName;
  readonly list?: boolean;
}
export interface Ports { readonly inputs: readonly InputPort[]; readonly outputs: readonly OutputPort[] }

export type Delivery = "pure" | "idempotent" | "effect";
export type ContainerType = "for-each" | "try";

export const groups = [
  { id: "ends", title: "Start and result" },
  { id: "logic", title: "Logic" },
  { id: "files", title: "Files" },
  { id: "data", title: "Data" },
  { id: "tables", title: "Tables" },
] as const;
export type GroupId = (typeof groups)[number]["id"];

export type Control =
  | "text" | "textarea" | "number" | "switch" | "select" | "code" | "expression" | "template"
  | "json" | "schema" | "slot" | "path" | "datetime" | "rows";
export interface FormOption { readonly value: string; readonly label: string; readonly help?: string }
export interface FormField {
  /** Key of the config (or of the row, inside `rows`). */
  readonly field: string;
  readonly label: string;
  readonly control: Control;
  readonly help?: string;
  readonly placeholder?: string;
  readonly options?: readonly FormOption[];
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Shown only while another field of the config has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly (string | boolean)[] };
  /** Columns of a `rows` control. */
  readonly columns?: readonly FormField[];
  /** For `rows`: the singular of what a row is ("rule"), and what a new row holds. */
  readonly row?: { readonly title: string; readonly initial: JsonRecord };
  /** For `slot`: the access that the node needs. */
  readonly access?: "ro" | "rw";
}

/** A folder slot that a config refers to, and where. */
export interface SlotUse { readonly slot: string; readonly access: "ro" | "rw"; readonly field: string }

/** Values by input port. `many` ports hold a list, in which `undefined` marks an edge that carried nothing. */
export interface Inputs { readonly [port: string]: Json | readonly (Json | undefined)[] | undefined }
/** Values by output port. A port that is absent carries nothing: what follows it is skipped. */
export interface Outputs { readonly [port: string]: Json }

export interface StepContext {
  readonly node: string;
  readonly nodeName: string;
  readonly scope: string | undefined;
  readonly attempt: number;
  /** The same for each attempt of this instance, also after a crash. */
  readonly key: string;
  readonly runInput: Json;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly files: FilePort;
  log(level: LogLevel, text: string): void;
}

/** What `run` answers when the step has to wait; `wake` gives the outputs when the wait is over. */
export class Suspend {
  readonly wait: { readonly type: "timer"; readonly until: number } | ApprovalRequest;
  constructor(wait: Suspend["wait"]) { this.wait = wait; }
}
export interface ApprovalRequest {
  readonly type: "approval";
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly details?: Json;
}
export type Waking =
  | { readonly type: "timer" }
  | { readonly type: "approval"; readonly decision: "approved" | "rejected"; readonly note?: string; readonly at: number };

export interface Kind<C = unknown, P = unknown> {
  readonly id: string;
  readonly group: GroupId;
  readonly title: string;
  /** One plain sentence. */
  readonly description: string;
  /** Lucide icon name. */
  readonly icon: string;
  readonly container?: ContainerType;
  /** `start` and `output` stand at the top level only; a graph has at most one start. */
  readonly role?: "start" | "output";
  /** Takes time: runs under the run's limit of parallel steps, and says when it starts. */
  readonly slow?: boolean;
  readonly config: Schema.Codec<C, C>;
  /** A complete config; keys that a graph leaves out are taken from here. */
  readonly defaults: C;
  readonly form: readonly FormField[];
  ports(config: C): Ports;
  /** Ports on the inner side of a container's border: `outputs` feed its children, `inputs` collect from them. */
  inner?(config: C): Ports;
  delivery(config: C): Delivery;
  /** The line on the node card: the setting that matters most. */
  summary(config: C): string;
  slots?(config: C): readonly SlotUse[];
  /** Work done once per config, before anything runs; throws FieldProblem. */
  prepare?(config: C): P;
  /** What a node needs that depends on its connected inputs; throws FieldProblem. */
  check?(config: C, connected: (port: string) => boolean): void;
  run?(context: StepContext, inputs: Inputs, config: C, prepared: P): Outputs | Suspend | Promise<Outputs>;
  /** Outputs after a Suspend. */
  wake?(context: StepContext, inputs: Inputs, config: C, prepared: P, waking: Waking): Outputs;
  /** For effects: what is about to happen, in words, for the journal. */
  intent?(inputs: Inputs, config: C): string;
}

/** Checks a kind's own types at its definition and forgets them in the catalogue. */
export const defineKind = <C, P = undefined>(kind: Kind<C, P>): Kind => kind as unknown as Kind;

/** An output that carries the failure of the node; if it is connected, the failure does not end the run. */
export const errorOutput: OutputPort = { id: "error", label: "error", type: "error" };
