// What the doctor's report means for the person: which way of running is used now, and what each check says. Pure.

import type { Check, DoctorReport, RunnerMode, Settings } from '@axion/protocol';
import type { RunState } from '@axion/ui';

export interface Machine {
  /** The way a run would take now, or null when there is none. */
  readonly inUse: RunnerMode | null;
  /** The process way without a jail, because the person agreed to it. */
  readonly unjailed: boolean;
  readonly checks: ReadonlyMap<Check['id'], Check>;
  /** Whether a run is in want of that check: of two ways to run, one is enough. */
  readonly needs: (id: Check['id']) => boolean;
}

export function machineOf(report: DoctorReport | undefined, choice: Settings['runner'], allowUnjailed: boolean): Machine | null {
  if (report === undefined) return null;
  const checks = new Map(report.checks.map((check): [Check['id'], Check] => [check.id, check]));
  const works = (id: Check['id']): boolean => {
    const check = checks.get(id);
    return check !== undefined && check.status !== 'missing';
  };
  const jailed = checks.get('jail')?.status === 'ok';
  const runtime = works('runtime');
  const docker = choice !== 'process' && works('engine') && runtime;
  const process = choice !== 'docker' && runtime && (jailed || allowUnjailed);
  const inUse: RunnerMode | null = works('runner') || !checks.has('runner') ? (docker ? 'docker' : process ? 'process' : null) : null;
  const needs = (id: Check['id']): boolean => {
    if (id === 'engine') return choice === 'docker' || (choice === 'auto' && !jailed && !allowUnjailed);
    if (id === 'jail') return choice === 'process' || (choice === 'auto' && !works('engine'));
    return true;
  };
  return { inUse, unjailed: inUse === 'process' && !jailed, checks, needs };
}

/** A check as a glyph: found, needs attention, missing. One that is missing but not needed now stays quiet. */
export function glyphOfCheck(check: Check, needed: boolean): RunState {
  if (check.status === 'ok') return 'succeeded';
  if (check.status === 'warning') return 'waiting';
  return needed ? 'failed' : 'idle';
}
