/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { iconNamed, isIconName } from './icons.ts';

describe('icons', () => {
  it('has every icon that a node kind names', () => {
    const kinds = new URL('../../../engine/src/kinds/', import.meta.url);
    const named = readdirSync(kinds)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(new URL(file, kinds), 'utf8').matchAll(/\bicon: ["']([\w-]+)["']/g)].map((match) => match[1] ?? ''));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !isIconName(name))).toEqual([]);
  });

  it('draws a box for a kind it does not know, whatever it is called', () => {
    expect(iconNamed('no-such-icon')).toBe('box');
    expect(iconNamed('constructor')).toBe('box');
  });
});
