/** Short ways to write down graphs and run events in tests. */
import type { GraphDocument, NodeRecord, RunEvent, Slot } from "@axion/protocol";
import type { RunDraft } from "./memory/script.ts";

/** `"a.out > b.in"`: an edge from port `out` of `a` to port `in` of `b`. */
export type EdgeText = `${string}.${string} > ${string}.${string}`;

export const graphOf = (
  id: string,
  nodes: ReadonlyArray<Pick<NodeRecord, "id" | "kind"> & Partial<NodeRecord>>,
  edges: ReadonlyArray<EdgeText> = [],
  slots: ReadonlyArray<Slot> = [],
): GraphDocument => ({
  axion: 1, id, name: id, slots: [...slots],
  nodes: nodes.map((node) => ({ name: node.id, config: {}, ...node })),
  edges: edges.map((text, index) => {
    const [from = "", to = ""] = text.split(" > ");
    const end = (each: string) => ({ node: each.slice(0, each.lastIndexOf(".")), port: each.slice(each.lastIndexOf(".") + 1) });
    return { id: `e${index + 1}`, from: end(from), to: end(to) };
  }),
});

/** A few nodes in a row with one approval: enough to look at a run. */
export const sampleGraph = (id = "sample"): GraphDocument =>
  graphOf(
    id,
    [
      { id: "start", kind: "start", name: "Start" },
      { id: "read", kind: "file.list", name: "Read folder", config: { slot: "invoices" } },
      { id: "each", kind: "for-each", name: "For each file" },
      { id: "parse", kind: "parse", name: "Parse", parent: "each" },
      { id: "ask", kind: "approval", name: "Send the report?" },
      { id: "result", kind: "output", name: "Result" },
    ],
    ["start.out > read.in", "read.files > each.items", "each.item > parse.in", "parse.out > each.result", "each.results > ask.in", "ask.approved > result.in"],
    [{ id: "invoices", access: "ro", description: "Where the invoices are" }],
  );

/** Events of one run, numbered from 1, a millisecond apart. */
export const runEvents = (runId: string, drafts: ReadonlyArray<RunDraft>, start = 1_700_000_000_000): RunEvent[] =>
  // A draft is an event without exactly these three keys.
  drafts.map((draft, index) => ({ ...draft, runId, seq: index + 1, ts: start + index }) as RunEvent);
