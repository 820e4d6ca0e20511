/** Which node is inside which: parents that exist, are containers, do not contain themselves and are not too deep. */
import type { Kind } from "../kind.ts";
import type { Problems } from "./problems.ts";
import type { ReadGraph } from "./read.ts";

/** A scope has at most 32 parts on the wire. */
export const MAX_NESTING = 32;

/** Parent of each node as an index, −1 at the top. Nodes whose parent is wrong count as top-level; the problem is noted. */
export const parentsOf = (graph: ReadGraph, kinds: readonly (Kind | undefined)[], problems: Problems): Int32Array => {
  const parents = new Int32Array(graph.nodes.length).fill(-1);
  let nested = false;
  for (let index = 0; index < graph.nodes.length; index++) {
    const node = graph.nodes[index];
    if (node?.parent === undefined) continue;
    const parent = graph.byId.get(node.parent);
    if (parent === undefined) problems.add("bad_parent", `${node.name} is in the container ${node.parent}, which is not in the graph.`, { node: node.id, field: "parent" });
    else if (kinds[parent] !== undefined && kinds[parent]?.container === undefined) {
      problems.add("bad_parent", `${node.name} is inside ${graph.nodes[parent]?.name}, which is not a container.`, { node: node.id, field: "parent" });
    } else if (kinds[parent] !== undefined) { parents[index] = parent; nested = true; }
  }
  if (nested) checkDepth(graph, parents, problems);
  return parents;
};

const checkDepth = (graph: ReadGraph, parents: Int32Array, problems: Problems): void => {
  const depth = new Int32Array(parents.length).fill(-1);
  const path: number[] = [];
  for (let index = 0; index < parents.length; index++) {
    path.length = 0;
    let at = index;
    // −2 marks what is on the way up, so meeting it again is a circle.
    while (at !== -1 && depth[at] === -1) { depth[at] = -2; path.push(at); at = parents[at] as number; }
    const circle = at !== -1 && depth[at] === -2;
    if (circle) {
      const node = graph.nodes[at];
      problems.add("container_cycle", `The container ${node?.name} is inside itself.`, { node: node?.id ?? "", field: "parent" });
    }
    let above = circle || at === -1 ? -1 : (depth[at] as number);
    for (let place = path.length - 1; place >= 0; place--) {
      const each = path[place] as number;
      above++;
      depth[each] = above;
      if (above === MAX_NESTING + 1) {
        problems.add("too_deep", `${graph.nodes[each]?.name} is inside more than ${MAX_NESTING} containers.`, { node: graph.nodes[each]?.id ?? "", field: "parent" });
      }
      if (circle) parents[each] = -1;
    }
  }
};
