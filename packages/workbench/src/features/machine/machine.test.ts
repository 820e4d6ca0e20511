import type { Check, DoctorReport } from '@axion/protocol';
import { describe, expect, it } from 'vitest';
import { glyphOfCheck, machineOf } from './machine.ts';

const check = (id: Check['id'], status: Check['status']): Check => ({ id, status, title: id, why: '' });
const report = (engine: Check['status'], jail: Check['status'], runtime: Check['status'] = 'ok'): DoctorReport => ({
  checkedAt: 0,
  checks: [check('engine', engine), check('jail', jail), check('runtime', runtime), check('runner', 'ok')],
});

describe('what a run would use', () => {
  it('takes the container first, then the jailed process, as the person chose', () => {
    expect(machineOf(report('ok', 'ok'), 'auto', false)?.inUse).toBe('docker');
    expect(machineOf(report('missing', 'ok'), 'auto', false)?.inUse).toBe('process');
    expect(machineOf(report('ok', 'ok'), 'process', false)?.inUse).toBe('process');
    expect(machineOf(report('missing', 'ok'), 'docker', false)?.inUse).toBeNull();
    expect(machineOf(undefined, 'auto', false)).toBeNull();
  });

  it('never calls a process jailed that is not', () => {
    expect(machineOf(report('missing', 'missing'), 'auto', false)?.inUse).toBeNull();
    const agreed = machineOf(report('missing', 'missing'), 'auto', true);
    expect(agreed?.inUse).toBe('process');
    expect(agreed?.unjailed).toBe(true);
  });

  it('needs the runtime for both', () => {
    expect(machineOf(report('ok', 'ok', 'missing'), 'auto', false)?.inUse).toBeNull();
  });

  it('wants one of the two ways, not both', () => {
    const machine = machineOf(report('missing', 'ok'), 'auto', false);
    expect([machine?.needs('engine'), machine?.needs('jail'), machine?.needs('runtime')]).toEqual([false, true, true]);
    expect(machineOf(report('missing', 'ok'), 'docker', false)?.needs('engine')).toBe(true);
  });

  it('stays quiet about what is missing but not needed', () => {
    expect(glyphOfCheck(check('engine', 'missing'), false)).toBe('idle');
    expect(glyphOfCheck(check('engine', 'missing'), true)).toBe('failed');
    expect(glyphOfCheck(check('disk', 'warning'), true)).toBe('waiting');
  });
});
