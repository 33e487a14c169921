// What a text typed to find a token means, in the vocabulary of the shipped model.
import { expect, test } from 'vitest';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { sought } from './sought.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);
const textOf = (id: number | null) => (id === null ? null : tokenizer.decode([id]));

test('a text that is one token is that token, and others that it finds come after it', () => {
  const { exact, several, found } = sought(' the', tokenizer);
  expect(textOf(exact)).toBe(' the');
  expect(several).toEqual([]);
  expect(found).not.toContain(exact);
  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThanOrEqual(6);
});

test('a text of several tokens says which', () => {
  const { exact, several } = sought('Paris is nice', tokenizer);
  expect(exact).toBeNull();
  expect(several.length).toBeGreaterThan(1);
  expect(tokenizer.decode(several)).toBe('Paris is nice');
});

test('#123 is an id, where there is a token of it', () => {
  expect(sought('#13', tokenizer)).toEqual({ exact: 13, several: [], found: [] });
  expect(sought(' #13 ', tokenizer).exact).toBe(13);
  expect(sought(`#${SHIPPED_VOCAB_SIZE}`, tokenizer)).toEqual({ exact: null, several: [], found: [] });
  expect(sought('#99999999999999999999', tokenizer).exact).toBeNull();
  // Without the sign it is a text.
  expect(textOf(sought('7', tokenizer).exact)).toBe('7');
});

test('a special token is found by its spelling, a line end as itself, nothing by nothing', () => {
  const [[id, content] = [-1, '']] = tokenizer.specials;
  expect(sought(content, tokenizer).exact).toBe(id);
  expect(textOf(sought('\n', tokenizer).exact)).toBe('\n');
  expect(sought('', tokenizer)).toEqual({ exact: null, several: [], found: [] });
});
