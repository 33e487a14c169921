// A search finds the token it spells, says when it is several, and takes ids.
import { expect, test } from 'vitest';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { bestOf, findTokens } from './search.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);
const textOf = (id: number | null): string => (id === null ? '' : tokenizer.decode([id]));

test('the token with the text, its leading space included', () => {
  const found = findTokens(tokenizer, ' time', 8);
  expect(textOf(found.exact)).toBe(' time');
  expect(found.parts).toEqual([]);
  expect(found.others).not.toContain(found.exact);
  expect(bestOf(found)).toBe(found.exact);
});

test('a text that is several tokens gives its parts', () => {
  const found = findTokens(tokenizer, ' timezones', 8);
  expect(found.exact).toBeNull();
  expect(found.parts.map(textOf).join('')).toBe(' timezones');
  expect(found.parts.length).toBeGreaterThan(1);
});

test('an id, and a special token by its spelling', () => {
  expect(findTokens(tokenizer, '1234', 8).others[0]).toBe(1234);
  const [id, spelling] = [...tokenizer.specials][0] ?? [0, ''];
  expect(findTokens(tokenizer, spelling, 8).exact).toBe(id);
});

test('nothing for nothing', () => {
  expect(bestOf(findTokens(tokenizer, '', 8))).toBeNull();
});
