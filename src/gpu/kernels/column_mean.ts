// column_mean: running means of the columns of a value.
import type { Dispatch } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const columnMeanKernel = kernel('column_mean', {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'total'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', BASELINE: 'u32' },
});

export const kernels = [columnMeanKernel];

/** Adds the rows of a step to the running means of `value`, whose columns begin at `baseline` of `means`. */
export function columnMean(step: string, value: string, width: number, baseline: number): Dispatch {
  return {
    label: `${value} (column_mean)`,
    kernel: columnMeanKernel,
    consts: { WORKGROUP: 64, WIDTH: width, STRIDE: stride4(width), BASELINE: baseline },
    bind: [{ buffer: step }, { buffer: value }, { buffer: 'total' }, { buffer: 'means' }],
    grid: [Math.ceil(width / 64), 1, 1],
  };
}
