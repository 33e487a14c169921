// The kernels of Llama-like decoders that work row by row, against the oracle: rmsnorm, rotary, gated, scale.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import { expectHalves, halvesIn, halvesOf } from '../../e2e/support/half-cache.ts';
import { expectClose, FILLER, noise, unpadRows } from '../../e2e/support/kernel-run.ts';
import { type OpCase, ROWS, runOps, SLOTS, T } from '../../e2e/support/op-run.ts';
import type { Activation, Op, RotaryOp } from '../model/ir/graph.ts';
import { groupWidths } from '../model/ir/ops.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import { stride4 } from './layout.ts';
import { rotaryAngles } from './rotary-angles.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const CLASSES: readonly { readonly kernelClass: KernelClass; readonly suffix: string }[] = [
  { kernelClass: 'barrier_free', suffix: '' },
  { kernelClass: 'workgroup', suffix: '_workgroup' },
];

const whole = (width: number) => ({ value: 'x', offset: 0, width });

describe.each(CLASSES)('rmsnorm$suffix', ({ kernelClass, suffix }) => {
  test.each([1, 5, 64, 67, 128, 130, 768])('rows of %i', async C => {
    const [x, g] = [noise(T * C, 1), noise(C, 2)];
    for (const plusOne of [false, true]) {
      const op: Op = { op: 'rmsnorm', x: whole(C), group: C, weight: 'g', plusOne, eps: 1e-5, out: 'y' };
      const c = { ops: [op], widths: { x: C, y: C }, values: { x }, vectors: { g } };
      const { kernels, output } = await runOps(gpu, kernelClass, c, 'y');
      expect(kernels).toEqual([`rmsnorm${suffix}`]);
      const factors = plusOne ? g.map(v => 1 + v) : g;
      expectClose(unpadRows(output, C).subarray(0, T * C), reference.rmsnorm(x, factors, [C], 1e-5));
      expect(output.subarray(T * stride4(C)).every(v => v === FILLER)).toBe(true);
    }
  });

  test.each([{ group: 10 }, { group: 18, tail: 12 }, { group: 14, tail: 2 }])(
    'groups of a part of the columns, without factors, added to a residual: %o',
    async groups => {
      const [W, offset, width] = [40, 6, 30];
      const [x, r] = [noise(T * W, 3), noise(T * width, 4)];
      const view = { value: 'x', offset, width };
      const op: Op = { op: 'rmsnorm', x: view, ...groups, plusOne: false, eps: 1e-6, residual: 'r', out: 'y' };
      const { output } = await runOps(
        gpu,
        kernelClass,
        { ops: [op], widths: { x: W, r: width, y: width }, values: { x, r } },
        'y',
      );
      const normed = reference.rmsnorm(
        reference.columns(x, W, offset, width),
        new Float32Array([1]),
        groupWidths(groups, width),
        1e-6,
      );
      expectClose(unpadRows(output, width).subarray(0, T * width), reference.add(r, normed));
    },
  );

  test('the final states go to the slots of the rows', async () => {
    const C = 10;
    const [x, g] = [noise(T * C, 5), noise(C, 6)];
    const op: Op = { op: 'rmsnorm', x: whole(C), group: C, weight: 'g', plusOne: false, eps: 1e-5, out: 'final' };
    const c = { ops: [op], widths: { x: C, final: C }, values: { x }, vectors: { g } };
    const got = unpadRows((await runOps(gpu, kernelClass, c, 'final')).output, C);
    const wanted = reference.rmsnorm(x, g, [C], 1e-5);
    SLOTS.forEach((slot, t) => {
      expectClose(got.subarray(slot * C, (slot + 1) * C), wanted.subarray(t * C, (t + 1) * C));
    });
    expect(got.filter(v => v === FILLER)).toHaveLength((ROWS - T) * C);
  });
});

interface Heads {
  readonly NH: number;
  readonly KVH: number;
  readonly HS: number;
  readonly pairs: number;
  readonly interleaved?: boolean;
  readonly norm?: 'factors' | 'plus one' | 'none';
  /** One norm for all queries and one for all keys, not one a head. */
  readonly together?: boolean;
  readonly positions?: readonly number[];
  readonly cache?: 'f16';
}

describe.each(CLASSES)('rotary$suffix', ({ kernelClass, suffix }) => {
  const N_CTX = 1_000_000;

  /** Queries, keys and values side by side behind four other columns, through one fused op: what it left, and what the oracle says. */
  async function turned({ NH, KVH, HS, pairs, interleaved = false, norm, together = false, ...more }: Heads) {
    const { positions = [0, 1, 2, 3, 4], cache } = more;
    const [Q, KV] = [NH * HS, KVH * HS];
    const groups = together ? { group: Q, ...(KV < Q && { tail: KV }) } : { group: HS };
    const width = 4 + Q + 2 * KV;
    const table = { inv_freq: Array.from({ length: pairs }, (_, i) => 10_000 ** (-i / pairs)), scale: 1.25 };
    const [x, g] = [noise(T * width, 7), noise(Q + KV, 8)];
    const plusOne = norm === 'plus one';
    const empty = new Float32Array(ROWS * 2 * KV).fill(FILLER);
    const op: RotaryOp = {
      op: 'rotary',
      x: { value: 'x', offset: 4, width: Q + KV },
      table: 0,
      interleaved,
      out: 'y',
      ...(norm && { norm: { ...(norm !== 'none' && { weight: 'g' }), plusOne, eps: 1e-6, ...groups } }),
      kv: { layer: 0, from: Q, v: { value: 'x', offset: 4 + Q + KV, width: KV } },
    };
    const c: OpCase = {
      ops: [op],
      widths: { x: width, y: Q + KV },
      dims: { n_layer: 1, n_embd: Q, n_head: NH, n_kv_head: KVH, head_size: HS, n_ctx: N_CTX, vocab_size: 8 },
      rotary: [table],
      values: { x },
      vectors: { g },
      positions,
      more: { 'kv/0': cache ? halvesOf(empty) : empty, 'rotary/0': rotaryAngles(table, N_CTX) },
      ...(cache && { kv: cache }),
    };
    const { kernels, output } = await runOps(gpu, kernelClass, c, 'y');
    expect(kernels).toEqual([`rotary${suffix}`]);
    const written = (await runOps(gpu, kernelClass, c, 'kv/0')).output;
    const kept = cache ? halvesIn(written) : written;
    const heads = reference.columns(x, width, 4, Q + KV);
    const factors = norm === 'none' ? new Float32Array([1]) : plusOne ? g.map(v => 1 + v) : g;
    const normed = norm ? reference.rmsnorm(heads, factors, together ? [Q, KV] : [HS], 1e-6) : heads;
    const both = reference.rotary(normed, positions, table, HS, interleaved);
    expectClose(
      reference.columns(unpadRows(output, Q + KV), Q + KV, 0, Q).subarray(0, T * Q),
      reference.columns(both, Q + KV, 0, Q),
    );
    const wanted = SLOTS.flatMap((_, t) => [
      ...both.subarray(t * (Q + KV) + Q, (t + 1) * (Q + KV)),
      ...x.subarray(t * width + 4 + Q + KV, (t + 1) * width),
    ]);
    const got = SLOTS.flatMap(slot => [...kept.subarray(slot * 2 * KV, (slot + 1) * 2 * KV)]);
    (cache ? expectHalves : expectClose)(Float32Array.from(got), Float32Array.from(wanted));
    expect(kept.filter(v => v === FILLER)).toHaveLength((ROWS - T) * 2 * KV);
  }

  test.each<Heads & { title: string }>([
    { title: 'one pair', NH: 1, KVH: 1, HS: 2, pairs: 1 },
    { title: 'a part of each head', NH: 3, KVH: 1, HS: 10, pairs: 3 },
    { title: 'interleaved', NH: 2, KVH: 2, HS: 12, pairs: 4, interleaved: true },
    { title: 'heads of 64 with their norms', NH: 4, KVH: 2, HS: 64, pairs: 32, norm: 'factors' },
    { title: 'heads of 160 with norms of 1 + w', NH: 1, KVH: 1, HS: 160, pairs: 80, norm: 'plus one' },
    { title: 'norms without factors', NH: 2, KVH: 1, HS: 66, pairs: 33, norm: 'none' },
    { title: 'one norm for all heads of a kind', NH: 3, KVH: 3, HS: 22, pairs: 11, norm: 'factors', together: true },
    { title: 'fewer keys than queries', NH: 4, KVH: 2, HS: 22, pairs: 11, norm: 'factors', together: true },
    { title: 'one key for nine queries', NH: 9, KVH: 1, HS: 4, pairs: 2, norm: 'plus one', together: true },
    { title: 'far positions', NH: 1, KVH: 1, HS: 8, pairs: 4, positions: [255, 256, 131_071, 524_288, 999_999] },
    { title: 'into packed f16', NH: 3, KVH: 2, HS: 5, pairs: 2, cache: 'f16' },
    { title: 'with norms into packed f16', NH: 2, KVH: 1, HS: 66, pairs: 33, norm: 'plus one', cache: 'f16' },
  ])('$title: NH $NH, KVH $KVH, HS $HS, $pairs pairs', turned);

  test('alone it writes every head to its value', async () => {
    const table = { inv_freq: [1, 0.1], scale: 1 };
    const x = noise(T * 12, 9);
    const op: RotaryOp = { op: 'rotary', x: whole(12), table: 0, interleaved: false, out: 'y' };
    const dims = { n_layer: 1, n_embd: 12, n_head: 3, n_kv_head: 3, head_size: 4, n_ctx: 300, vocab_size: 8 };
    const more = { 'rotary/0': rotaryAngles(table, 300) };
    const c = { ops: [op], widths: { x: 12, y: 12 }, dims, rotary: [table], values: { x }, more };
    const { output } = await runOps(gpu, kernelClass, c, 'y');
    expectClose(output.subarray(0, T * 12), reference.rotary(x, [0, 1, 2, 3, 4], table, 4, false));
  });
});

describe.each([1, 63, 64, 65, 131])('rows of %i', width => {
  test.each<Activation>(['silu', 'gelu_new', 'relu2'])('gated by %s', async kind => {
    const x = noise(T * 2 * width, 10).map(v => v * 30);
    const op: Op = { op: 'gated', kind, x: 'x', out: 'y' };
    const { output } = await runOps(
      gpu,
      'barrier_free',
      { ops: [op], widths: { x: 2 * width, y: width }, values: { x } },
      'y',
    );
    expectClose(unpadRows(output, width).subarray(0, T * width), reference.gated(x, width, kind));
    expect(output.subarray(T * stride4(width)).every(v => v === FILLER)).toBe(true);
  });

  test('scale', async () => {
    const x = noise(T * width, 11);
    const op: Op = { op: 'scale', x: 'x', factor: 0.22, out: 'y' };
    const { output } = await runOps(
      gpu,
      'barrier_free',
      { ops: [op], widths: { x: width, y: width }, values: { x } },
      'y',
    );
    expectClose(unpadRows(output, width).subarray(0, T * width), reference.scale(x, 0.22));
  });
});
