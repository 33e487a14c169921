// layernorm: a thread a row where a barrier is slow, a workgroup a row elsewhere.
import type { LayernormOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef, vectorRef, widthOf } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'weight', 'bias'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', EPS: 'f32', OUT_BY_SLOT: 'bool' },
};
const layernorm = kernel('layernorm', SPEC);
const layernormWorkgroup = kernel('layernorm_workgroup', { ...SPEC, parts: [...SPEC.parts, 'total'] });

export const kernels = [layernorm, layernormWorkgroup];

export function planLayernorm(c: PlanContext, op: LayernormOp): Dispatch[] {
  const free = c.kernelClass === 'barrier_free' || c.kernelClass === 'naive';
  const chosen = free ? layernorm : layernormWorkgroup;
  const WIDTH = widthOf(c, op.x);
  const dispatch: Dispatch = {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      WORKGROUP: free ? 4 : 128,
      WIDTH,
      STRIDE: stride4(WIDTH),
      EPS: op.eps,
      OUT_BY_SLOT: op.out === c.graph.final,
    },
    bind: [{ buffer: c.step }, valueRef(c, op.x), vectorRef(c, op.weight), vectorRef(c, op.bias), valueRef(c, op.out)],
    grid: [{ rowsPer: free ? 4 : 1 }, 1, 1],
  };
  return [dispatch];
}
