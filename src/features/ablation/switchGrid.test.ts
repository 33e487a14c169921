// The grid: switches, keys, strength of colour.
import { expect, test } from 'vitest';
import { rankEffects } from './ranking.ts';
import {
  columnName,
  effectStep,
  gridEffects,
  isMoot,
  isOff,
  isThere,
  partAt,
  STEPS,
  shortName,
  stepCell,
  stepToPart,
  switchesOf,
  switchName,
} from './switchGrid.ts';

test('a layer has its heads, its attention, its MLP, and itself', () => {
  const row = switchesOf(2, 3);
  expect(row.map(each => switchName(each, ['attention', 'attention', 'attention']))).toEqual([
    'Layer 2, head 0',
    'Layer 2, head 1',
    'Layer 2, head 2',
    'Layer 2, attention',
    'Layer 2, MLP',
    'Layer 2, whole',
  ]);
  expect(row.slice(2).map(each => shortName(each, ['attention', 'attention', 'attention']))).toEqual([
    'L2 H2',
    'L2 attn',
    'L2 MLP',
    'L2 whole',
  ]);
});

test('a whole layer is off when both its blocks are; heads under attention that is off are moot', () => {
  const off = [{ kind: 'attention', layer: 1 } as const];
  const [head, , attention, mlp, layer] = switchesOf(1, 2);
  if (!head || !attention || !mlp || !layer) throw new Error('a short row');
  expect([head, attention, mlp, layer].map(each => isOff(off, each))).toEqual([false, true, false, false]);
  expect(isOff([...off, { kind: 'mlp', layer: 1 }], layer)).toBe(true);
  expect([head, attention, mlp, layer].map(each => isMoot(off, each))).toEqual([true, false, false, false]);
});

test('keys walk within the grid', () => {
  const at = { row: 1, column: 2 };
  const to = (key: string, far = false) => stepCell(key, far, at, 3, 5);
  expect(to('ArrowLeft')).toEqual({ row: 1, column: 1 });
  expect(to('ArrowDown')).toEqual({ row: 2, column: 2 });
  expect(to('PageDown')).toEqual({ row: 2, column: 2 });
  expect(to('PageUp')).toEqual({ row: 0, column: 2 });
  expect(to('Home')).toEqual({ row: 1, column: 0 });
  expect(to('End')).toEqual({ row: 1, column: 4 });
  expect(to('Home', true)).toEqual({ row: 0, column: 0 });
  expect(to('End', true)).toEqual({ row: 2, column: 4 });
  expect(to(' ')).toBeNull();
  expect(stepCell('ArrowRight', false, { row: 0, column: 4 }, 3, 5)).toEqual({ row: 0, column: 4 });
});

const swept = (logprobs: readonly number[], plain = -2) => ({
  ids: Uint32Array.of(1, 2),
  id: 7,
  baseline: 'zero' as const,
  scope: 'heads' as const,
  parts: [],
  plain: { logprob: plain, rank: 1, divergence: 0, topId: 7, topLogprob: plain },
  swept: logprobs.map((logprob, head) => ({
    part: { kind: 'head' as const, layer: 0, head },
    logprob,
    rank: 2,
    divergence: (head + 1) % 3,
    topId: 7,
    topLogprob: -1,
  })),
});

test('the size of an effect is the colour, its direction the sign', () => {
  const { cells, most } = gridEffects(swept([-4, -1.5, -2, -2.000001]));
  expect(most).toBe(2);
  expect([...cells.values()].map(({ step, sign }) => `${step}${sign}`)).toEqual(['5-', '2+', '0', '0']);
  expect(cells.get('0.head.0')?.effect).toBe(-2);
  expect(gridEffects({ ...swept([]), plain: null })).toEqual({ cells: new Map(), most: 0 });
});

test('steps are even shares of the largest; nothing but rounding is no step', () => {
  expect([0, 0.001, 0.2, 0.21, 0.999, 1].map(size => effectStep(-size, 1))).toEqual([0, 1, 1, 2, 5, STEPS]);
  expect(effectStep(1e-6, 1e-6)).toBe(0);
});

test('the ranking goes by size, whichever the direction', () => {
  const all = swept([-2.5, -1, -3.5, -2]);
  const ranked = rankEffects(all, 'effect');
  expect(ranked.map(({ part, effect }) => [part.kind === 'head' && part.head, effect])).toEqual([
    [2, -1.5],
    [1, 1],
    [0, -0.5],
    [3, 0],
  ]);
  expect(rankEffects(all, 'divergence').map(({ part }) => part.kind === 'head' && part.head)).toEqual([1, 0, 3, 2]);
});

test('layers without attention: their words, and no step onto a head that is not there', () => {
  const mixers = ['short_conv', 'attention', 'delta_rule'] as const;
  const dims = { n_layer: 3, n_head: 2, mixers };
  expect([0, 1, 2].map(layer => switchName({ kind: 'attention', layer }, mixers))).toEqual([
    'Layer 0, convolution',
    'Layer 1, attention',
    'Layer 2, delta rule',
  ]);
  expect([0, 1].map(layer => shortName({ kind: 'attention', layer }, mixers))).toEqual(['L0 conv', 'L1 attn']);
  expect([columnName(mixers), columnName(['attention']), columnName(['short_conv'])]).toEqual([
    'mixer',
    'attn',
    'conv',
  ]);
  expect(isThere(mixers, { kind: 'head', layer: 0, head: 1 })).toBe(false);
  expect(isThere(mixers, { kind: 'mlp', layer: 0 })).toBe(true);
  expect(stepToPart('ArrowUp', false, { row: 1, column: 0 }, dims)).toEqual({ row: 0, column: 2 });
  expect(stepToPart('ArrowLeft', false, { row: 0, column: 3 }, dims)).toEqual({ row: 0, column: 2 });
  expect(stepToPart('ArrowDown', false, { row: 0, column: 3 }, dims)).toEqual({ row: 1, column: 3 });
  expect(partAt({ row: 0, column: 0 }, dims)).toEqual({ row: 0, column: 2 });
});
