// Keys reach the right action and nobody else's.
import { expect, test } from 'vitest';
import { type Press, shortcutOf } from './shortcuts.ts';

const press = (key: string, part: Partial<Press> = {}): Press => ({
  key,
  mod: false,
  shift: false,
  alt: false,
  own: false,
  composing: false,
  inField: false,
  overlay: false,
  ...part,
});

test('run, step, regenerate, stop', () => {
  expect(shortcutOf(press('Enter', { mod: true }))).toBe('run');
  expect(shortcutOf(press('Enter', { mod: true, shift: true }))).toBe('regenerate');
  expect(shortcutOf(press('Enter', { own: true, alt: true }))).toBe('run_from_caret');
  expect(shortcutOf(press('Enter', { alt: true }))).toBeNull();
  expect(shortcutOf(press('.', { mod: true }))).toBe('step');
  expect(shortcutOf(press('Escape'))).toBe('stop');
});

test('undo and redo, in capitals too, but not in other fields', () => {
  expect(shortcutOf(press('z', { mod: true }))).toBe('undo');
  expect(shortcutOf(press('Z', { mod: true, shift: true }))).toBe('redo');
  expect(shortcutOf(press('y', { mod: true }))).toBe('redo');
  expect(shortcutOf(press('z', { mod: true, inField: true }))).toBeNull();
});

test('a new document and the list of them', () => {
  expect(shortcutOf(press('n', { own: true, alt: true }))).toBe('new_document');
  expect(shortcutOf(press('O', { own: true, shift: true }))).toBe('documents');
  expect(shortcutOf(press('n', { alt: true }))).toBeNull();
  expect(shortcutOf(press('n', { own: true, overlay: true }))).toBeNull();
});

test('plain keys, an input method and open dialogs keep their keys', () => {
  expect(shortcutOf(press('Enter'))).toBeNull();
  expect(shortcutOf(press('z'))).toBeNull();
  expect(shortcutOf(press('Enter', { mod: true, composing: true }))).toBeNull();
  expect(shortcutOf(press('Escape', { overlay: true }))).toBeNull();
  expect(shortcutOf(press('Enter', { mod: true, overlay: true }))).toBeNull();
});
