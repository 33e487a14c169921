// A stroke is the chord that is bound, on both kinds of keyboard and whatever stands on the keys.
import { expect, test } from 'vitest';
import { isChord, isPlain, type Stroke } from './chord.ts';

const stroke = (key: string, part: Partial<Stroke> = {}): Stroke => ({
  key,
  code: '',
  ctrl: false,
  meta: false,
  shift: false,
  alt: false,
  ...part,
});

test('modifiers have to be those of the chord, no more and no less', () => {
  expect(isChord(stroke('Enter', { ctrl: true }), 'Mod+Enter', false)).toBe(true);
  expect(isChord(stroke('Enter', { ctrl: true }), 'Mod+Enter', true)).toBe(false);
  expect(isChord(stroke('Enter', { meta: true }), 'Mod+Enter', true)).toBe(true);
  expect(isChord(stroke('Enter', { ctrl: true, shift: true }), 'Mod+Enter', false)).toBe(false);
  expect(isChord(stroke('Z', { ctrl: true, shift: true }), 'Mod+Shift+Z', false)).toBe(true);
  expect(isChord(stroke('z', { ctrl: true, alt: true }), 'Mod+Z', false)).toBe(false);
});

test('own keys are Alt, and on a Mac, where that writes letters, Control with Shift', () => {
  expect(isChord(stroke('n', { alt: true }), 'Own+N', false)).toBe(true);
  expect(isChord(stroke('N', { ctrl: true, shift: true }), 'Own+N', true)).toBe(true);
  // AltGr is Control with Alt on Windows and writes signs.
  expect(isChord(stroke('n', { alt: true, ctrl: true }), 'Own+N', false)).toBe(false);
  expect(isChord(stroke('!', { code: 'Digit1', ctrl: true, shift: true }), 'Own+1', true)).toBe(true);
  // Digits of the number pad with Alt write a character by its code.
  expect(isChord(stroke('1', { code: 'Numpad1', alt: true }), 'Own+1', false)).toBe(false);
});

test('letters of another script are found by their place, Latin ones by what they are', () => {
  expect(isChord(stroke('л', { code: 'KeyK', ctrl: true }), 'Mod+K', false)).toBe(true);
  // On a French keyboard A lies where others have Q.
  expect(isChord(stroke('a', { code: 'KeyQ', ctrl: true }), 'Mod+A', false)).toBe(true);
  expect(isChord(stroke('a', { code: 'KeyQ', ctrl: true }), 'Mod+Q', false)).toBe(false);
});

test('signs are what is written, with Shift or without', () => {
  expect(isChord(stroke('?', { shift: true }), '?', false)).toBe(true);
  expect(isChord(stroke('?'), '?', false)).toBe(true);
  expect(isChord(stroke('/', { ctrl: true, shift: true }), 'Mod+/', false)).toBe(true);
  expect(isChord(stroke('ArrowDown', { alt: true }), 'Alt+Down', false)).toBe(true);
  expect(isChord(stroke(' '), 'Space', false)).toBe(true);
});

test('what writes is told from what does not', () => {
  expect(['?', 'P', 'Shift+Enter', 'Esc'].every(isPlain)).toBe(true);
  expect(['Mod+K', 'Own+1', 'Alt+Down', 'F6', 'Shift+F6'].some(isPlain)).toBe(false);
});
