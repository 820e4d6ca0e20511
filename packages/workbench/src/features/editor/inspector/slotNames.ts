// Names of the folders of a graph: the id is the name, so it is chosen once and never changed. Pure.

import type { GraphModel } from '@axion/client';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function slotNameProblem(graph: GraphModel, name: string): 'bad' | 'taken' | null {
  if (!NAME.test(name)) return 'bad';
  return graph.slots.has(name) ? 'taken' : null;
}

export function freeSlotName(graph: GraphModel, wanted: string): string {
  let name = wanted;
  for (let number = 2; graph.slots.has(name); number += 1) name = `${wanted}${number}`;
  return name;
}
