// Steps of attention weights.
import { expect, test } from 'vitest';
import { choiceName, shortChoiceName, WEIGHT_LABELS, WEIGHT_STEPS, weightStep } from './weightSteps.ts';

test('a weight falls into the step whose words hold it', () => {
  expect([0, 0.0049, 0.005, 0.02, 0.05, 0.149, 0.15, 0.4, 1].map(weightStep)).toEqual([0, 0, 1, 2, 3, 3, 4, 5, 5]);
  expect(WEIGHT_LABELS).toHaveLength(WEIGHT_STEPS.length);
});

test('names of what is shown', () => {
  expect(choiceName({ layer: null, head: null })).toBe('mean of all heads');
  expect(choiceName({ layer: 2, head: null })).toBe('layer 2, mean of its heads');
  expect(choiceName({ layer: 0, head: 5 })).toBe('layer 0, head 5');
  expect(shortChoiceName({ layer: null, head: null })).toBe('mean');
  expect(shortChoiceName({ layer: 2, head: null })).toBe('L2 mean');
  expect(shortChoiceName({ layer: 0, head: 5 })).toBe('L0 H5');
});
