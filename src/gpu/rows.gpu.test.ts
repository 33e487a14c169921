// The kernels that work row by row against the oracle: embedding, layernorm, add, bias, activation, kv_append, row_statistics.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
  expectClose,
  FILLER,
  layoutAll,
  matrixContents,
  noise,
  opGraph,
  padRows,
  rounded,
  runDispatches,
  stepRows,
  unpadRows,
  vectorContents,
  weightAsItLies,
} from '../../e2e/support/kernel-run.ts';
import { defined } from '../lib/assert.ts';
import type { Activation, Op } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import { planStatistics } from './kernels/row_statistics.ts';
import { stride4 } from './layout.ts';
import { planBody } from './plan.ts';
import { joinStatistics } from './statistics.ts';
import type { StorageName } from './storage/storages.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const WIDTHS = [1, 5, 64, 67, 130, 768];

describe.each([
  { kernel: 'layernorm', kernelClass: 'barrier_free' },
  { kernel: 'layernorm_workgroup', kernelClass: 'workgroup' },
] as const)('$kernel', ({ kernel, kernelClass }) => {
  /** `slots` set: the op writes the final states, by slot. */
  async function layernorm(x: Float32Array, C: number, slots?: readonly number[]) {
    const T = x.length / C;
    const out = slots ? 'final' : 'y';
    const eps = 1e-5;
    const { graph, allocation } = opGraph({
      ops: [{ op: 'layernorm', x: 'x', weight: 'g', bias: 'b', eps, out }],
      widths: { x: C, [out]: C },
      weights: [weightAsItLies('g', C), weightAsItLies('b', C)],
    });
    const layouts = layoutAll(graph, 'f32');
    const [g, b] = [noise(C, 2), noise(C, 3)];
    const rows = slots ? Math.max(...slots) + 2 : T + 1;
    const written = slots ? 'final' : 'value/1';
    const contents: Contents = {
      step: stepRows(Array.from({ length: T }, (_, t) => ({ slot: slots?.[t] ?? 99 }))),
      'value/0': padRows(x, C),
      [written]: new Float32Array(rows * stride4(C)).fill(FILLER),
      ...vectorContents(layouts, { g, b }),
    };
    const dispatches = planBody(graph, layouts, allocation, { kernelClass, rows: 'tile', step: 'step' });
    expect(dispatches.map(d => d.kernel.name)).toEqual([kernel]);
    const output = await runDispatches(gpu, dispatches, contents, T, written);
    return { got: unpadRows(output, C), wanted: reference.layernorm(x, g, b, eps) };
  }

  test.each(WIDTHS)('rows of %i', async C => {
    const { got, wanted } = await layernorm(noise(6 * C, 1), C);
    expectClose(got.subarray(0, 6 * C), wanted);
    expect(got.subarray(6 * C).every(v => v === FILLER)).toBe(true);
  });

  test('the final states go to the slots of the rows', async () => {
    const C = 10;
    const slots = [6, 0, 3, 4, 1];
    const { got, wanted } = await layernorm(noise(5 * C, 4), C, slots);
    slots.forEach((slot, t) => {
      expectClose(got.subarray(slot * C, (slot + 1) * C), wanted.subarray(t * C, (t + 1) * C));
    });
    expect(got.filter(v => v === FILLER)).toHaveLength(3 * C);
  });

  test('a mean far above the deviation, and a row without any', async () => {
    const C = 130;
    const x = noise(3 * C, 5).map(v => v + 1_000);
    // Sums of numbers near 1,000 know the mean to some 1e-3; a variance as a difference of squares would be off by a tenth.
    const far = await layernorm(x, C);
    expectClose(far.got.subarray(0, 3 * C), far.wanted, 1e-6);
    const flat = await layernorm(new Float32Array(C).fill(3), C);
    expectClose(flat.got.subarray(0, C), flat.wanted);
  });
});

/** One op on two values a and b and a vector v, all `width` wide, three rows. */
async function elementwise(op: Op, width: number, scale = 1) {
  const T = 3;
  const { graph, allocation } = opGraph({
    ops: [op],
    widths: { a: width, b: width, y: width },
    weights: [weightAsItLies('v', width)],
  });
  const layouts = layoutAll(graph, 'f32');
  const [a, b, v] = [noise(T * width, 1).map(n => n * scale), noise(T * width, 2), noise(width, 3)];
  const contents: Contents = {
    step: stepRows(Array.from({ length: T }, () => ({}))),
    'value/0': padRows(a, width),
    'value/1': padRows(b, width),
    'value/2': new Float32Array((T + 1) * stride4(width)).fill(FILLER),
    ...vectorContents(layouts, { v }),
  };
  const dispatches = planBody(graph, layouts, allocation, { kernelClass: 'barrier_free', rows: 'row', step: 'step' });
  const output = await runDispatches(gpu, dispatches, contents, T, 'value/2');
  expect(output.subarray(T * stride4(width)).every(n => n === FILLER)).toBe(true);
  return { got: unpadRows(output.subarray(0, T * stride4(width)), width), a, b, v };
}

test.each(WIDTHS)('add and bias, rows of %i', async width => {
  const sum = await elementwise({ op: 'add', a: 'a', b: 'b', out: 'y' }, width);
  expectClose(sum.got, reference.add(sum.a, sum.b));
  const biased = await elementwise({ op: 'bias', x: 'a', bias: 'v', out: 'y' }, width);
  expectClose(biased.got, reference.bias(biased.a, biased.v));
});

describe.each<Activation>(['gelu_new', 'gelu', 'quick_gelu', 'relu', 'relu2', 'silu'])('activation %s', kind => {
  test.each([0.1, 1, 6, 40, 1e4, 1e9])('arguments up to %f', async scale => {
    const { got, a } = await elementwise({ op: 'activation', kind, x: 'a', out: 'y' }, 67, scale);
    expectClose(got, reference.activation(a, kind));
    expect(got.every(Number.isFinite)).toBe(true);
  });
});

test('the negative tail of gelu keeps its sign and size', async () => {
  const { got, a } = await elementwise({ op: 'activation', kind: 'gelu', x: 'a', out: 'y' }, 130, 5);
  const wanted = reference.activation(a, 'gelu');
  const tail = [...a.keys()].filter(i => a[i]! < -1 && a[i]! > -4);
  expect(tail.length).toBeGreaterThan(20);
  for (const i of tail) expect(Math.abs(got[i]! / wanted[i]! - 1)).toBeLessThan(1e-5);
});

describe('embedding', () => {
  async function embedding(
    storage: StorageName,
    width: number,
    options: { index: 'id' | 'position'; residual: boolean; maxBinding?: number },
  ) {
    const { index, residual, maxBinding } = options;
    const V = 23;
    const ids = [22, 0, 7, 7, 15];
    const positions = [3, 9, 1, 22, 0];
    const { graph, allocation } = opGraph({
      ops: [{ op: 'embedding', table: 'wte', index, out: 'y', ...(residual && { residual: 'r' }) }],
      widths: { r: width, y: width },
      weights: [weightAsItLies('wte', V, width)],
    });
    const layouts = layoutAll(graph, storage, maxBinding);
    const [table, r] = [noise(V * width, 1), noise(ids.length * width, 2)];
    const contents: Contents = {
      step: stepRows(ids.map((id, t) => ({ id, position: positions[t]! }))),
      'value/0': padRows(r, width),
      'value/1': new Float32Array(6 * stride4(width)).fill(FILLER),
      ...matrixContents(defined(layouts.matrices.get('wte'), 'wte'), table),
    };
    const dispatches = planBody(graph, layouts, allocation, { kernelClass: 'barrier_free', rows: 'row', step: 'step' });
    const output = await runDispatches(gpu, dispatches, contents, ids.length, 'value/1');
    const rows = reference.embedding(rounded(table, storage), index === 'id' ? ids : positions, width);
    return {
      parts: dispatches.length,
      got: unpadRows(output, width).subarray(0, 5 * width),
      wanted: residual ? reference.add(rows, r) : rows,
      after: output.subarray(5 * stride4(width)),
    };
  }

  test.each<StorageName>(['f32', 'f16', 'bf16'])('%s: rows are copied exactly', async storage => {
    for (const width of [1, 50, 260]) {
      const { got, wanted, after } = await embedding(storage, width, { index: 'id', residual: false });
      expect(got).toEqual(Float32Array.from(wanted));
      expect(after.every(v => v === FILLER)).toBe(true);
    }
  });

  test('by position, added to another value', async () => {
    const { got, wanted } = await embedding('f32', 50, { index: 'position', residual: true });
    expectClose(got, wanted);
  });

  test('a table in parts', async () => {
    const { got, wanted, parts } = await embedding('f16', 50, { index: 'id', residual: true, maxBinding: 700 });
    expect(parts).toBe(4);
    expectClose(got, wanted);
  });
});

test('kv_append copies keys and values of the rows to their slots', async () => {
  const [T, C, W] = [3, 7, 66];
  const { graph, allocation } = opGraph({
    ops: [
      { op: 'kv_append', layer: 0, k: { value: 'k', offset: 5, width: W }, v: { value: 'v', offset: C, width: W } },
    ],
    widths: { k: W + 6, v: W + C },
    dims: { n_layer: 1, n_embd: W, n_head: 6, n_kv_head: 6, head_size: 11, n_ctx: 8, vocab_size: 8 },
  });
  const [k, v] = [noise(T * (W + 6), 1), noise(T * (W + C), 2)];
  const slots = [4, 0, 2];
  const contents: Contents = {
    step: stepRows(slots.map(slot => ({ slot }))),
    'value/0': padRows(k, W + 6),
    'value/1': padRows(v, W + C),
    'kv/0': new Float32Array(5 * 2 * W).fill(FILLER),
  };
  const layouts = layoutAll(graph, 'f32');
  const dispatches = planBody(graph, layouts, allocation, { kernelClass: 'barrier_free', rows: 'row', step: 'step' });
  const cache = await runDispatches(gpu, dispatches, contents, T, 'kv/0');
  slots.forEach((slot, t) => {
    const keys = reference.columns(k, W + 6, 5, W).subarray(t * W, (t + 1) * W);
    const values = reference.columns(v, W + C, C, W).subarray(t * W, (t + 1) * W);
    expect([...cache.subarray(slot * 2 * W, (slot + 1) * 2 * W)]).toEqual([...keys, ...values]);
  });
  expect(cache.filter(n => n === FILLER)).toHaveLength(2 * 2 * W);
});

describe.each<KernelClass>(['barrier_free', 'workgroup'])('row_statistics, %s', kernelClass => {
  async function statistics(logits: Float32Array, V: number, asked: readonly number[], parts = 64) {
    const T = asked.length;
    const dims = { n_layer: 1, n_embd: 4, n_head: 1, n_kv_head: 1, head_size: 4, n_ctx: 8, vocab_size: V };
    const { graph } = opGraph({ ops: [], widths: {}, dims });
    const options = { kernelClass, rows: 'tile', step: 'step' } as const;
    const contents: Contents = {
      step: stepRows(asked.map(id => ({ id }))),
      logits: padRows(logits, V),
      statistics: new Float32Array(T * (parts + 1) * 4).fill(FILLER),
    };
    const dispatch = planStatistics(graph, options, 'logits', 'statistics', parts);
    return joinStatistics(await runDispatches(gpu, [dispatch], contents, T, 'statistics'), T, parts);
  }

  test.each([1, 7, 63, 64, 65, 2_049])('a vocabulary of %i', async V => {
    // Quarters: many ties.
    const logits = noise(3 * V, V).map(n => Math.round(n * 40) / 4);
    const asked = [0, V - 1, V >> 1];
    const got = await statistics(logits, V, asked);
    got.forEach(({ logZ, entropy, logit, rank }, t) => {
      const row = logits.subarray(t * V, (t + 1) * V);
      const wanted = reference.logsumexp(row);
      expect(Math.abs(logZ - wanted)).toBeLessThan(1e-5);
      const p = reference.softmax(row);
      expect(Math.abs(entropy + p.reduce((s, q, i) => s + q * (row[i]! - wanted), 0))).toBeLessThan(1e-5);
      expect(logit).toBe(row[asked[t]!]);
      const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
      expect(rank).toBe(order.indexOf(asked[t]!) + 1);
    });
  });

  test('a not-a-number anywhere in the row is seen', async () => {
    const V = 200;
    const logits = noise(3 * V, 1);
    logits[150] = Number.NaN;
    logits[V] = Number.NaN;
    const got = await statistics(logits, V, [3, 3, 3]);
    expect(got.map(({ logZ }) => Number.isNaN(logZ))).toEqual([true, true, false]);
  });
});
