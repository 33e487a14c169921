// Invisible characters get a shape.
import { expect, test } from 'vitest';
import { readTyped } from '../../lib/typed-text.ts';
import { hexBytes, shortHex, spokenText, visibleLine, visiblePieces } from './visible.ts';

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

test('what steers, hides or piles up is shown by its code or its count; joined pictures stay one', () => {
  expect(visibleLine('a\u202eb\u2066')).toBe('aU+202EbU+2066');
  expect(visibleLine('\ud800x\u{e0041}')).toBe('U+D800xU+E0041');
  expect(visibleLine(`a${'\u0301'.repeat(300)}`)).toBe(`a${'\u0301'.repeat(8)}+151 marks…+141`);
  expect(visibleLine('\u0301')).toBe('\u25cc\u0301');
  expect(visibleLine('\u{1f468}\u200d\u{1f469}\ufe0f')).toBe('\u{1f468}\u200d\u{1f469}\ufe0f');
  expect(visibleLine('x\u200dy')).toBe('xU+200Dy');
  expect(visibleLine('long'.repeat(500))).toBe(`${'long'.repeat(40)}…+1840`);
  expect(spokenText('a\u202e\r b')).toBe('a U+202E carriage return space b');
  expect(shortHex(new Uint8Array(40))).toBe(`${'00 '.repeat(32)}…+8`);
});

test('what is shown by its code is read back from a field', () => {
  for (const char of ['\u202e', '\u{e0041}', '\u0007', '\u2028']) expect(readTyped(visibleLine(char)).text).toBe(char);
  expect(readTyped('U+0041 U+12').text).toBe('U+0041 U+12');
});
