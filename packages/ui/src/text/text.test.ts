import { describe, expect, it } from 'vitest';
import { ariaShortcut, keyCaps } from './Kbd.tsx';
import { splitForMiddleCut } from './MiddleCut.tsx';

describe('a text cut in its middle', () => {
  it('keeps the last part of a path and the whole text', () => {
    expect(splitForMiddleCut('/home/ada/work/invoices/inbox')).toEqual(['/home/ada/work/invoices', '/inbox']);
    const [head, tail] = splitForMiddleCut('invoice-from-nordlys-2026-10.csv');
    expect(head + tail).toBe('invoice-from-nordlys-2026-10.csv');
    expect(tail).toHaveLength(12);
  });

  it('never splits a surrogate pair', () => {
    const [head, tail] = splitForMiddleCut('😀😀😀😀');
    expect([head, tail]).toEqual(['😀😀', '😀😀']);
  });
});

describe('a shortcut', () => {
  it('is drawn and named for its platform', () => {
    expect(keyCaps('Mod+Shift+R', 'other')).toEqual(['Ctrl', 'Shift', 'R']);
    expect(keyCaps('Mod+Shift+R', 'mac')).toEqual(['⌘', '⇧', 'R']);
    expect(keyCaps('Mod++', 'other')).toEqual(['Ctrl', '+']);
    expect(ariaShortcut('Mod+K', 'mac')).toBe('Meta+K');
    expect(ariaShortcut('Ctrl+Shift+O', 'other')).toBe('Control+Shift+O');
  });
});
