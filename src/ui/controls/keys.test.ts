// Keys are named as they are on the keyboard in front of the person.
import { expect, test } from 'vitest';
import { keyLabel } from './keys.ts';

test('modifier and key', () => {
  expect(keyLabel('Mod+Enter', true)).toBe('⌘↵');
  expect(keyLabel('Mod+Shift+Enter', false)).toBe('Ctrl Shift ↵');
  expect(keyLabel('Esc', false)).toBe('Esc');
  expect([keyLabel('Own+N', true), keyLabel('Own+N', false)]).toEqual(['⌃⇧N', 'Alt N']);
});
