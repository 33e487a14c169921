// The overlay shows the whole text, split characters as one piece.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DocumentToken } from '../../stores/document/types.ts';
import { looksAlike, type Painting, paint as paintRange, stretches } from './paint.ts';

/** The whole text, with what does not matter left out. */
function paint(
  tokens: readonly DocumentToken[],
  view: Painting['view'],
  selected: Painting['selected'],
  tint: Painting['tint'],
  attentionTint: Painting['attentionTint'] = null,
  limit: number | null = null,
) {
  return paintRange({ tokens, view, selected, tint, attentionTint, limit }, { from: 0, to: tokens.length });
}

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

test('a range is painted as it is in the whole', () => {
  const tokens = [token(1, 0.9), token(2, 0.5), token(3, 0.2), token(4, 0.1)];
  const painting: Painting = {
    tokens,
    view: { text: 'a b c d', starts: [0, 1, 3, 5, 7] },
    selected: 2,
    tint: 'rank',
    attentionTint: null,
    limit: 3,
  };
  const whole = paintRange(painting, { from: 0, to: 4 });
  expect(paintRange(painting, { from: 1, to: 3 })).toEqual(whole.slice(1, 3));
});

test('ranges that look alike have the same pieces, and others do not look alike', () => {
  const vocabulary = [token(1, 0.9), token(2, 0.5), token(3, 0.2), token(4)];
  const place = fc.oneof(fc.constant<'end'>('end'), fc.nat({ max: 5 }));
  const side = fc.record({
    ids: fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 }),
    before: fc.nat({ max: 2 }),
    selected: place,
    tint: fc.constantFrom<Painting['tint']>('rank', 'probability'),
    limit: fc.oneof(fc.constant(null), fc.nat({ max: 7 })),
  });
  const made = ({ ids, before, selected, tint, limit }: typeof side extends fc.Arbitrary<infer T> ? T : never) => {
    const tokens = ids.flatMap(id => vocabulary[id] ?? []);
    const texts = ids.map(id => ['a', ' ', '\n', ''][id] ?? '');
    const starts = [0];
    for (const text of texts) starts.push((starts.at(-1) ?? 0) + text.length);
    const view = { text: texts.join(''), starts };
    return { painting: { tokens, view, selected, tint, attentionTint: null, limit }, from: before, to: before + 3 };
  };
  const pieces = (range: ReturnType<typeof made>) =>
    paintRange(range.painting, range).map(({ first, ...piece }) => ({ ...piece, at: first - range.from }));
  let alike = 0;
  fc.assert(
    fc.property(side, side, fc.boolean(), (a, b, same) => {
      const [one, two] = [made(a), made(same ? { ...b, ids: a.ids, before: a.before, tint: a.tint } : b)];
      if (!looksAlike(one, two)) return;
      alike += 1;
      expect(pieces(one)).toEqual(pieces(two));
    }),
    { numRuns: 2000 },
  );
  expect(alike).toBeGreaterThan(100);
  const [first] = fc.sample(side, 1);
  if (first !== undefined) expect(looksAlike(made(first), made({ ...first }))).toBe(true);
});

test('the first token that does not fit the context is its border', () => {
  const tokens = [token(1), token(2), token(3), token(4)];
  const view = { text: 'abcd', starts: [0, 1, 2, 3, 4] };
  const places = (limit: number | null) => paint(tokens, view, 'end', 'none', null, limit).map(({ place }) => place);
  expect(places(null)).toEqual(['within', 'within', 'within', 'within']);
  expect(places(4)).toEqual(['within', 'within', 'within', 'within']);
  expect(places(2)).toEqual(['within', 'within', 'border', 'beyond']);
  // A piece of which a part fits is the border.
  const split = { text: 'ab', starts: [0, 1, 1, 1, 2] };
  expect(paint(tokens, split, 'end', 'none', null, 2).map(({ place }) => place)).toEqual(['within', 'border']);
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

describe('attention weights in place of the tint', () => {
  const attentionTint = {
    position: 2,
    choice: { layer: 0, head: 0 },
    weights: Float32Array.of(0.5, 0.49, 0.01),
    fade: true,
  };

  test('steps up to the position, nothing after it', () => {
    const texts = ['a', 'b', 'c', 'd'];
    const view = { text: texts.join(''), starts: [0, 1, 2, 3, 4] };
    const tokens = texts.map((_, i) => token(i, 0.001));
    const pieces = paint(tokens, view, 2, 'probability', attentionTint);
    expect(pieces.map(({ step, reads, faded }) => [step, reads, faded])).toEqual([
      [5, false, false],
      [5, false, false],
      [1, true, false],
      [null, false, true],
    ]);
    expect(
      paint(tokens, view, 'end', 'probability', { ...attentionTint, fade: false }).some(({ faded }) => faded),
    ).toBe(false);
  });

  test('weights of the tokens of one character add up', () => {
    const view = { text: 'é', starts: [0, 0, 0, 1] };
    const [piece] = paint([token(1), token(2), token(3)], view, 'end', 'probability', attentionTint);
    expect(piece).toMatchObject({ step: 5, reads: true, count: 3 });
  });
});
