/** The rows of the timeline: a walk over the tree of containers, with a stack of its own, into what is expanded. */
import { leadingState } from "./counts.ts";
import type { StepTable } from "./steps.ts";
import type { TimelineRow } from "./view.ts";

type Open = { readonly kind: "step" | "item"; readonly key: string; readonly depth: number };

export const timelineRows = (table: StepTable, expanded: ReadonlySet<string>): TimelineRow[] => {
  const rows: TimelineRow[] = [];
  const stack: Open[] = [];
  const pushSteps = (scope: string, depth: number) => {
    const keys = table.scope(scope)?.steps ?? [];
    // A step that is only heard of at its end started earlier than its neighbours.
    const ordered = [...keys].sort((a, b) => (table.get(a)?.startedAt ?? Infinity) - (table.get(b)?.startedAt ?? Infinity));
    for (let index = ordered.length - 1; index >= 0; index -= 1) stack.push({ kind: "step", key: ordered[index] ?? "", depth });
  };
  pushSteps("", 0);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const open = expanded.has(next.key);
    if (next.kind === "step") {
      const step = table.get(next.key);
      if (step === undefined) continue;
      const items = table.itemsOf(next.key);
      rows.push({ kind: "step", key: next.key, depth: next.depth, step, expandable: items.length > 0, expanded: open && items.length > 0 });
      if (open) for (let index = items.length - 1; index >= 0; index -= 1) stack.push({ kind: "item", key: items[index] ?? "", depth: next.depth + 1 });
      continue;
    }
    const scope = table.scope(next.key);
    if (scope === undefined) continue;
    const state = leadingState(scope.counts);
    const ended = state !== "running" && state !== "waiting" && state !== "retrying" && state !== "queued";
    rows.push({
      kind: "item", key: next.key, depth: next.depth, container: scope.container, index: scope.index, scope: scope.scope, state,
      startedAt: scope.startedAt, endedAt: ended ? scope.endedAt : undefined, expandable: true, expanded: open,
    });
    if (open) pushSteps(next.key, next.depth + 1);
  }
  return rows;
};
