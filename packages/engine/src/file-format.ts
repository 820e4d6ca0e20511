/**
 * The text of a `.axion` file and of the `.axion.layout` beside it, made for git: one slot, node, edge or note to a line,
 * sorted by id, keys in the order of the schema, those of a `config` in that of the alphabet. Equal graphs give equal text. Core writes the same; see docs/file-format.md.
 */
import type { EdgeRecord, GraphDocument, GraphLayout, NodeLayout, NodeRecord, Note, Slot } from "@axion/protocol";

const byId = <T extends { readonly id: string }>(items: readonly T[]): T[] => [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

const list = (key: string, lines: readonly string[]): string =>
  lines.length === 0 ? `  "${key}": []` : `  "${key}": [\n    ${lines.join(",\n    ")}\n  ]`;
const whole = (parts: readonly string[]): string => `{\n${parts.join(",\n")}\n}\n`;
const entry = (key: string, value: unknown): string => `  "${key}": ${JSON.stringify(value)}`;

// Keys that are undefined are left out by JSON.stringify; the order is that of the literal.
const slot = ({ id, access, description }: Slot) => JSON.stringify({ id, access, description });
const node = ({ id, kind, name, parent, off, config }: NodeRecord) => `${JSON.stringify({ id, kind, name, parent, off }).slice(0, -1)},"config":${sorted(config)}}`;
/** Key by key, because an object puts keys that look like numbers first, whatever order they are given in. */
const sorted = (config: NodeRecord["config"]) => `{${Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
const edge = ({ id, from, to }: EdgeRecord) => JSON.stringify({ id, from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } });
const place = ({ id, x, y, w, h, collapsed }: NodeLayout) => JSON.stringify({ id, x, y, w, h, collapsed });
const note = ({ id, text, x, y, w, h }: Note) => JSON.stringify({ id, text, x, y, w, h });

export const formatGraphFile = (document: GraphDocument): string => whole([
  entry("axion", document.axion),
  entry("id", document.id),
  entry("name", document.name),
  ...(document.description === undefined ? [] : [entry("description", document.description)]),
  list("slots", byId(document.slots).map(slot)),
  list("nodes", byId(document.nodes).map(node)),
  list("edges", byId(document.edges).map(edge)),
]);

export const formatLayoutFile = (layout: GraphLayout): string => whole([
  entry("axion", layout.axion),
  list("nodes", byId(layout.nodes).map(place)),
  list("notes", byId(layout.notes).map(note)),
]);
