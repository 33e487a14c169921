// delta_rule: the gated delta rule over the rows of a step in order; every column of a head's matrix goes its own way.
//
// NK key heads · NV value heads · DK columns of a key · DV columns of a value.
import { type DeltaRuleOp, L2_EPS } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, stateRef, strideOfValue, valueRef, vectorRef } from '../dispatch.ts';
import { type Kernel, type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'delta_gates'],
  bindings: [...reads('current', 'decays', 'rates', 'a_log', 'dt_bias', 'x'), ...writes('state', 'output')],
  consts: {
    WORKGROUP: 'u32',
    NK: 'u32',
    NV: 'u32',
    DK: 'u32',
    DV: 'u32',
    SCALE: 'f32',
    L2_EPS: 'f32',
    X_STRIDE: 'u32',
    DECAY_STRIDE: 'u32',
    DECAY_OFFSET: 'u32',
    RATE_STRIDE: 'u32',
    RATE_OFFSET: 'u32',
    OUT_STRIDE: 'u32',
    TILED: 'bool',
    NEGATED: 'bool',
  },
};
const deltaRuleNaive = kernel('delta_rule_naive', SPEC);
const deltaRule = kernel('delta_rule', SPEC);
const deltaRuleWorkgroup = kernel('delta_rule_workgroup', { ...SPEC, consts: { ...SPEC.consts, COLUMNS: 'u32' } });

export const kernels = [deltaRuleNaive, deltaRule, deltaRuleWorkgroup];

/** Columns of a workgroup of 128: four threads share one. */
const COLUMNS = 32;

export function planDeltaRule(c: PlanContext, op: DeltaRuleOp): Dispatch[] {
  const { value_heads: NV, value_size: DV } = op.heads;
  switch (c.kernelClass) {
    case 'workgroup':
    case 'subgroup':
      return [dispatchOf(c, op, deltaRuleWorkgroup, { WORKGROUP: 128, COLUMNS }, [NV, Math.ceil(DV / COLUMNS)])];
    case 'barrier_free':
      if (DV % 4 === 0) return [dispatchOf(c, op, deltaRule, { WORKGROUP: 4 }, [(NV * DV) / 16, 1])];
      return [dispatchOf(c, op, deltaRuleNaive, { WORKGROUP: 16 }, [(NV * DV) / 16, 1])];
    case 'naive':
      return [dispatchOf(c, op, deltaRuleNaive, { WORKGROUP: 16 }, [(NV * DV) / 16, 1])];
    default:
      return c.kernelClass satisfies never;
  }
}

function dispatchOf(
  c: PlanContext,
  op: DeltaRuleOp,
  chosen: Kernel,
  consts: Readonly<Record<string, number>>,
  [x, y]: readonly [number, number],
): Dispatch {
  const { key_heads: NK, value_heads: NV, key_size: DK, value_size: DV } = op.heads;
  return {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      ...consts,
      NK,
      NV,
      DK,
      DV,
      SCALE: 1 / Math.sqrt(DK),
      L2_EPS,
      X_STRIDE: strideOfValue(c, op.x),
      DECAY_STRIDE: strideOfValue(c, op.decay.value),
      DECAY_OFFSET: op.decay.offset,
      RATE_STRIDE: strideOfValue(c, op.rate.value),
      RATE_OFFSET: op.rate.offset,
      OUT_STRIDE: strideOfValue(c, op.out),
      TILED: op.heads.tiled ?? false,
      NEGATED: op.negated ?? false,
    },
    bind: [
      { buffer: c.step },
      valueRef(c, op.decay.value),
      valueRef(c, op.rate.value),
      vectorRef(c, op.a_log),
      vectorRef(c, op.dt_bias),
      valueRef(c, op.x),
      stateRef(op.layer),
      valueRef(c, op.out),
    ],
    grid: [Math.ceil(x), y, 1],
  };
}
