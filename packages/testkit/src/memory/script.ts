/**
 * A run without an engine: the events that a plausible run of a graph would bring, one after the other with pauses. For looking
 * at screens and for tests of the client; values are made up from the nodes' names.
 */
import type { GraphDocument, NodeRecord, RunEvent } from "@axion/protocol";

type DraftOf<E> = E extends RunEvent ? Omit<E, "runId" | "seq" | "ts"> : never;
export type RunDraft = DraftOf<RunEvent>;
/** `waitFor`: the script goes on when this approval is answered. */
export interface ScriptLine {
  readonly afterMs: number;
  readonly event: RunDraft;
  readonly waitFor?: string;
}

const runner = { mode: "process" as const, jail: "Landlock, seccomp", node: "24.21.0", readyMs: 84 };

/** Nodes of one level in an order in which they can run. */
const ordered = (document: GraphDocument, parent: string | undefined): NodeRecord[] => {
  const level = document.nodes.filter((node) => node.parent === parent);
  const ids = new Set(level.map((node) => node.id));
  const waits = new Map(level.map((node) => [node.id, 0]));
  const next = new Map<string, string[]>();
  for (const edge of document.edges) {
    if (!ids.has(edge.from.node) || !ids.has(edge.to.node)) continue;
    waits.set(edge.to.node, (waits.get(edge.to.node) ?? 0) + 1);
    next.set(edge.from.node, [...(next.get(edge.from.node) ?? []), edge.to.node]);
  }
  const byId = new Map(level.map((node) => [node.id, node]));
  const queue = level.filter((node) => waits.get(node.id) === 0);
  for (let index = 0; index < queue.length; index += 1) {
    for (const target of next.get(queue[index]?.id ?? "") ?? []) {
      const left = (waits.get(target) ?? 1) - 1;
      waits.set(target, left);
      const node = byId.get(target);
      if (left === 0 && node !== undefined) queue.push(node);
    }
  }
  return queue;
};

export const scriptOf = (document: GraphDocument, runId: string, stepMs = 120, items = 3): ScriptLine[] => {
  const lines: ScriptLine[] = [
    {
      afterMs: stepMs,
      event: { type: "run-started", graphId: document.id, graphName: document.name, graphHash: "0".repeat(64), input: null, grants: [], runner },
    },
  ];
  let succeeded = 0;
  const finish = (node: NodeRecord, scope: string | undefined, afterMs: number) => {
    succeeded += 1;
    lines.push({
      afterMs,
      event: {
        type: "step-finished", node: node.id, ...(scope === undefined ? {} : { scope }), state: "succeeded", ms: afterMs,
        outputs: { out: { type: "inline", value: { from: node.name } } },
      },
    });
  };
  const inside = (node: NodeRecord, scope: string | undefined) => {
    const at = scope === undefined ? {} : { scope };
    const children = ordered(document, node.id);
    if (node.kind === "approval") {
      const approvalId = `${runId}-${node.id}${scope === undefined ? "" : `-${scope.replaceAll(/[:/]/g, "-")}`}`;
      lines.push({ afterMs: 0, event: { type: "approval-requested", node: node.id, ...at, approvalId, title: node.name, facts: [{ label: "Node", value: node.name }] } });
      lines.push({ afterMs: stepMs, waitFor: approvalId, event: { type: "log", level: "info", node: node.id, ...at, text: "Answered." } });
    } else if (children.length > 0) {
      lines.push({ afterMs: 0, event: { type: "step-started", node: node.id, ...at, items } });
      // One level inside is enough to look at; deeper containers are shown as plain steps.
      for (let index = 0; index < items; index += 1) {
        const scopeInside = `${scope === undefined ? "" : `${scope}/`}${node.id}:${index}`;
        for (const child of children) finish(child, scopeInside, stepMs / 4);
      }
    } else lines.push({ afterMs: 0, event: { type: "step-started", node: node.id, ...at } });
    finish(node, scope, stepMs);
  };
  for (const node of ordered(document, undefined)) inside(node, undefined);
  lines.push({
    afterMs: 0,
    event: {
      type: "run-finished", state: "succeeded", ms: stepMs * lines.length, outputs: {},
      steps: { total: succeeded, succeeded, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 },
    },
  });
  return lines;
};
