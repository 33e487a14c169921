// Runs ops of a graph of their own on a step of five rows, with everything they write filled beforehand.
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import type { PlanOptions } from '../../src/gpu/dispatch.ts';
import { stride4 } from '../../src/gpu/layout.ts';
import { planBody } from '../../src/gpu/plan.ts';
import { defined } from '../../src/lib/assert.ts';
import type { Graph, Op } from '../../src/model/ir/graph.ts';
import {
  type Contents,
  FILLER,
  layoutAll,
  opGraph,
  padRows,
  runDispatches,
  stepRows,
  vectorContents,
  weightAsItLies,
} from './kernel-run.ts';

/** Rows of the step. */
export const T = 5;
/** Of each row. */
export const SLOTS = [6, 0, 3, 4, 1];
/** Rows of what an op writes: more than it may write. */
export const ROWS = 8;

export interface OpCase {
  readonly ops: readonly Op[];
  readonly widths: Graph['widths'];
  readonly dims?: Graph['dims'];
  readonly rotary?: Graph['rotary'];
  /** What the ops read, by name: values [T, width], and vectors. */
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly vectors?: Readonly<Record<string, Float32Array>>;
  readonly positions?: readonly number[];
  readonly more?: Contents;
  readonly kv?: 'f16';
  readonly pairs?: PlanOptions['pairs'];
}

/** The kernels that ran, and the numbers of the value or buffer `read` with FILLER wherever nothing was written. */
export async function runOps(gpu: Gpu, kernelClass: KernelClass, c: OpCase, read: string) {
  const { ops, widths, vectors = {}, values, positions = [0, 1, 2, 3, 4] } = c;
  const weights = Object.entries(vectors).map(([name, { length }]) => weightAsItLies(name, length));
  const { dims, rotary, kv, pairs } = c;
  const parts = { ...(dims && { dims }), ...(rotary && { rotary }), ...(kv && { kv }) };
  const { graph, allocation } = opGraph({ ops, weights, widths, ...parts });
  const layouts = layoutAll(graph, 'f32');
  const contents: Contents = {
    step: stepRows(SLOTS.map((slot, t) => ({ slot, position: positions[t]! }))),
    ...vectorContents(layouts, vectors),
    ...c.more,
  };
  const bufferOf = (name: string) => (name === 'final' ? name : `value/${defined(allocation.bufferOf[name], name)}`);
  for (const [name, width] of Object.entries(widths)) {
    const given = values[name];
    contents[bufferOf(name)] = given ? padRows(given, width) : new Float32Array(ROWS * stride4(width)).fill(FILLER);
  }
  const options = { kernelClass, rows: 'row', step: 'step', ...(pairs && { pairs }) } as const;
  const dispatches = planBody(graph, layouts, allocation, options);
  const output = await runDispatches(gpu, dispatches, contents, T, read in widths ? bufferOf(read) : read);
  return { kernels: dispatches.map(({ kernel }) => kernel.name), output };
}
