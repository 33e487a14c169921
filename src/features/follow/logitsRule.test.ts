// Factor and cap of logits, in numbers and in words.
import { expect, test } from 'vitest';
import { afterRule, NO_RULE, ruleWords } from './logitsRule.ts';

test('the sum itself, a factor, a cap, both', () => {
  expect(afterRule(8, NO_RULE)).toBe(8);
  expect(ruleWords(NO_RULE, 'the sum')).toBe('');
  const factor = { ...NO_RULE, scale: 0.125 };
  expect(afterRule(8, factor)).toBe(1);
  expect(ruleWords(factor, 'the sum')).toBe('the sum times 0.125');
  const cap = { ...NO_RULE, softcap: 30 };
  expect(afterRule(30, cap)).toBeCloseTo(30 * Math.tanh(1), 12);
  expect(ruleWords({ ...cap, scale: 2 }, 'that')).toBe('30 · tanh(that times 2 / 30)');
});

test('a bias leaves the sum as it is: it is a number of the token', () => {
  expect(afterRule(8, { ...NO_RULE, bias: true })).toBe(8);
  expect(ruleWords({ ...NO_RULE, bias: true }, 'the sum')).toBe('the sum');
});
