// rmsnorm_twice: a norm with the residual that it is added to, and the norm of that sum, in one dispatch.
import type { NormPair } from '../../model/ir/pairs.ts';
import { type Dispatch, type PlanContext, strideOfValue, UNUSED, valueRef, vectorRef } from '../dispatch.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'norm_twice'],
  bindings: [...reads('current', 'x', 'weight', 'residual', 'next_weight'), ...writes('sum', 'output')],
  consts: {
    WORKGROUP: 'u32',
    WIDTH: 'u32',
    STRIDE: 'u32',
    EPS: 'f32',
    HAS_WEIGHT: 'bool',
    PLUS_ONE: 'bool',
    NEXT_EPS: 'f32',
    HAS_NEXT_WEIGHT: 'bool',
    NEXT_PLUS_ONE: 'bool',
    OUT_BY_SLOT: 'bool',
  },
};
const rmsnormTwice = kernel('rmsnorm_twice', SPEC);
const rmsnormTwiceWorkgroup = kernel('rmsnorm_twice_workgroup', { ...SPEC, parts: [...SPEC.parts, 'total'] });

export const kernels = [rmsnormTwice, rmsnormTwiceWorkgroup];

/** Null for the naive twins, which take the two norms one by one, and where what is normed is a part of a wider value. */
export function planNormPair(c: PlanContext, { first, second }: NormPair): Dispatch | null {
  if (c.kernelClass === 'naive' || first.residual === undefined) return null;
  if (strideOfValue(c, first.x.value) !== strideOfValue(c, first.out)) return null;
  const free = c.kernelClass === 'barrier_free';
  const chosen = free ? rmsnormTwice : rmsnormTwiceWorkgroup;
  const factors = (weight: string | undefined) => (weight === undefined ? UNUSED : vectorRef(c, weight));
  return {
    label: `${first.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      WORKGROUP: free ? 4 : 128,
      WIDTH: first.group,
      STRIDE: strideOfValue(c, first.out),
      EPS: first.eps,
      HAS_WEIGHT: first.weight !== undefined,
      PLUS_ONE: first.plusOne,
      NEXT_EPS: second.eps,
      HAS_NEXT_WEIGHT: second.weight !== undefined,
      NEXT_PLUS_ONE: second.plusOne,
      OUT_BY_SLOT: second.out === c.graph.final,
    },
    bind: [
      { buffer: c.step },
      valueRef(c, first.x.value),
      factors(first.weight),
      valueRef(c, first.residual),
      factors(second.weight),
      valueRef(c, first.out),
      valueRef(c, second.out),
    ],
    grid: [{ rowsPer: free ? 4 : 1 }, 1, 1],
  };
}
