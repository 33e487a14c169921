// What is typed to find a token means the same in every field: the token it spells, its parts, an id, and others.
import { describe, expect, test } from 'vitest';
import { bestOf, findTokens } from './find.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from './texts.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);
const gpt2 = createTokenizer(r50kTokenizerJson(), {}, R50K_VOCAB_SIZE);
const textOf = (id: number | null): string | null => (id === null ? null : tokenizer.decode([id]));
const NOTHING = { exact: null, parts: [], others: [] };

test('the token with the text, its leading space included, and others after it', () => {
  for (const typed of [' time', '·time', '\\x20time']) {
    const found = findTokens(tokenizer, typed, 8);
    expect(textOf(found.exact)).toBe(' time');
    expect(found.parts).toEqual([]);
    expect(found.others).not.toContain(found.exact);
    expect(found.others.length).toBeLessThanOrEqual(8);
    expect(bestOf(found)).toBe(found.exact);
  }
});

test('a text of several tokens says which, all of them', () => {
  const found = findTokens(tokenizer, ' timezones', 8);
  expect(found.exact).toBeNull();
  expect(tokenizer.decode(found.parts)).toBe(' timezones');
  expect(found.parts.length).toBeGreaterThan(1);
  const long = 'one two three '.repeat(50);
  expect(findTokens(tokenizer, long, 8).parts).toEqual([...tokenizer.encode(long)]);
});

test('#123 is an id where there is a token of it; a bare number is an id too, after the text', () => {
  expect(findTokens(tokenizer, '#13', 8)).toEqual({ ...NOTHING, exact: 13 });
  expect(findTokens(tokenizer, ' #13 ', 8).exact).toBe(13);
  expect(findTokens(tokenizer, `#${SHIPPED_VOCAB_SIZE}`, 8)).toEqual(NOTHING);
  expect(findTokens(tokenizer, '#99999999999999999999', 8)).toEqual(NOTHING);
  expect(textOf(findTokens(tokenizer, '7', 8).exact)).toBe('7');
  expect(findTokens(tokenizer, '1234', 8).others[0]).toBe(1234);
});

test('a special token is found by its spelling, nothing by nothing', () => {
  const [[id, content] = [-1, '']] = tokenizer.specials;
  expect(findTokens(tokenizer, content, 8).exact).toBe(id);
  expect(findTokens(tokenizer, '', 8)).toEqual(NOTHING);
  expect(bestOf(findTokens(tokenizer, '', 8))).toBeNull();
});

describe('what has no shape', () => {
  test.each(['\n', '\\n', '↵', '\\x0a', '\\u000A'])('a line end as %j', typed => {
    expect(findTokens(gpt2, typed, 8).exact).toBe(198);
    expect(gpt2.search(typed, 1)).toEqual([198]);
  });

  test('a carriage return, a tab, a space, a hard space', () => {
    expect([...'␍⇥·⍽'].map(typed => findTokens(gpt2, typed, 8).exact)).toEqual([201, 197, 220, 1849]);
    expect(['\\r', '\\t', ' ', '\\u00a0'].map(typed => findTokens(gpt2, typed, 8).exact)).toEqual([
      201, 197, 220, 1849,
    ]);
  });

  test('a sign as itself with a backslash, and among what comes last without', () => {
    const dot = gpt2.encode('·');
    expect(dot).toHaveLength(1);
    expect(findTokens(gpt2, '\\·', 8).exact).toBe(dot[0]);
    const found = gpt2.search('·', Number.POSITIVE_INFINITY);
    expect(found[0]).toBe(220);
    expect(found).toContain(dot[0]);
    // Two backslashes are one.
    expect(gpt2.search('\\\\":', 1).map(id => gpt2.decode([id]))).toEqual(['\\":']);
  });

  test('bytes of a part of a character', () => {
    const found = findTokens(gpt2, '\\xe4\\xb8', 8);
    expect([...gpt2.bytes(found.exact ?? 0)]).toEqual([0xe4, 0xb8]);
    expect(found.parts).toEqual([]);
    expect(found.others.length).toBeGreaterThan(3);
    for (const id of found.others) expect(Buffer.from(gpt2.bytes(id)).includes(Buffer.of(0xe4, 0xb8))).toBe(true);
    expect(findTokens(gpt2, '\\xe4\\xff\\xe4', 8)).toEqual(NOTHING);
    // Whole characters are text again.
    expect(findTokens(gpt2, '\\xc3\\xa9', 8).exact).toBe(gpt2.encode('é')[0]);
  });
});
