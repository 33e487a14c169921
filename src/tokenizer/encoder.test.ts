// Long texts: slices hold the ids of the whole, and the work stays in proportion to the text. Work is counted in steps, never in time.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { mergeTrace } from './merges.ts';
import { BytePairs } from './models/bpe.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { readTokenizerSpec } from './spec.ts';
import { anyText, SHIPPED_VOCAB_SIZE, shippedJson, TEXTS } from './texts.fixture.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

const gpt2 = createTokenizer(r50kTokenizerJson(), {}, R50K_VOCAB_SIZE);
const shipped = createTokenizer(shippedJson('tokenizer.json'), {}, SHIPPED_VOCAB_SIZE);

const times = (length: number, char: (i: number) => string) => Array.from({ length }, (_, i) => char(i)).join('');
const chinese = (length: number) =>
  times(length, i => String.fromCodePoint(0x4e00 + ((i * 7919 + (i >> 3) * 31) % 6000)));
const letters = (length: number) => times(length, i => 'etaoinshrdlu'.charAt((i * i + (i >> 3)) % 12));
const base64 = (length: number) =>
  times(length, i =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charAt((i * i * 7 + (i >> 4)) % 64),
  );
const english = (length: number) =>
  TEXTS.join(' ')
    .repeat(Math.ceil(length / 1000))
    .slice(0, length)
    .toWellFormed();
const emoji = (length: number) => times(length >> 1, i => String.fromCodePoint(0x1f600 + (i % 60)));

const KINDS: [string, (length: number) => string][] = [
  ['one letter', length => 'x'.repeat(length)],
  ['spaces', length => ' '.repeat(length)],
  ['a word', letters],
  ['Chinese', chinese],
  ['base64', base64],
  ['English', english],
  ['emoji', emoji],
  ['marks', length => `e${'\u0301'.repeat(length - 1)}`],
];

function slicesOf(tokenizer: Tokenizer, text: string, steps?: number) {
  return [...tokenizer.encodeSlices(text, steps)];
}

describe.each([
  ['nucleus-3m', shipped],
  ['r50k', gpt2],
])('slices of %s', (_, tokenizer) => {
  const check = (text: string, steps: number) => {
    const slices = slicesOf(tokenizer, text, steps);
    expect(slices.flatMap(slice => [...slice.ids])).toEqual([...tokenizer.encode(text)]);
    let end = 0;
    for (const slice of slices) {
      expect(slice.start).toBe(end);
      end = slice.end;
      expect(tokenizer.decode(slice.ids)).toBe(text.slice(slice.start, slice.end));
    }
    expect(end).toBe(text.length);
    return slices;
  };

  test('any text', () => {
    fc.assert(fc.property(anyText(), fc.constantFrom(1, 7, 50), (text, steps) => void check(text, steps)));
  });

  test.each(KINDS)('%s', (_, make) => {
    const slices = check(make(30_000), 2000);
    expect(slices.length).toBeGreaterThan(10);
  });
});

test.each(KINDS)('the work for %s is in proportion to its length, and each slice takes its share', (_, make) => {
  const spec = readTokenizerSpec(r50kTokenizerJson());
  const stepsFor = (length: number) => {
    const model = new BytePairs(spec, new Set());
    for (const part of model.encode(make(length), 5000)) expect(part.end).toBeGreaterThan(0);
    return model.steps;
  };
  const small = stepsFor(20_000);
  expect(small).toBeGreaterThan(20_000);
  expect(stepsFor(160_000)).toBeLessThan(8.5 * small);
  expect(stepsFor(160_000)).toBeLessThan(160_000 * 12);
});

test('no stretch between two slices is longer than its budget, but for the part in hand', () => {
  const spec = readTokenizerSpec(r50kTokenizerJson());
  const model = new BytePairs(spec, new Set());
  let before = model.steps;
  let most = 0;
  const seen: number[] = [];
  for (const part of model.encode('x'.repeat(100_000), 5000)) {
    if (seen.length > 0) most = Math.max(most, model.steps - before);
    before = model.steps;
    seen.push(part.end);
  }
  expect(seen.length).toBeGreaterThan(50);
  expect(most).toBeLessThanOrEqual(5002);
});

test('a long word is cut only where no merge reaches over: the ids are those of one merge over the whole', () => {
  const json = r50kTokenizerJson();
  for (const [, make] of KINDS) {
    const text = make(6000);
    const ids = mergeTrace(json, text).pieces.flatMap(piece => piece.ids);
    expect([...gpt2.encode(text)]).toEqual(ids);
  }
  // Where all pairs of characters merge somewhere there is no such place.
  const model = new BytePairs(readTokenizerSpec(json), new Set());
  expect(model.partsBetween(0x78, 0x78)).toBe(false);
  expect(model.partsBetween(0x4e00, 0x4e8c)).toBe(true);
  expect([...model.encode('x'.repeat(5000), 1e9)]).toHaveLength(1);
  expect([...model.encode(chinese(5000), 1e9)].length).toBeGreaterThan(3);
});

test('with any merges a long word has the ids of one merge over the whole', () => {
  const anyMerges = fc.uniqueArray(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'ab', 'ca'), fc.constantFrom('a', 'b', 'c', 'ab', 'bc')),
    {
      maxLength: 6,
      selector: ([left, right]) => `${left} ${right}`,
    },
  );
  fc.assert(
    fc.property(
      anyMerges,
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'aab', 'cab'), { minLength: 800, maxLength: 900 }),
      (pairs, parts) => {
        const vocab: Record<string, number> = Object.fromEntries(BYTE_TO_CHAR.map((char, byte) => [char, byte]));
        for (const pair of pairs)
          for (const symbol of [...pair, pair.join('')]) vocab[symbol] ??= Object.keys(vocab).length;
        const json = { model: { type: 'BPE', vocab, merges: pairs }, pre_tokenizer: { type: 'ByteLevel' } };
        const text = parts.join('').repeat(2);
        const ids = mergeTrace(json, text).pieces.flatMap(piece => piece.ids);
        expect([...createTokenizer(json, {}, 300).encode(text)]).toEqual(ids);
      },
    ),
    { numRuns: 60 },
  );
});

test('two long texts at once do not disturb each other', () => {
  const [a, b] = [letters(40_000), `${'x'.repeat(40_000)}y`];
  const ids: number[][] = [[], []];
  const runs = [gpt2.encodeSlices(a, 3000), gpt2.encodeSlices(b, 2000)];
  for (let open = 2; open > 0; ) {
    open = 0;
    runs.forEach((run, i) => {
      const { value, done } = run.next();
      if (done === true) return;
      open++;
      ids[i]?.push(...value.ids);
      gpt2.encode(letters(3000));
    });
  }
  expect(ids).toEqual([[...gpt2.encode(a)], [...gpt2.encode(b)]]);
});

test('words are remembered up to a bound', () => {
  const model = new BytePairs(readTokenizerSpec(r50kTokenizerJson()), new Set());
  const stepsOf = (word: string) => {
    const before = model.steps;
    for (const { ids } of model.encode(word, 1e9)) expect(ids?.length).toBeGreaterThan(0);
    return model.steps - before;
  };
  const first = stepsOf('tokenisation');
  expect(stepsOf('tokenisation')).toBe(13);
  expect(first).toBeGreaterThan(20);
  for (let i = 0; i < 40_000; i++) stepsOf(`w${i}`);
  expect(stepsOf('tokenisation')).toBe(first);
});

test('slices end in the text where a token of space lies in the space that the one before has taken', () => {
  const how = { special: false, normalized: false, lstrip: false, rstrip: false, single_word: false };
  const json = Object(shippedJson('tokenizer.json'));
  const added = [
    { ...how, id: SHIPPED_VOCAB_SIZE, content: '<x>', rstrip: true },
    { ...how, id: SHIPPED_VOCAB_SIZE + 1, content: ' ' },
  ];
  const spaced = createTokenizer({ ...json, added_tokens: [...json.added_tokens, ...added] }, {}, null);
  const text = 'a<x>   bcd efg';
  expect(spaced.encode(text)).toContain(SHIPPED_VOCAB_SIZE + 1);
  const ends = slicesOf(spaced, text, 1).map(({ end }) => end);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  expect(ends.at(-1)).toBe(text.length);
});
