// The twin shows the whole text, split characters as one piece.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentToken } from '../../stores/document-types.ts';
import { paint, stretches } from './paint.ts';

const token = (id: number, p?: number): DocumentToken => ({
  id,
  bytes: new Uint8Array(),
  special: false,
  origin: 'typed',
  ...(p !== undefined && { stats: { logprob: Math.log(p), rank: 1, entropy: 0, logZ: 0 } }),
});

test('one piece per token, the selected one marked', () => {
  const view = { text: 'a fox', starts: [0, 1, 5] };
  const pieces = paint([token(1, 0.95), token(2, 0.001)], view, 1, 'probability');
  expect(pieces.map(p => p.text)).toEqual(['a', ' fox']);
  expect(pieces.map(p => p.step)).toEqual([0, 5]);
  expect(pieces.map(p => p.selected)).toEqual([false, true]);
  expect(paint([token(1), token(2)], view, 'end', 'probability').some(p => p.selected || p.step !== null)).toBe(false);
});

test('tokens that share a character are one piece, whichever of them holds its offsets', () => {
  const tokens = [token(1, 1), token(2, 0.5), token(3, 0.5), token(4, 1)];
  for (const starts of [
    [0, 1, 1, 3, 4],
    [0, 1, 3, 3, 4],
  ]) {
    const pieces = paint(tokens, { text: 'a😀b', starts }, 2, 'probability');
    expect(pieces.map(p => p.text).join('')).toBe('a😀b');
    expect(pieces.filter(p => p.selected)).toHaveLength(1);
    expect(pieces.reduce((n, p) => n + p.count, 0)).toBe(4);
  }
  const [, smile] = paint(tokens, { text: 'a😀b', starts: [0, 1, 1, 3, 4] }, 2, 'probability');
  expect(smile).toMatchObject({ text: '😀', count: 2, step: 2, selected: true });
});

test('bytes left over at the end belong to the last piece', () => {
  const pieces = paint([token(1), token(2)], { text: 'a', starts: [0, 1, 1] }, 1, 'none');
  expect(pieces).toHaveLength(1);
  expect(pieces[0]).toMatchObject({ text: 'a', count: 2, selected: true });
});

test('stretches are the text again, white space alone', () => {
  expect(stretches(' fox\n', false).map(s => s.kind)).toEqual(['space', 'text', 'line']);
  expect(stretches('  \n\n', false).map(s => s.kind)).toEqual(['space', 'bare', 'line']);
  expect(stretches('\n', true).map(s => s.kind)).toEqual(['bare']);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '😀') }), text => {
      const parts = stretches(text, false);
      expect(parts.map(s => s.text).join('')).toBe(text);
      for (const s of parts) expect(s.kind === 'text').toBe(!/[ \n\t]/.test(s.text));
    }),
  );
});
