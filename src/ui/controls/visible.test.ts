// Invisible characters get a shape.
import { expect, test } from 'vitest';
import { hexBytes, spokenText, visiblePieces } from './visible.ts';

test('spaces and line ends become glyphs, apart from the text', () => {
  expect(visiblePieces(' fox')).toEqual([
    { text: '·', glyph: true },
    { text: 'fox', glyph: false },
  ]);
  expect(visiblePieces('\n\n')).toEqual([{ text: '↵↵', glyph: true }]);
  expect(visiblePieces('a\u0000')).toEqual([
    { text: 'a', glyph: false },
    { text: 'U+0000', glyph: true },
  ]);
  expect(visiblePieces('')).toEqual([]);
});

test('readers hear the space', () => {
  expect(spokenText(' fox')).toBe('space fox');
  expect(spokenText('\n')).toBe('new line');
});

test('bytes in hexadecimal', () => {
  expect(hexBytes(Uint8Array.of(0xf0, 0x9f, 0x0a))).toBe('F0 9F 0A');
});
