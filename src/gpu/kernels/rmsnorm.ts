// rmsnorm: a thread a row where a barrier is slow, a workgroup a row elsewhere; a row, or each group of its columns alone.
import type { RmsnormOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, strideOfValue, UNUSED, valueRef, vectorRef } from '../dispatch.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'weight', 'residual'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    GROUP: 'u32',
    GROUPS: 'u32',
    LAST: 'u32',
    X_STRIDE: 'u32',
    X_OFFSET: 'u32',
    STRIDE: 'u32',
    EPS: 'f32',
    HAS_WEIGHT: 'bool',
    PLUS_ONE: 'bool',
    HAS_RESIDUAL: 'bool',
    OUT_BY_SLOT: 'bool',
  },
};
const rmsnorm = kernel('rmsnorm', SPEC);
const rmsnormWorkgroup = kernel('rmsnorm_workgroup', { ...SPEC, parts: [...SPEC.parts, 'total'] });

export const kernels = [rmsnorm, rmsnormWorkgroup];

export function planRmsnorm(c: PlanContext, op: RmsnormOp): Dispatch[] {
  const free = c.kernelClass === 'barrier_free' || c.kernelClass === 'naive';
  const chosen = free ? rmsnorm : rmsnormWorkgroup;
  const groups = Math.ceil(op.x.width / op.group);
  const dispatch: Dispatch = {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      WORKGROUP: free ? 4 : 128,
      GROUP: op.group,
      GROUPS: groups,
      LAST: op.tail ?? op.group,
      X_STRIDE: strideOfValue(c, op.x.value),
      X_OFFSET: op.x.offset,
      STRIDE: strideOfValue(c, op.out),
      EPS: op.eps,
      HAS_WEIGHT: op.weight !== undefined,
      PLUS_ONE: op.plusOne,
      HAS_RESIDUAL: op.residual !== undefined,
      OUT_BY_SLOT: op.out === c.graph.final,
    },
    bind: [
      { buffer: c.step },
      valueRef(c, op.x.value),
      op.weight === undefined ? UNUSED : vectorRef(c, op.weight),
      op.residual === undefined ? UNUSED : valueRef(c, op.residual),
      valueRef(c, op.out),
    ],
    grid: [{ rowsPer: free ? 4 : 1 }, groups, 1],
  };
  return [dispatch];
}
