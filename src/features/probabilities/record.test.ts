// The record of a draw says all that it was made with.
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { recordWords } from './record.ts';

const time = (at: number): string => new Date(at).toISOString();

test('time, model, seed, settings that do something, and how many biases and stop strings', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    temperature: 1.25,
    top_k: 0,
    min_p: 0.05,
    order: 'llama.cpp' as const,
    logit_bias: [{ id: 5, bias: 1 }],
    stop: ['a', 'b'],
  };
  const model = { name: 'nucleus-3m', digest: `${'a'.repeat(64)}:int8` };
  const draw = { settings, seed: 42, u: 0.5, pAfter: 0.25, outdated: false, model, at: 5000 };
  const words = recordWords(draw, time);
  expect(words).toMatch(/^Drawn by a run of 1970-01-01T00:00:05.000Z · nucleus-3m in int8 · Seed 42 · /);
  for (const part of ['Temperature 1.25', 'Min-p 0.05', 'Order of llama.cpp', '1 logit bias', '2 stop strings'])
    expect(words).toContain(part);
  expect(words).not.toContain('Top-k');
  const { at: _, ...before } = draw;
  expect(recordWords({ ...before, model: null }, time)).toMatch(/^When it was drawn is not known · model not named · /);
});
