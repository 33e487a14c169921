// Biases that find back from a vocabulary in which two of their tokens are one.
import { expect, test } from 'vitest';
import { shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { biasesHome, movedTrails, withBiases } from './bias-trails.ts';

test('two ids of the same bytes keep each its own bias', () => {
  const there = createTokenizer(shippedJson('tokenizer.json'), shippedJson('tokenizer_config.json'), null);
  const [id = 0] = there.encode(' the');
  const twin = id + 1;
  const home: typeof there = {
    ...there,
    fingerprint: 'twins',
    bytes: each => there.bytes(each === twin ? id : each),
  };
  const biases = [
    { id, bias: 1 },
    { id: twin, bias: 2 },
  ];
  const away = movedTrails(withBiases([], biases, home), home, there);
  expect(away.map(trail => trail.id)).toEqual([null, id]);
  const stands = [{ id, bias: 2 }];
  const back = movedTrails(withBiases(away, stands, there), there, home);
  expect(biasesHome(withBiases(back, stands, home), home)).toEqual(biases);
});
