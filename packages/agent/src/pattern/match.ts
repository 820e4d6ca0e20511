/**
 * Regular expressions in linear time: a pattern from a model must not be able to hold a turn up, so it is not run by an engine that tries and goes back.
 * The pattern becomes an automaton (`parse.ts`); a line is read once, and each set of states that was met is remembered with where it leads. Answers only whether a line fits.
 */
import { type Program, parsePattern } from "./parse.ts";

/** Sets of states that are remembered; beyond it they are forgotten and met anew. */
const MAX_SETS = 2_000;
const MAX_STEPS = 100_000;

interface StateSet { readonly states: Int32Array; readonly accepts: boolean; readonly next: Map<number, StateSet> }
export type Matcher = { readonly matches: (line: string) => boolean } | { readonly problem: string };

export const readPattern = (pattern: string, options: { readonly literal: boolean; readonly ignoreCase: boolean }): Matcher => {
  if (options.literal) {
    const wanted = options.ignoreCase ? pattern.toLowerCase() : pattern;
    return { matches: (line) => (options.ignoreCase ? line.toLowerCase() : line).includes(wanted) };
  }
  const parsed = parsePattern(pattern, options.ignoreCase);
  return "problem" in parsed ? parsed : { matches: automaton(parsed) };
};

const isWord = (unit: number) => (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || unit === 95 || (unit >= 97 && unit <= 122);
/** What stands before or after a place, as far as it matters: nothing, a letter of a word, something else. */
const EDGE = 0, WORD = 1, OTHER = 2;
const sideOf = (unit: number) => (isWord(unit) ? WORD : OTHER);

const automaton = (program: Program): ((line: string) => boolean) => {
  let sets = new Map<string, StateSet>();
  const marks = new Int32Array(program.length).fill(-1);
  let round = 0;
  let steps = 0;

  /** All places reachable without reading, given what stands on both sides. */
  const spread = (from: Iterable<number>, before: number, after: number): { states: number[]; accepts: boolean } => {
    round++;
    const stack = [...from];
    const states: number[] = [];
    let accepts = false;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (marks[at] === round) continue;
      marks[at] = round;
      const op = program[at];
      if (op === undefined) continue;
      switch (op.type) {
        case "char": states.push(at); break;
        case "split": stack.push(op.a, op.b); break;
        case "jump": stack.push(op.to); break;
        case "start": if (before === EDGE) stack.push(at + 1); break;
        case "end": if (after === EDGE) stack.push(at + 1); break;
        case "word": if (((before === WORD) !== (after === WORD)) === op.is) stack.push(at + 1); break;
        case "accept": accepts = true; break;
      }
    }
    return { states, accepts };
  };
  /** A set before its spreading: what comes next decides about ends and borders of words, so it is part of the key. */
  const setOf = (seeds: readonly number[], before: number, after: number): StateSet => {
    const { states, accepts } = spread(seeds, before, after);
    states.sort((a, b) => a - b);
    const key = `${states.join(",")}${accepts ? "!" : ""}`;
    let set = sets.get(key);
    if (set === undefined) {
      if (sets.size >= MAX_SETS || steps >= MAX_STEPS) {
        sets = new Map();
        steps = 0;
      }
      set = { states: Int32Array.from(states), accepts, next: new Map() };
      sets.set(key, set);
    }
    return set;
  };

  return (line) => {
    let set = setOf([0], EDGE, line.length === 0 ? EDGE : sideOf(line.charCodeAt(0)));
    for (let at = 0; at < line.length; at++) {
      if (set.accepts) return true;
      const unit = line.charCodeAt(at);
      const after = at + 1 < line.length ? sideOf(line.charCodeAt(at + 1)) : EDGE;
      const step = unit * 3 + after;
      let next = set.next.get(step);
      if (next === undefined) {
        const seeds = [0];
        for (const state of set.states) {
          const op = program[state];
          if (op?.type === "char" && op.fits(unit)) seeds.push(state + 1);
        }
        next = setOf(seeds, sideOf(unit), after);
        set.next.set(step, next);
        steps++;
      }
      set = next;
    }
    return set.accepts;
  };
};
