// Reads a key press as a shortcut. `Mod` is ⌘ on a Mac and Ctrl elsewhere. Layouts are honoured: the letter counts, not the
// place of the key, except where the layout has no Latin letters. Pure.

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** The press in the order in which shortcuts are written: `Mod+Shift+R`. */
export function shortcutOf(press: KeyPress, mac: boolean): string {
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push('Mod');
  if (mac && press.ctrlKey) parts.push('Ctrl');
  if (press.altKey) parts.push('Alt');
  const key = keyName(press);
  if (press.shiftKey && !isSymbol(key)) parts.push('Shift');
  parts.push(key);
  return parts.join('+');
}

function keyName({ key, code }: KeyPress): string {
  if (key === ' ') return 'Space';
  if (key.length !== 1) return key;
  const letter = key.toUpperCase();
  if (/[A-Z0-9]/.test(letter) || isSymbol(letter)) return letter;
  const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1];
  return place ?? letter;
}

/** Shift is part of how a symbol is typed (`?`, `+`), so it is not named. */
function isSymbol(key: string): boolean {
  return key.length === 1 && /[!-/:-@[-`{-~]/.test(key);
}

/** Whether a key press is typing: a shortcut without a modifier must not take it. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range', 'file'].includes(target.type);
}
