// What the lens says of a cell: shares on the scale, words, and the search for the token that is asked for.
import { describe, expect, test } from 'vitest';
import { shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { searchAsked } from './asked.ts';
import { describeCell, layerLabel, layerName, scaleOf, shareOfCell, tokenWord, valueWords } from './lensWords.ts';
import { LENS_COLOURS, type LensCell } from './types.ts';

const tokenizer = createTokenizer(shippedJson('tokenizer.json'), shippedJson('tokenizer_config.json'), 2048);
const one = (text: string): number => {
  const [id = -1, ...others] = tokenizer.encode(text);
  expect(others).toEqual([]);
  return id;
};
const small = one(' small');
const fox = one(' fox');

const cell: LensCell = {
  topId: small,
  topLogprob: Math.log(0.25),
  divergence: 2 * Math.LN2,
  logprob: Math.log(0.01),
  rank: 45,
};

describe('scale', () => {
  test('shares lie between 0 and 1 and grow with what the legend calls more', () => {
    expect(shareOfCell(cell, 'likeliest', 2048)).toBeCloseTo(0.25);
    expect(shareOfCell(cell, 'asked', 2048)).toBeCloseTo(0.5);
    expect(shareOfCell({ ...cell, logprob: -40 }, 'asked', 2048)).toBe(0);
    expect(shareOfCell({ ...cell, logprob: 0 }, 'asked', 2048)).toBe(1);
    expect(shareOfCell({ ...cell, rank: 1 }, 'rank', 2048)).toBe(1);
    expect(shareOfCell({ ...cell, rank: 2048 }, 'rank', 2048)).toBeCloseTo(0);
    expect(shareOfCell(cell, 'divergence', 2048)).toBeCloseTo(0.2);
    expect(shareOfCell({ ...cell, divergence: 99 }, 'divergence', 2048)).toBe(1);
  });

  test('what was not asked for has no share', () => {
    const unasked = { ...cell, logprob: null, rank: null };
    expect(shareOfCell(unasked, 'asked', 2048)).toBeNull();
    expect(shareOfCell(unasked, 'rank', 2048)).toBeNull();
    expect(valueWords(unasked, 'rank')).toBe('–');
  });

  test('every colour has a legend with units, probabilities say that they are before sampling', () => {
    for (const colour of LENS_COLOURS) {
      const { label, low, high } = scaleOf(colour, '·fox', 50_257);
      expect(`${low} ${high}`).toMatch(/%|bits|50,257 1/);
      if (low.includes('%')) expect(label).toContain('before sampling');
    }
  });
});

describe('words', () => {
  test('tokens stand on one line with their spaces as signs', () => {
    expect(tokenWord(tokenizer, fox)).toBe('·fox');
    expect(tokenWord(tokenizer, one('\n'))).toBe('↵');
  });

  test('the first and the last row say what they are', () => {
    expect([0, 1, 6].map(layer => layerName(layer, 7))).toEqual(['embedding', 'layer 0', 'layer 5, the model itself']);
    expect([0, 1, 6].map(layer => layerLabel(layer, 7))).toEqual(['embedding', 'layer 0', 'model']);
  });

  test('a column is about the position after the token it reads last, as the inspector counts', () => {
    const place = { layer: 2, layers: 7, column: 4, after: small, next: fox, asked: fox };
    expect(describeCell(cell, tokenizer, place)).toEqual({
      title: 'layer 1, position 5, after ·small',
      facts: [
        ['stands in the text', '·fox'],
        ['likeliest', `·small (id ${small})`],
        ['its probability', '25.0 % (0.25)'],
        ['probability of ·fox', '1.0 % (0.01)'],
        ['rank of ·fox', '45'],
        ['KL divergence', '2.0 bits (2)'],
      ],
    });
    expect(describeCell(null, tokenizer, { ...place, next: null }).facts).toEqual([['not computed', '–']]);
  });
});

describe('the search for the asked token', () => {
  test('a token is found with or without its leading space, and by its id', () => {
    expect(searchAsked(tokenizer, 'fox')).toMatchObject({ pieces: [] });
    expect(searchAsked(tokenizer, 'fox').ids).toContain(fox);
    expect(searchAsked(tokenizer, String(fox)).ids[0]).toBe(fox);
  });

  test('a text of several tokens says which, and offers them, the first at the head', () => {
    const pieces = Array.from(tokenizer.encode(' fox and small'));
    const found = searchAsked(tokenizer, ' fox and small');
    expect(found.pieces).toEqual(pieces);
    expect(found.ids[0]).toBe(pieces[0]);
  });

  test('a text without end is named by its first tokens', () => {
    expect(searchAsked(tokenizer, 'one two three '.repeat(50)).pieces.length).toBeLessThanOrEqual(8);
  });
});
