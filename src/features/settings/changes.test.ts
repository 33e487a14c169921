// The line of folded settings: what is not as it comes, and nothing else.
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { changedWords } from './changes.ts';

test('says nothing of what is as it comes', () => {
  expect(changedWords(DEFAULT_SETTINGS, DEFAULT_SETTINGS, '')).toEqual([]);
});

test('numbers by their names, a step that was switched off, choices, lists and the seed', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    ...{ temperature: 0.7, top_p: 1, xtc_probability: 0.5, max_new_tokens: 200 },
    ...({ order: 'llama.cpp', end_of_text: 'never', stop: ['\n', 'END'] } as const),
    logit_bias: [
      { id: 3, bias: 2 },
      { id: 4, bias: -2 },
    ],
  };
  expect(changedWords(settings, DEFAULT_SETTINGS, '17')).toEqual([
    'temperature 0.7',
    'top-p off',
    'XTC 0.5',
    '200 tokens',
    'order of llama.cpp',
    'end-of-text: never draw it',
    '2 stop strings',
    '2 biases',
    'seed 17',
  ]);
});

test('what stands beside a step counts only where the step is on', () => {
  const settings = { ...DEFAULT_SETTINGS, dry_base: 2 };
  expect(changedWords(settings, DEFAULT_SETTINGS, '')).toEqual([]);
  expect(changedWords({ ...settings, dry_multiplier: 0.8 }, DEFAULT_SETTINGS, '')).toEqual(['DRY 0.8', 'DRY base 2']);
});

test('defaults of a model’s author are the ones that count', () => {
  const defaults = { ...DEFAULT_SETTINGS, temperature: 0.6 };
  expect(changedWords({ ...defaults, top_k: 1 }, defaults, '')).toEqual(['top-k 1']);
  expect(changedWords(DEFAULT_SETTINGS, defaults, '')).toEqual(['temperature 0.8']);
});
