// Which key does what, decided purely; the app acts on it.

export type Shortcut =
  | 'run'
  | 'run_from_caret'
  | 'regenerate'
  | 'step'
  | 'stop'
  | 'undo'
  | 'redo'
  | 'keys'
  | 'new_document'
  | 'documents'
  | 'card';

/** The facts of a key event that matter. */
export interface Press {
  readonly key: string;
  /** Control, or Command on a Mac. */
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** The modifier of keys that browsers leave to pages: Alt, and on a Mac, where Alt writes letters, Control with Shift. */
  readonly own: boolean;
  readonly composing: boolean;
  /** The focus is in a field other than the text, which has an undo of its own. */
  readonly inField: boolean;
  /** A dialog or popover is open: Esc is for it. */
  readonly overlay: boolean;
}

/** The shortcut of a key press; null where the key belongs to somebody else. */
export function shortcutOf(press: Press): Shortcut | null {
  if (press.composing) return null;
  const key = press.key.toLowerCase();
  if (press.own && !press.overlay) {
    if (key === 'n') return 'new_document';
    if (key === 'o') return 'documents';
    if (key === 'enter') return 'run_from_caret';
  }
  if (press.alt)
    return key === 'arrowdown' && !press.mod && !press.shift && !press.inField && !press.overlay ? 'card' : null;
  if (key === 'escape') return press.overlay ? null : 'stop';
  if (!press.mod) return null;
  if (key === '/') return 'keys';
  if (press.overlay) return null;
  if (key === 'enter') return press.shift ? 'regenerate' : 'run';
  if (key === '.') return 'step';
  if (press.inField) return null;
  if (key === 'z') return press.shift ? 'redo' : 'undo';
  if (key === 'y' && !press.shift) return 'redo';
  return null;
}
