/** Running a function or a loop of an expression. Every item of a loop is paid for from the budget. */
import { type Json, nameOfType } from "../json.ts";
import { type ExpressionFunction, condition } from "./functions.ts";
import { type Code, ExpressionError, type Machine } from "./machine.ts";
import { compare } from "./operators.ts";

export const callCode = (known: ExpressionFunction, args: readonly Code[], at: number): Code => (machine) => {
  machine.charge(1, at);
  return known.run(args.map((arg) => arg(machine)), machine, at);
};

export const loopCode = (name: string, list: Code, slot: number, withPlace: boolean, body: Code, at: number): Code => (machine) => {
  const items = list(machine);
  if (!Array.isArray(items)) throw new ExpressionError(`${name} needs a list, but got ${nameOfType(items)}.`, at);
  const each = (index: number): Json => {
    machine.charge(1, at);
    machine.locals[slot] = items[index] as Json;
    if (withPlace) machine.locals[slot + 1] = index;
    return body(machine);
  };
  return run(name, items as readonly Json[], each, at, machine);
};

const run = (name: string, items: readonly Json[], each: (index: number) => Json, at: number, machine: Machine): Json => {
  switch (name) {
    case "map": return items.map((_, index) => each(index));
    case "filter": return items.filter((_, index) => condition(each(index), at));
    case "all": return items.every((_, index) => condition(each(index), at));
    case "exists": return items.some((_, index) => condition(each(index), at));
    case "count": {
      let count = 0;
      for (let index = 0; index < items.length; index++) if (condition(each(index), at)) count++;
      return count;
    }
    default: {
      const keyed = items.map((item, index) => ({ item, key: each(index) }));
      machine.charge(keyed.length * 8, at);
      return keyed.sort((a, b) => compare(a.key, b.key, name, at)).map((pair) => pair.item);
    }
  }
};
