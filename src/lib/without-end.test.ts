// The end of a text without some signs, whatever stands before it.
import { expect, test } from 'vitest';
import { withoutEnd } from './without-end.ts';

test('only the run at the end goes, of any of the signs', () => {
  expect(withoutEnd('a  b  ', ' ')).toBe('a  b');
  expect(withoutEnd('line\n\r\n', '\r\n')).toBe('line');
  expect(withoutEnd('link).”', '.)”')).toBe('link');
  expect(withoutEnd('link', '')).toBe('link');
  expect(withoutEnd('   ', ' ')).toBe('');
  expect(withoutEnd('', ' ')).toBe('');
});

test('runs of a million inside the text are not looked at', () => {
  const text = `a${' '.repeat(1_000_000)}b`;
  expect(withoutEnd(`${text} `, ' ')).toBe(text);
});
