// Frequencies of rotary positions, by the formulas and by where config.json says them.

import { describe, expect, test } from 'vitest';
import { rotaryTable } from './rope.ts';

const at = (scaling: object | undefined, more: object = {}, headSize = 8) =>
  rotaryTable({ max_position_embeddings: 64, ...(scaling && { rope_scaling: scaling }), ...more }, headSize, {
    theta: 10_000,
  });
const plain = [1, 0.1, 0.01, 0.001];

function near(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, f] of wanted.entries()) expect(got[i]! / f).toBeCloseTo(1, 12);
}

test('plain, by the base of the file or of the family', () => {
  near(at(undefined).inv_freq, plain);
  near(at(undefined, { rope_theta: 16 }).inv_freq, [1, 0.5, 0.25, 0.125]);
  const parameters = { rope_type: 'default', rope_theta: 16 };
  for (const rope_scaling of [undefined, null, {}])
    near(at(undefined, { rope_scaling, rope_parameters: parameters }).inv_freq, [1, 0.5, 0.25, 0.125]);
});

test('linear divides all; dynamic changes nothing up to the positions of the file', () => {
  near(
    at({ type: 'linear', factor: 4 }).inv_freq,
    plain.map(f => f / 4),
  );
  near(at({ rope_type: 'dynamic', factor: 4 }).inv_freq, plain);
});

test('llama3: fast pairs as they are, slow ones divided, a ramp between', () => {
  const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
  const [first, second, third, fourth] = at({ ...scaling, original_max_position_embeddings: 100 }).inv_freq;
  // Wavelengths: 6.3, 62.8, 628, 6,283; below 25 fast, above 100 slow.
  near([first!, third!, fourth!], [1, 0.01 / 8, 0.001 / 8]);
  const smooth = (100 / (2 * Math.PI * 10) - 1) / 3;
  near([second!], [((1 - smooth) * 0.1) / 8 + smooth * 0.1]);
});

test('yarn: a ramp over the pairs, and the stretch in each of its spellings', () => {
  const scaling = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 };
  const { inv_freq, scale } = at(scaling);
  // Corrections: 32 turns lie before the first pair, 1 turn at pair 0.7, rounded up to 1.
  near(inv_freq, [1, 0.1 / 4, 0.01 / 4, 0.001 / 4]);
  expect(scale).toBeCloseTo(0.1 * Math.log(4) + 1, 12);
  expect(at({ ...scaling, attention_factor: 1.1 }).scale).toBe(1.1);
  const both = at({ ...scaling, mscale: 0.7, mscale_all_dim: 0.9 }).scale;
  expect(both).toBeCloseTo((0.07 * Math.log(4) + 1) / (0.09 * Math.log(4) + 1), 12);
});

test('longrope: one list of factors up to the trained length, another beyond', () => {
  const lists = { short_factor: [1, 2, 3, 4], long_factor: [5, 6, 7, 8] };
  const { inv_freq, long, scale } = at({ type: 'longrope', ...lists, original_max_position_embeddings: 32 });
  near(
    inv_freq,
    plain.map((f, i) => f / lists.short_factor[i]!),
  );
  near(
    long!.inv_freq,
    plain.map((f, i) => f / lists.long_factor[i]!),
  );
  expect(long!.beyond).toBe(32);
  expect(scale).toBeCloseTo(Math.sqrt(1 + Math.log(2) / Math.log(32)), 12);
});

describe('what a family says', () => {
  const config = { max_position_embeddings: 64 };

  test('a part of each head turns, where the family can', () => {
    const table = rotaryTable({ ...config, partial_rotary_factor: 0.5 }, 8, { theta: 10_000, partial: 1 });
    near(table.inv_freq, [1, 0.01]);
    expect(() => at(undefined, { partial_rotary_factor: 0.5 })).toThrow('partial_rotary_factor');
    const third = { ...config, partial_rotary_factor: 0.4 };
    expect(() => rotaryTable(third, 8, { theta: 10_000, partial: 1 })).toThrow('partial_rotary_factor');
  });

  test('a base a kind of layer', () => {
    const rope_parameters = {
      full_attention: { rope_type: 'linear', factor: 2, rope_theta: 16 },
      sliding_attention: { rope_type: 'default' },
    };
    const far = rotaryTable({ ...config, rope_parameters }, 4, { theta: 100, layerType: 'full_attention' });
    near(far.inv_freq, [0.5, 0.125]);
    const close = rotaryTable({ ...config, rope_parameters }, 4, { theta: 100, layerType: 'sliding_attention' });
    near(close.inv_freq, [1, 0.1]);
  });
});

test.each<[object, string]>([
  [{ type: 'ntk' }, 'rope_scaling'],
  [{ full_attention: { rope_theta: 5 } }, 'rope_scaling'],
  [{ type: 'linear' }, 'factor'],
  [{ type: 'linear', factor: 0 }, 'factor'],
  [{ type: 'linear', factor: '2' }, 'factor'],
  [{ type: 'llama3', factor: 8, high_freq_factor: 4 }, 'low_freq_factor'],
  [{ type: 'longrope', short_factor: [1, 1, 1, 1], long_factor: [1, 1] }, 'long_factor'],
])('%j is refused by name', (scaling, field) => {
  expect(() => at(scaling)).toThrow(expect.objectContaining({ detail: expect.objectContaining({ field }) }));
});
