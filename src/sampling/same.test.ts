// Every control counts.
import { expect, test } from 'vitest';
import { sameSettings } from './same.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

test('copies are the same, any change is not', () => {
  const a = { ...DEFAULT_SETTINGS, stop: ['x'], logit_bias: [{ id: 1, bias: 2 }] };
  expect(sameSettings(a, { ...a, stop: ['x'], logit_bias: [{ id: 1, bias: 2 }] })).toBe(true);
  for (const change of [
    { temperature: 0.81 },
    { max_new_tokens: 1 },
    { end_of_text: 'never' },
    { order: 'llama.cpp' },
    { stop: ['y'] },
    { stop: [] },
    { logit_bias: [{ id: 1, bias: 3 }] },
  ] as const) {
    expect(sameSettings(a, { ...a, ...change })).toBe(false);
  }
});
