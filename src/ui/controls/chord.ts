// Keys that are struck, and whether they are those that somebody has bound: `Mod+Shift+Enter`, `Own+1`, `?`.
import { isMac } from './keys.ts';

/** Keys with what they do, where they are bound: who listens for them and who lists them read the same record. */
export interface BoundKeys {
  /** Each does it. */
  readonly keys: readonly string[];
  readonly does: string;
}

/** The facts of a key event that matter. */
export interface Stroke {
  readonly key: string;
  /** Of the place on the keyboard, whatever stands on it. */
  readonly code: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

interface NativeStroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function strokeOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }: NativeStroke): Stroke {
  return { key, code, ctrl: ctrlKey, meta: metaKey, shift: shiftKey, alt: altKey };
}

const NAMED: Readonly<Record<string, string>> = {
  Esc: 'Escape',
  Left: 'ArrowLeft',
  Right: 'ArrowRight',
  Up: 'ArrowUp',
  Down: 'ArrowDown',
  Space: ' ',
};

/** The modifiers that a chord asks for. `Mod` is Command on a Mac, else Control; `Own` those that browsers leave to pages: Control with Shift, else Alt. */
function modifiersOf(parts: readonly string[], mac: boolean): Omit<Stroke, 'key' | 'code'> {
  const has = (part: string): boolean => parts.includes(part);
  return {
    ctrl: (has('Mod') && !mac) || (has('Own') && mac),
    meta: has('Mod') && mac,
    shift: has('Shift') || (has('Own') && mac),
    alt: has('Alt') || (has('Own') && !mac),
  };
}

/** Letters and digits are found by their place where the keyboard has others: Cyrillic ones, or what Shift and Option write. */
function isKey(stroke: Stroke, name: string): boolean {
  const wanted = NAMED[name] ?? name;
  if (wanted.length > 1 || !/[a-z0-9]/i.test(wanted)) return stroke.key === wanted;
  if (/^[a-z]$/i.test(stroke.key) && /[a-z]/i.test(wanted)) return stroke.key.toLowerCase() === wanted.toLowerCase();
  return stroke.code === (/\d/.test(wanted) ? `Digit${wanted}` : `Key${wanted.toUpperCase()}`);
}

/** A sign such as `?` or `.` is what is written, with Shift or without. */
const isSign = (name: string): boolean => name.length === 1 && !/[a-z0-9]/i.test(name);

/** @param keys parts joined by `+`, the key last */
export function isChord(stroke: Stroke, keys: string, mac = isMac()): boolean {
  const parts = keys.split('+');
  const name = parts.at(-1) ?? '';
  const { ctrl, meta, shift, alt } = modifiersOf(parts, mac);
  if (stroke.ctrl !== ctrl || stroke.meta !== meta || stroke.alt !== alt) return false;
  return (stroke.shift === shift || isSign(name)) && isKey(stroke, name);
}

/** True without a modifier that keeps the keys from writing: then they are for whoever writes. F1 to F12 write nothing. */
export function isPlain(keys: string): boolean {
  return !/Mod|Alt|Own|F\d/.test(keys);
}

/** For a listener of its own: whether the event is one of these keys. */
export function isPressed(event: NativeStroke, { keys }: BoundKeys): boolean {
  const stroke = strokeOf(event);
  return keys.some(each => isChord(stroke, each));
}
