// What the catalogue of kinds says about one node: its ports, its summary, what is wrong with its settings. Read once for each
// config object; a node that only moved is not read again. Nothing is executed.

import { type ConfigProblem, completeConfig, type InputPort, type Kind, type OutputPort, type Ports, registry, setUp } from '@axion/engine';
import type { NodeRecord } from '@axion/protocol';

export interface NodeInfo {
  /** Undefined: the kind is not known here. */
  readonly kind: Kind | undefined;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
  readonly innerSources: readonly OutputPort[];
  readonly innerSinks: readonly InputPort[];
  readonly summary: string;
  readonly effect: boolean;
  readonly problems: readonly ConfigProblem[];
}

const noPorts: Ports = { inputs: [], outputs: [] };
const known = new WeakMap<NodeRecord['config'], { readonly kind: string; readonly info: NodeInfo }>();

export function infoOf(node: NodeRecord): NodeInfo {
  const kept = known.get(node.config);
  if (kept?.kind === node.kind) return kept.info;
  const info = readInfo(node);
  known.set(node.config, { kind: node.kind, info });
  return info;
}

function readInfo(node: NodeRecord): NodeInfo {
  const kind = registry.get(node.kind);
  if (kind === undefined) return { kind, inputs: [], outputs: [], innerSources: [], innerSinks: [], summary: '', effect: false, problems: [] };
  const read = setUp(kind, node.config);
  const config = 'setup' in read ? read.setup.config : lastGood(kind, node);
  const ports = 'setup' in read ? read.setup.ports : attempt(() => kind.ports(config), noPorts);
  const inner = 'setup' in read ? (read.setup.inner ?? noPorts) : attempt(() => kind.inner?.(config) ?? noPorts, noPorts);
  return {
    kind,
    inputs: ports.inputs,
    outputs: ports.outputs,
    innerSources: inner.outputs,
    innerSinks: inner.inputs,
    summary: attempt(() => kind.summary(config), ''),
    effect: attempt(() => kind.delivery(config) === 'effect', false),
    problems: 'problems' in read ? read.problems : [],
  };
}

/** With a mistake in one field, ports are still drawn: from the whole config if that works, else from the defaults. */
function lastGood(kind: Kind, node: NodeRecord): unknown {
  const complete = completeConfig(kind, node.config);
  try {
    kind.ports(complete);
    return complete;
  } catch {
    return kind.defaults;
  }
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** What a kind asks of a node that depends on its edges: "Choose the folder to list." */
export function missingOf(node: NodeRecord, connected: (port: string) => boolean): ConfigProblem | null {
  const { kind, problems, inputs } = infoOf(node);
  if (kind === undefined || problems.length > 0 || node.off === true) return null;
  const unmet = inputs.find((port) => port.required === true && !connected(port.id));
  try {
    kind.check?.(completeConfig(kind, node.config), connected);
  } catch (thrown) {
    // Kinds say what is missing by throwing a problem with a field.
    if (thrown instanceof Error && 'field' in thrown && typeof thrown.field === 'string') return { field: thrown.field, message: thrown.message };
    throw thrown;
  }
  return unmet === undefined ? null : { field: '', message: unmet.label };
}
