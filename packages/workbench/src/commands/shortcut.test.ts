import { describe, expect, it } from 'vitest';
import { type KeyPress, shortcutOf } from './shortcut.ts';

const press = (key: string, held: Partial<KeyPress> = {}, code = ''): KeyPress => ({ key, code, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('a key press as a shortcut', () => {
  it('is named as shortcuts are written', () => {
    expect(shortcutOf(press('r', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+R');
    expect(shortcutOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
    expect(shortcutOf(press('Enter', { ctrlKey: true }), false)).toBe('Mod+Enter');
    expect(shortcutOf(press(' '), false)).toBe('Space');
  });

  it('does not name the Shift that a symbol needs', () => {
    expect(shortcutOf(press('?', { shiftKey: true }), false)).toBe('?');
    expect(shortcutOf(press('+', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod++');
  });

  it('finds the key by its place where the layout has no Latin letters', () => {
    expect(shortcutOf(press('л', { ctrlKey: true }, 'KeyK'), false)).toBe('Mod+K');
  });

  it('tells Ctrl from ⌘ on a Mac', () => {
    expect(shortcutOf(press('k', { ctrlKey: true }), true)).toBe('Ctrl+K');
    expect(shortcutOf(press('k', { metaKey: true }), false)).toBe('K');
  });
});
