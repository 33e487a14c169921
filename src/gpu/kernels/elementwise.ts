// One number in, one number out: where such a dispatch writes, and how it goes over a row.
import { assert } from '../../lib/assert.ts';
import type { ValueName } from '../../model/ir/graph.ts';
import {
  type BufferRef,
  type Consts,
  type Dispatch,
  type PlanContext,
  perRow,
  strideOfValue,
  valueRef,
} from '../dispatch.ts';
import type { Kernel } from './kernel.ts';

export function planElementwise(
  c: PlanContext,
  kernel: Kernel,
  out: ValueName,
  inputs: BufferRef[],
  more: Consts,
): Dispatch {
  assert(out !== c.graph.final, `${kernel.name} does not write the final states`);
  const stride = strideOfValue(c, out);
  return {
    label: `${out} (${kernel.name})`,
    kernel,
    consts: { WORKGROUP: 64, STRIDE: stride, ...more },
    bind: [{ buffer: c.step }, ...inputs, valueRef(c, out)],
    grid: [Math.ceil(stride / 64), perRow, 1],
  };
}
