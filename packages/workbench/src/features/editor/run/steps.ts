// Steps of a run by their key, and the instances of a node that are worth a look first. Pure.

import type { RunView, StepView } from '@axion/client';
import type { StepState } from '@axion/protocol';

export function stepOf(run: RunView, key: string | null): StepView | undefined {
  if (key === null) return undefined;
  const at = key.indexOf('@');
  return at < 0 ? run.step(key) : run.step(key.slice(0, at), key.slice(at + 1));
}

export const nodeOfKey = (key: string): string => (key.includes('@') ? key.slice(0, key.indexOf('@')) : key);

const first: readonly StepState[] = ['waiting', 'failed', 'retrying', 'running'];
const SCANNED = 20_000;

/** Those that wait or failed, then the rest in order, at most `most`; a huge run is not walked to its end. */
export function instancesOf(run: RunView, node: string, most: number): readonly StepView[] {
  const urgent: StepView[] = [];
  const rest: StepView[] = [];
  let seen = 0;
  for (const step of run.steps()) {
    seen += 1;
    if (seen > SCANNED || (urgent.length >= most && rest.length >= most)) break;
    if (step.node !== node) continue;
    if (first.includes(step.state)) urgent.push(step);
    else if (rest.length < most) rest.push(step);
  }
  urgent.sort((a, b) => first.indexOf(a.state) - first.indexOf(b.state));
  return [...urgent, ...rest].slice(0, most);
}
