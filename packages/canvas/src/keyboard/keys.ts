/**
 * What a key does on the canvas. Letters act only while the canvas itself has the focus, never while text is being typed;
 * Tab is left alone. The same table names the shortcuts that menus and help show.
 */
export type CanvasCommand =
  | 'left' | 'right' | 'up' | 'down' | 'into' | 'out'
  | 'extend-left' | 'extend-right' | 'extend-up' | 'extend-down'
  | 'nudge-left' | 'nudge-right' | 'nudge-up' | 'nudge-down'
  | 'palette' | 'edit' | 'rename' | 'connect' | 'delete' | 'copy' | 'cut' | 'paste' | 'duplicate' | 'select-all' | 'toggle-select'
  | 'undo' | 'redo' | 'fit' | 'fit-selection' | 'find' | 'off' | 'run' | 'escape' | 'zoom-in' | 'zoom-out' | 'zoom-100' | 'menu' | 'outline' | 'collapse';

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const ARROWS: Readonly<Record<string, 'left' | 'right' | 'up' | 'down'>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** The letter of the key by its place where the layout gives none of ours: Ctrl+C is Ctrl+С on a Russian keyboard. */
function letterOf(press: KeyPress): string {
  const key = press.key.toLowerCase();
  if (/^[a-z]$/.test(key) || !/^Key[A-Z]$/.test(press.code)) return key;
  return press.code.slice(3).toLowerCase();
}

export function commandOf(press: KeyPress): CanvasCommand | null {
  const mod = press.ctrlKey || press.metaKey;
  const arrow = ARROWS[press.key];
  if (arrow !== undefined) {
    if (mod) return arrow === 'down' ? 'into' : arrow === 'up' ? 'out' : null;
    if (press.altKey) return `nudge-${arrow}`;
    return press.shiftKey ? `extend-${arrow}` : arrow;
  }
  const letter = letterOf(press);
  if (mod) return press.altKey ? null : withMod(letter, press.shiftKey);
  if (press.altKey) return null;
  switch (press.key) {
    case 'Enter': return press.shiftKey ? null : 'edit';
    case 'F2': return 'rename';
    case ' ': return press.shiftKey ? 'toggle-select' : 'palette';
    case 'Delete': case 'Backspace': return 'delete';
    case 'Escape': return 'escape';
    case '/': return 'find';
    case '+': case '=': return 'zoom-in';
    case '-': return 'zoom-out';
    case '0': return 'zoom-100';
    case 'ContextMenu': return 'menu';
    case 'F10': return press.shiftKey ? 'menu' : null;
    default: break;
  }
  switch (letter) {
    case 'a': return press.shiftKey ? null : 'palette';
    case 'c': return press.shiftKey ? null : 'connect';
    case 'd': return press.shiftKey ? null : 'off';
    case 'f': return press.shiftKey ? 'fit-selection' : 'fit';
    case 'o': return press.shiftKey ? null : 'collapse';
    default: return null;
  }
}

function withMod(letter: string, shift: boolean): CanvasCommand | null {
  switch (letter) {
    case 'a': return shift ? null : 'select-all';
    case 'c': return shift ? null : 'copy';
    case 'x': return shift ? null : 'cut';
    case 'v': return shift ? null : 'paste';
    case 'd': return shift ? null : 'duplicate';
    case 'z': return shift ? 'redo' : 'undo';
    case 'y': return shift ? null : 'redo';
    case 'o': return shift ? 'outline' : null;
    case 'enter': return 'run';
    default: return null;
  }
}
