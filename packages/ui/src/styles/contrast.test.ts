/// <reference types="node" />
// Recomputes the contrast that the design promises from the stylesheet itself, in both themes.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, parseColour, type Rgb } from './oklch.ts';
import { tokenHex } from './tokenHex.ts';

const stylesheet = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Theme = 'dark' | 'light';
const themes: readonly Theme[] = ['dark', 'light'];

function readTheme(theme: Theme): ReadonlyMap<string, string> {
  const start = stylesheet.indexOf(`[data-theme="${theme}"]`);
  const block = stylesheet.slice(start, stylesheet.indexOf('}', start));
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? '', (match[2] ?? '').trim()]));
}

const tokens = { dark: readTheme('dark'), light: readTheme('light') };

function colour(theme: Theme, name: string): Rgb {
  const written = tokens[theme].get(name);
  const alias = written === undefined ? undefined : /^var\(--([\w-]+)\)$/.exec(written)?.[1];
  const parsed = alias === undefined ? parseColour(written ?? '') : colour(theme, alias);
  if (parsed === null) throw new Error(`--${name} of ${theme} is not a colour: ${written}`);
  return parsed;
}
const ratio = (theme: Theme, one: string, other: string): number => contrast(colour(theme, one), colour(theme, other));

const surfaces = ['frame', 'canvas', 'sunken', 'panel', 'raised', 'hover', 'active', 'accent-tint'];
const states = ['idle', 'queued', 'running', 'waiting', 'retrying', 'succeeded', 'cached', 'pinned', 'skipped', 'failed', 'cancelled'];
const types = ['text', 'number', 'bool', 'object', 'file', 'table', 'any', 'error'];

describe.each(themes)('the %s theme', (theme) => {
  it('is written in OKLCH as the sRGB table says, within 2 of 255', () => {
    for (const [name, pair] of Object.entries(tokenHex)) {
      const expected = parseColour(pair[theme === 'dark' ? 0 : 1]);
      const actual = colour(theme, name);
      expect(expected, name).not.toBeNull();
      for (const channel of [0, 1, 2] as const) expect(Math.abs(actual[channel] - (expected?.[channel] ?? 0)), `${name}[${channel}]`).toBeLessThanOrEqual(2);
    }
  });

  it.each(surfaces)('keeps text readable on %s', (surface) => {
    for (const text of ['text-1', 'text-2', 'text-3', 'accent']) expect(ratio(theme, text, surface), text).toBeGreaterThanOrEqual(4.5);
  });

  it.each(states)('keeps the word of %s readable where it stands', (state) => {
    const tint = tokens[theme].has(`tt-${state}`) ? [`tt-${state}`] : [];
    for (const surface of ['panel', 'raised', 'canvas', 'hover', ...tint]) expect(ratio(theme, `st-${state}`, surface), surface).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps bars of states above 3:1, but for those that an outline or a line carries', () => {
    for (const state of ['running', 'waiting', 'retrying', 'succeeded', 'cached', 'failed', 'cancelled']) {
      expect(ratio(theme, `sf-${state}`, 'panel'), state).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(types)('keeps the port of %s above 3:1', (type) => {
    for (const surface of ['raised', 'canvas']) expect(ratio(theme, `ty-${type}`, surface), surface).toBeGreaterThanOrEqual(3);
  });

  it('keeps text on filled controls, controls, focus and edges readable', () => {
    expect(ratio(theme, 'on-ink', 'ink')).toBeGreaterThanOrEqual(4.5);
    expect(ratio(theme, 'badge-ink', 'sf-waiting')).toBeGreaterThanOrEqual(4.5);
    for (const surface of ['panel', 'canvas', 'raised', 'frame']) {
      expect(ratio(theme, 'focus', surface), `focus on ${surface}`).toBeGreaterThanOrEqual(3);
      expect(ratio(theme, 'accent-solid', surface), `accent on ${surface}`).toBeGreaterThanOrEqual(3);
    }
    expect(ratio(theme, 'line-control', 'panel')).toBeGreaterThanOrEqual(3);
    expect(ratio(theme, 'edge', 'canvas')).toBeGreaterThanOrEqual(3);
    expect(ratio(theme, 'edge-done', 'canvas')).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps both sides of a diff readable', () => {
    for (const side of ['add', 'del']) {
      expect(ratio(theme, `${side}-fg`, `${side}-bg`)).toBeGreaterThanOrEqual(4.5);
      expect(ratio(theme, 'text-1', `${side}-bg`)).toBeGreaterThanOrEqual(12);
    }
  });
});
