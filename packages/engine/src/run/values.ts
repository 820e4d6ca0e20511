/**
 * Values on their way into the journal: inline up to 32 KiB of JSON, else put into the blob store first. A large value
 * that passes through many nodes is written and hashed once.
 */
import type { PortValue } from "@axion/protocol";
import { StepFailure } from "../failure.ts";
import type { BlobPort } from "../host.ts";
import type { Json } from "../json.ts";
import type { Outputs } from "../kind.ts";

export const MAX_INLINE = 32 * 1024;
const MAX_BLOB = 16_000_000;
const PREVIEW = 600;
/** Many inline values together are not small either. */
const MAX_EVENT = 512 * 1024;
const REMEMBERED = 16;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** JSON text that every reader takes: a lone surrogate is legal for JavaScript and for nobody else. */
export const jsonText = (value: unknown): string => {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud") || !/(^|[^\\])(\\\\)*\\ud[89a-f]/.test(text)) return text;
  const clean = (each: unknown): unknown => {
    if (typeof each === "string") return each.toWellFormed();
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    const entries = Object.entries(each);
    return entries.every(([key]) => key.isWellFormed()) ? each : Object.fromEntries(entries.map(([key, inner]) => [key.toWellFormed(), inner]));
  };
  return JSON.stringify(value, (_key, each: unknown) => clean(each));
};

const isLarge = (json: string): boolean => json.length > MAX_INLINE || (json.length * 3 > MAX_INLINE && bytesOf(json) > MAX_INLINE);

export class Values {
  private readonly blobs: BlobPort;
  private readonly known: ReadonlyMap<string, string>;
  private readonly objects = new WeakMap<object, string>();
  private readonly texts = new Map<string, string>();

  /** `known` are the blobs that the host sent along, by hash. */
  constructor(blobs: BlobPort, known: ReadonlyMap<string, string>) {
    this.blobs = blobs;
    this.known = known;
  }

  /** The outputs as the JSON text of a record of port values, or a promise of it where something is large. */
  write(outputs: Outputs, ports: readonly string[]): string | Promise<string> {
    let text = "{";
    const large: { readonly at: number; readonly value: Json; readonly json: string }[] = [];
    for (const port of ports) {
      const value = outputs[port];
      if (value === undefined) continue;
      text += text.length === 1 ? `"${port}":` : `,"${port}":`;
      if (typeof value === "number") { text += `{"type":"inline","value":${Number.isFinite(value) ? value : "null"}}`; continue; }
      if (typeof value === "boolean") { text += `{"type":"inline","value":${value}}`; continue; }
      const before = this.remembered(value);
      if (before !== undefined) { text += before; continue; }
      const json = jsonText(value);
      if (isLarge(json) || (text.length > MAX_EVENT && json.length > PREVIEW)) large.push({ at: text.length, value, json });
      else text += `{"type":"inline","value":${json}}`;
    }
    text += "}";
    return large.length === 0 ? text : this.put(text, large);
  }

  /** One value as the JSON text of a port value. */
  async one(value: Json): Promise<string> {
    const text = await this.write({ value }, ["value"]);
    return text.slice("{\"value\":".length, -1);
  }

  private remembered(value: Json): string | undefined {
    return typeof value === "object" && value !== null ? this.objects.get(value) : typeof value === "string" && value.length > MAX_INLINE / 3 ? this.texts.get(value) : undefined;
  }

  private async put(text: string, large: readonly { readonly at: number; readonly value: Json; readonly json: string }[]): Promise<string> {
    let whole = text;
    for (const { at, value, json } of [...large].reverse()) {
      if (json.length > MAX_BLOB) throw new StepFailure("value_too_large", `A value has ${json.length} characters of JSON; at most ${MAX_BLOB} can be passed on.`, "Work on it in parts, or pass a file.");
      const hash = await this.blobs.put(json);
      const blob = `{"type":"blob","hash":"${hash}","bytes":${bytesOf(json)},"preview":${jsonText(json.slice(0, PREVIEW).toWellFormed())}}`;
      if (typeof value === "object" && value !== null) this.objects.set(value, blob);
      else if (typeof value === "string") {
        this.texts.set(value, blob);
        if (this.texts.size > REMEMBERED) this.texts.delete(this.texts.keys().next().value as string);
      }
      whole = whole.slice(0, at) + blob + whole.slice(at);
    }
    return whole;
  }

  /** The values that a journaled step gave. */
  read(outputs: { readonly [port: string]: PortValue } | undefined): Outputs {
    const values: { [port: string]: Json } = {};
    for (const [port, carried] of Object.entries(outputs ?? {})) {
      if (carried.type === "inline") { values[port] = carried.value as Json; continue; }
      const json = this.known.get(carried.hash);
      if (json === undefined) throw new StepFailure("blob_missing", `The value of ${port} (${carried.bytes} bytes) is not in the blob store any more.`);
      const value = JSON.parse(json) as Json;
      values[port] = value;
      const text = `{"type":"blob","hash":"${carried.hash}","bytes":${carried.bytes},"preview":${jsonText(carried.preview)}}`;
      if (typeof value === "object" && value !== null) this.objects.set(value, text);
      else if (typeof value === "string") this.texts.set(value, text);
    }
    return values;
  }
}
