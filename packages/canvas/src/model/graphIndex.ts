/**
 * Look-ups over one model: nodes by id, children by container, edges by node, and what is drawn at all (children of a collapsed
 * container are not). Built once for each model, without recursion, and tolerant of a parent that does not exist or a ring of parents.
 */
import type { CanvasEdge, CanvasModel, CanvasNode } from './types.ts';

export interface GraphIndex {
  readonly model: CanvasModel;
  readonly node: ReadonlyMap<string, CanvasNode>;
  readonly edge: ReadonlyMap<string, CanvasEdge>;
  /** The container a node is drawn in; absent for the top level and for a parent that cannot be. */
  readonly parent: ReadonlyMap<string, string>;
  readonly children: ReadonlyMap<string | null, readonly CanvasNode[]>;
  readonly outgoing: ReadonlyMap<string, readonly CanvasEdge[]>;
  readonly incoming: ReadonlyMap<string, readonly CanvasEdge[]>;
  /** Nodes that are drawn, containers before what they hold, each with its depth. */
  readonly drawn: readonly CanvasNode[];
  readonly depth: ReadonlyMap<string, number>;
  /** Edges with both ends drawn. */
  readonly drawnEdges: readonly CanvasEdge[];
  readonly usedPorts: ReadonlySet<string>;
}

export const portKey = (side: 'in' | 'out', node: string, port: string): string => `${side} ${node} ${port}`;

const nothing: readonly never[] = [];
export const childrenOf = (index: GraphIndex, parent: string | null): readonly CanvasNode[] => index.children.get(parent) ?? nothing;
export const edgesFrom = (index: GraphIndex, node: string): readonly CanvasEdge[] => index.outgoing.get(node) ?? nothing;
export const edgesTo = (index: GraphIndex, node: string): readonly CanvasEdge[] => index.incoming.get(node) ?? nothing;

export function indexGraph(model: CanvasModel): GraphIndex {
  const node = new Map(model.nodes.map((one) => [one.id, one]));
  const parent = properParents(model.nodes, node);
  const children = new Map<string | null, CanvasNode[]>();
  for (const one of model.nodes) push(children, parent.get(one.id) ?? null, one);

  const depth = new Map<string, number>();
  const drawn: CanvasNode[] = [];
  for (const one of children.get(null) ?? nothing) {
    depth.set(one.id, 0);
    drawn.push(one);
  }
  // The list grows while it is walked: breadth first, so a container always comes before its children.
  for (let at = 0; at < drawn.length; at += 1) {
    const one = drawn[at] as CanvasNode;
    if (!one.container || one.collapsed) continue;
    const below = (depth.get(one.id) ?? 0) + 1;
    for (const child of children.get(one.id) ?? nothing) {
      depth.set(child.id, below);
      drawn.push(child);
    }
  }

  const edge = new Map<string, CanvasEdge>();
  const outgoing = new Map<string | null, CanvasEdge[]>();
  const incoming = new Map<string | null, CanvasEdge[]>();
  const usedPorts = new Set<string>();
  const drawnEdges: CanvasEdge[] = [];
  for (const one of model.edges) {
    if (!node.has(one.from.node) || !node.has(one.to.node)) continue;
    edge.set(one.id, one);
    push(outgoing, one.from.node, one);
    push(incoming, one.to.node, one);
    usedPorts.add(portKey('out', one.from.node, one.from.port));
    usedPorts.add(portKey('in', one.to.node, one.to.port));
    if (depth.has(one.from.node) && depth.has(one.to.node)) drawnEdges.push(one);
  }
  return {
    model, node, edge, parent, children, drawn, depth, drawnEdges, usedPorts,
    outgoing: outgoing as ReadonlyMap<string, readonly CanvasEdge[]>,
    incoming: incoming as ReadonlyMap<string, readonly CanvasEdge[]>,
  };
}

/** The edge joins a container with its own child, so it runs inside the container. */
export function isInnerEdge(index: GraphIndex, edge: CanvasEdge): boolean {
  return index.parent.get(edge.to.node) === edge.from.node || index.parent.get(edge.from.node) === edge.to.node;
}

/** All nodes that lie below the given ones, and these. */
export function withDescendants(index: GraphIndex, ids: Iterable<string>): Set<string> {
  const all = new Set(ids);
  const queue = [...all];
  for (let at = 0; at < queue.length; at += 1) {
    for (const child of childrenOf(index, queue[at] as string)) {
      if (all.has(child.id)) continue;
      all.add(child.id);
      queue.push(child.id);
    }
  }
  return all;
}

/** Parents that exist, are containers, and do not lead back to the node itself. */
function properParents(nodes: readonly CanvasNode[], byId: ReadonlyMap<string, CanvasNode>): Map<string, string> {
  const parent = new Map<string, string>();
  for (const one of nodes) {
    if (one.parent !== undefined && byId.get(one.parent)?.container === true) parent.set(one.id, one.parent);
  }
  const checked = new Set<string>();
  for (const one of nodes) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let at: string | undefined = one.id;
    while (at !== undefined && !checked.has(at)) {
      if (onPath.has(at)) {
        parent.delete(at);
        break;
      }
      onPath.add(at);
      path.push(at);
      at = parent.get(at);
    }
    for (const id of path) checked.add(id);
  }
  return parent;
}

function push<T>(lists: Map<string | null, T[]>, key: string | null, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
