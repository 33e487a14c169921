// The attention kernels on a real adapter against the float64 oracle: several sequences over one pool, shared heads, long rows.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
  expectClose,
  FILLER,
  layoutAll,
  noise,
  opGraph,
  rounded,
  runDispatches,
  stepRows,
  TOLERANCE,
  unpadRows,
} from '../../e2e/support/kernel-run.ts';
import { fromFloat32 } from '../checkpoint/dtypes.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import type { RowsKind } from './dispatch.ts';
import { stretchFloats } from './kernels/attention.ts';
import { stride4 } from './layout.ts';
import { planBody } from './plan.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  readonly NH: number;
  readonly KVH: number;
  readonly HS: number;
  /** Sequence and position of every row. */
  readonly rows: readonly (readonly [sequence: number, position: number])[];
  /** Factor of q: with 100 the scores run over hundreds. */
  readonly sharpness?: number;
  /** What the op does with its scores besides. */
  readonly rule?: { readonly window?: number; readonly softcap?: number; readonly alibi?: boolean };
  /** The kind of step it is planned for: few rows unless another one is named. */
  readonly kind?: RowsKind;
  /** Planned for rows far into their texts. */
  readonly long?: boolean;
  /** Keys and values as packed f16. */
  readonly packed?: boolean;
}
const N_CTX = 1_100;
const SLOTS = 1_117;

/** A table that permutes the pool, another for every sequence; the first `shared` positions are the same slots in all. */
function slotsOf(sequence: number): number[] {
  return Array.from({ length: N_CTX }, (_, p) => ((p < 3 ? p : p * (sequence + 1) + 11 * sequence) * 31 + 5) % SLOTS);
}

/** Runs one attention op as the planner plans it; rows [T, NH * HS] and what the oracle says. */
async function attention(kernelClass: KernelClass, c: Case) {
  const { NH, KVH, HS, rows, sharpness = 1, rule = {}, kind = 'row', long = false, packed = false } = c;
  const T = rows.length;
  const qOffset = 8; // queries need not begin at the first column
  const qWidth = qOffset + NH * HS;
  const C = NH * HS;
  const scale = 1 / Math.sqrt(HS);
  const { graph, allocation } = opGraph({
    ops: [{ op: 'attention', layer: 0, q: { value: 'q', offset: qOffset, width: C }, scale, ...rule, out: 'y' }],
    widths: { q: qWidth, y: C },
    dims: { n_layer: 1, n_embd: C, n_head: NH, n_kv_head: KVH, head_size: HS, n_ctx: N_CTX, vocab_size: 8 },
    ...(packed && { kv: 'f16' }),
  });
  const q = new Float32Array(T * stride4(qWidth)).fill(FILLER);
  const queries = noise(T * C, 1).map(v => v * sharpness);
  for (let t = 0; t < T; t++) q.set(queries.subarray(t * C, (t + 1) * C), t * stride4(qWidth) + qOffset);
  const kvStride = 2 * KVH * HS;
  const numbers = noise(SLOTS * kvStride, 2);
  const kv = packed ? rounded(numbers, 'f16') : numbers;
  const tables = [0, 1, 2].flatMap(slotsOf);
  const contents: Contents = {
    step: stepRows(
      rows.map(([sequence, position]) => ({ sequence, position, slot: tables[sequence * N_CTX + position]! })),
      N_CTX,
    ),
    'value/0': q,
    'value/1': new Float32Array((T + 1) * stride4(C)).fill(FILLER),
    'kv/0': packed ? fromFloat32(kv, 'F16') : kv,
    stretches: new Float32Array(stretchFloats(graph.dims, T)).fill(FILLER),
    slots: Uint32Array.from(tables),
  };
  const layouts = layoutAll(graph, 'f32');
  const dispatches = planBody(graph, layouts, allocation, { kernelClass, rows: kind, step: 'step', long });
  const output = await runDispatches(gpu, dispatches, contents, T, 'value/1');
  expect(output.subarray(T * stride4(C)).every(v => v === FILLER)).toBe(true);
  const wanted = rows.map(([sequence, position], t) => {
    const seen = slotsOf(sequence).slice(0, position + 1);
    const part = (from: number) =>
      Float32Array.from(
        seen.flatMap(slot => [...kv.subarray(slot * kvStride + from, slot * kvStride + from + KVH * HS)]),
      );
    const shape = { n_head: NH, n_kv_head: KVH, head_size: HS, scale, ...rule };
    return reference.attention(queries.subarray(t * C, (t + 1) * C), part(0), part(KVH * HS), shape).out;
  });
  return {
    kernel: dispatches[0]!.kernel.name,
    dispatches: dispatches.length,
    got: unpadRows(output.subarray(0, T * stride4(C)), C),
    wanted: Float64Array.from(wanted.flatMap(row => [...row])),
  };
}

const KERNELS: readonly { readonly kernel: string; readonly kernelClass: KernelClass; readonly kind: RowsKind }[] = [
  { kernel: 'attention_naive', kernelClass: 'naive', kind: 'row' },
  { kernel: 'attention', kernelClass: 'barrier_free', kind: 'row' },
  { kernel: 'attention_workgroup', kernelClass: 'workgroup', kind: 'row' },
  { kernel: 'attention_tile_workgroup', kernelClass: 'workgroup', kind: 'tile' },
];
/** Below, at and above a tile of 64 keys and a group of 4, of three sequences in one step. */
const MIXED: Case['rows'] = [
  [0, 0],
  [1, 2],
  [0, 3],
  [2, 4],
  [1, 62],
  [0, 63],
  [2, 64],
  [2, 127],
  [1, 128],
  [0, 139],
];
/** A prompt that goes on: past a tile, sets of four rows and an odd one, and in the middle of them a row of another text. */
const PROMPT: Case['rows'] = [
  ...Array.from({ length: 9 }, (_, i) => [1, 58 + i] as const),
  [2, 66],
  ...Array.from({ length: 7 }, (_, i) => [1, 67 + i] as const),
];

describe.each(KERNELS)('$kernel', ({ kernel, kernelClass, kind }) => {
  test.each<Case & { title: string }>([
    { title: 'one row of one head', NH: 1, KVH: 1, HS: 4, rows: [[0, 0]] },
    { title: 'sequences side by side, heads that share keys', NH: 4, KVH: 2, HS: 16, rows: MIXED },
    { title: 'a head size that does not divide the workgroup', NH: 3, KVH: 1, HS: 24, rows: MIXED.slice(4) },
    { title: 'the heads of GPT-2', NH: 12, KVH: 12, HS: 64, rows: [[1, 70]] },
    { title: 'rows that follow each other', NH: 4, KVH: 2, HS: 16, rows: PROMPT },
    { title: 'the widest heads, in f16', NH: 2, KVH: 1, HS: 256, rows: PROMPT, packed: true },
  ])('$title: NH $NH, KVH $KVH, HS $HS', async c => {
    const { got, wanted, kernel: ran } = await attention(kernelClass, { ...c, kind });
    expect(ran).toBe(kernel);
    expectClose(got, wanted);
  });

  test.each<{ title: string; rule: Case['rule']; NH?: number }>([
    { title: 'a window of one', rule: { window: 1 } },
    { title: 'a window below a group', rule: { window: 3 } },
    { title: 'a window of a tile', rule: { window: 64 } },
    { title: 'a window above a tile', rule: { window: 65 } },
    { title: 'a window wider than the context', rule: { window: 4_000 } },
    { title: 'a soft cap', rule: { softcap: 0.5 } },
    { title: 'linear biases', rule: { alibi: true } },
    { title: 'linear biases of heads that are no power of two', rule: { alibi: true, window: 70 }, NH: 6 },
  ])('$title', async ({ rule, NH = 4 }) => {
    for (const rows of [MIXED, PROMPT]) {
      const c: Case = { NH, KVH: 2, HS: 16, rows, sharpness: 3, kind, ...(rule && { rule }) };
      const { got, wanted } = await attention(kernelClass, c);
      expectClose(got, wanted);
    }
  });

  test('scores that run over thousands neither overflow nor vanish', async () => {
    for (const rows of [MIXED, PROMPT]) {
      const { got, wanted } = await attention(kernelClass, { NH: 4, KVH: 2, HS: 16, rows, sharpness: 2_000, kind });
      // One key takes all but a little, and f32 knows a score of thousands to 1e-4.
      expectClose(got, wanted, 1e-6);
    }
  });
});

test.each(KERNELS)('a head size that is no multiple of four, beside $kernel', async ({ kernelClass, kind }) => {
  const c = { NH: 5, KVH: 5, HS: 10, rows: MIXED.slice(0, 6), kind };
  const { got, wanted, kernel } = await attention(kernelClass, c);
  expect(kernel).toBe('attention_naive');
  expectClose(got, wanted);
});

test.each(KERNELS.slice(1))('$kernel agrees with attention_naive', async ({ kernelClass, kind }) => {
  const c: Case = { NH: 4, KVH: 2, HS: 16, rows: MIXED, kind };
  expectClose((await attention(kernelClass, c)).got, (await attention('naive', c)).got, TOLERANCE / 10);
});

/** One stretch of less than a tile, of a tile, several, all sixteen, and sixteen of more than a tile each. */
const FAR: Case['rows'] = [
  [0, 0],
  [1, 62],
  [0, 63],
  [2, 64],
  [1, 200],
  [0, 1_023],
  [2, 1_024],
  [1, 1_099],
];

describe.each([
  { kernel: 'attention_split', kernelClass: 'barrier_free' },
  { kernel: 'attention_split_workgroup', kernelClass: 'workgroup' },
] as const)('$kernel and attention_join', ({ kernel, kernelClass }) => {
  test.each<Omit<Case, 'rows'> & { title: string }>([
    { title: 'two heads that share keys', NH: 4, KVH: 2, HS: 16 },
    {
      title: 'six heads that share keys, a cap, a size that does not divide the workgroup',
      NH: 6,
      KVH: 1,
      HS: 24,
      rule: { softcap: 0.5 },
    },
    {
      title: 'eight heads that share keys in f16, linear biases',
      NH: 8,
      KVH: 1,
      HS: 16,
      rule: { alibi: true },
      packed: true,
    },
    { title: 'sets of seven heads that share keys', NH: 14, KVH: 2, HS: 16 },
    { title: 'sets of five heads that share keys', NH: 10, KVH: 2, HS: 24 },
    { title: 'a window that begins inside a tile', NH: 1, KVH: 1, HS: 8, rule: { window: 700 } },
    { title: 'the widest heads, scores over thousands', NH: 1, KVH: 1, HS: 256, sharpness: 500 },
  ])('$title: NH $NH, KVH $KVH, HS $HS', async c => {
    const { got, wanted, kernel: ran, dispatches } = await attention(kernelClass, { ...c, rows: FAR, long: true });
    expect([ran, dispatches]).toEqual([kernel, 2]);
    expectClose(got, wanted, c.sharpness ? 1e-6 : TOLERANCE);
  });

  test('a window no longer than where cutting begins is not cut', async () => {
    const { dispatches } = await attention(kernelClass, {
      NH: 1,
      KVH: 1,
      HS: 8,
      rows: FAR.slice(0, 4),
      long: true,
      rule: { window: 512 },
    });
    expect(dispatches).toBe(1);
  });
});
