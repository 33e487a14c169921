// What is typed in a field of one line means one thing everywhere, and every text can be typed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTyped, typedForm } from './typed-text.ts';

describe('read', () => {
  test.each([
    ['plain text', 'plain text'],
    ['\\n', '\n'],
    ['\\r\\n\\t', '\r\n\t'],
    ['\\u00a0', '\u00a0'],
    ['\\u{1F600}', '😀'],
    ['\\ud83d\\ude00', '😀'],
    ['\\ud83d', '\ufffd'],
    ['\\x41', 'A'],
    ['\\xe4\\xb8\\xad', '中'],
    ['\\xE4\\xB8\\xADx', '中x'],
    ['\\\\', '\\'],
    ['\\\\n', '\\n'],
    ['·fox', ' fox'],
    ['a↵b␍⇥⍽∅', 'a\nb\r\t\u00a0\u200b'],
    ['\\·', '·'],
    ['\\↵', '↵'],
    ['U+0085', '\u0085'],
    ['U+0000x', '\0x'],
    // Not control characters, not escapes: as typed.
    ['U+0041', 'U+0041'],
    ['\\d', '\\d'],
    ['C:\\dir', 'C:\\dir'],
    ['\\', '\\'],
    ['\\x4', '\\x4'],
    ['\\xg1', '\\xg1'],
    ['\\u12', '\\u12'],
    ['\\u{}', '\\u{}'],
    ['\\u{110000}', '\\u{110000}'],
    ['\\u{10ffff}', '\u{10ffff}'],
    ['\ufeff', '\ufeff'],
    ['', ''],
  ])('%s', (typed, text) => {
    expect(readTyped(typed).text).toBe(text);
    expect(readTyped(typed).bytes).toEqual(new TextEncoder().encode(text));
  });

  test('bytes that are no whole characters have no text', () => {
    expect(readTyped('\\xe4\\xb8')).toEqual({ bytes: Uint8Array.of(0xe4, 0xb8), text: null });
    expect(readTyped('a\\x80')).toEqual({ bytes: Uint8Array.of(0x61, 0x80), text: null });
  });
});

test('every text can be typed', () => {
  expect(typedForm('USER:\n')).toBe('USER:\\n');
  expect(typedForm('a\u00a0b · U+0085')).toBe('a\\u{a0}b \\· \\u0055+0085');
  const unit = fc.constantFrom(
    'a',
    'n',
    'x41',
    'u',
    '{',
    '}',
    '\\',
    '\n',
    '\t',
    ' ',
    '·',
    '↵',
    'U+0085',
    '\u0085',
    '\u00a0',
    '\u200b',
    '😀',
    '\ufeff',
    '\0',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), text => {
      expect(readTyped(typedForm(text)).text).toBe(text.toWellFormed());
      expect(typedForm(text)).not.toMatch(/[\n\r\t]/);
    }),
    { numRuns: 500 },
  );
});
