// A norm with its residual and the norm of their sum in one dispatch, against the oracle.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import { expectClose, FILLER, layoutAll, noise, opGraph, unpadRows } from '../../e2e/support/kernel-run.ts';
import { ROWS, runOps, SLOTS, T } from '../../e2e/support/op-run.ts';
import type { RmsnormOp } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import { planBody } from './plan.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  readonly C: number;
  readonly factors: boolean;
  readonly plusOne?: boolean;
  /** Where the second norm writes. */
  readonly out?: 'y' | 'final';
}

const CLASSES: readonly { readonly kernelClass: KernelClass; readonly kernel: string }[] = [
  { kernelClass: 'barrier_free', kernel: 'rmsnorm_twice' },
  { kernelClass: 'workgroup', kernel: 'rmsnorm_twice_workgroup' },
];

describe.each(CLASSES)('$kernel', ({ kernelClass, kernel }) => {
  test.each<Case>([
    { C: 1, factors: true },
    { C: 67, factors: true, plusOne: true },
    { C: 128, factors: false },
    { C: 770, factors: true },
    { C: 10, factors: true, plusOne: true, out: 'final' },
  ])('rows of $C, factors: $factors, 1 + w: $plusOne, to $out', async ({ C, factors, plusOne = false, out = 'y' }) => {
    const [x, r, g, h] = [noise(T * C, 1), noise(T * C, 2), noise(C, 3), noise(C, 4)];
    const norm = { op: 'rmsnorm', group: C, plusOne } as const;
    const ops: RmsnormOp[] = [
      {
        ...norm,
        x: { value: 'x', offset: 0, width: C },
        ...(factors && { weight: 'g' }),
        eps: 1e-5,
        residual: 'r',
        out: 'sum',
      },
      { ...norm, x: { value: 'sum', offset: 0, width: C }, ...(factors && { weight: 'h' }), eps: 1e-2, out },
    ];
    const widths = { x: C, r: C, sum: C, [out]: C };
    const c = { ops, widths, values: { x, r }, vectors: factors ? { g, h } : {}, pairs: true };
    const read = async (name: string) => {
      const { kernels, output } = await runOps(gpu, kernelClass, c, name);
      expect(kernels).toEqual([kernel]);
      return unpadRows(output, C);
    };
    const factorsOf = (w: Float32Array) => (factors ? w.map(v => (plusOne ? 1 + v : v)) : new Float32Array([1]));
    const sum = reference.add(r, reference.rmsnorm(x, factorsOf(g), [C], 1e-5));
    const gotSum = await read('sum');
    expectClose(gotSum.subarray(0, T * C), sum);
    expect(gotSum.subarray(T * C).every(v => v === FILLER)).toBe(true);
    const wanted = reference.rmsnorm(sum, factorsOf(h), [C], 1e-2);
    const got = await read(out);
    for (const [t, slot] of SLOTS.entries()) {
      const row = out === 'final' ? slot : t;
      expectClose(got.subarray(row * C, (row + 1) * C), wanted.subarray(t * C, (t + 1) * C));
    }
    expect(got.filter(v => v === FILLER)).toHaveLength((ROWS - T) * C);
  });

  test('a norm of a part of a wider value stays on its own', () => {
    const norm = { op: 'rmsnorm', group: 8, plusOne: false, eps: 1e-5 } as const;
    const ops: RmsnormOp[] = [
      { ...norm, x: { value: 'x', offset: 0, width: 8 }, residual: 'r', out: 'sum' },
      { ...norm, x: { value: 'sum', offset: 0, width: 8 }, out: 'y' },
    ];
    const { graph, allocation } = opGraph({ ops, widths: { x: 16, r: 8, sum: 8, y: 8 } });
    const options = { kernelClass, rows: 'row', step: 'step', pairs: true } as const;
    expect(planBody(graph, layoutAll(graph, 'f32'), allocation, options)).toHaveLength(2);
  });
});
