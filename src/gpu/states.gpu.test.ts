// The kernels with a state that is not keys and values, against the oracle: gate, conv_append, short_conv, state_conv, delta_rule.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
  expectClose,
  FILLER,
  layoutAll,
  noise,
  opGraph,
  padRows,
  runDispatches,
  stepRows,
  unpadRows,
  vectorContents,
  weightAsItLies,
} from '../../e2e/support/kernel-run.ts';
import type { DeltaHeads, Op, ShortConvOp } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import { causalConv, type DeltaInputs, deltaRule, multiply } from '../reference/states.ts';
import type { Gpu, KernelClass } from './device.ts';
import { stride4 } from './layout.ts';
import { planBody } from './plan.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const OPTIONS = { kernelClass: 'barrier_free', rows: 'tile', step: 'step' } as const;
const filled = (length: number) => new Float32Array(length).fill(FILLER);
/** Columns `offset` to `offset + width` of rows of `of` columns. */
const view = (x: Float32Array, of: number, offset: number, width: number) => reference.columns(x, of, offset, width);

test.each([1, 5, 64, 67])('gate: %i columns, gated by columns of another value', async W => {
  const [T, G] = [5, W + 9];
  const { graph, allocation } = opGraph({
    ops: [{ op: 'gate', x: 'x', gate: { value: 'g', offset: 3, width: W }, kind: 'gelu', out: 'y' }],
    widths: { x: W, g: G, y: W },
  });
  const [x, g] = [noise(T * W, 1), noise(T * G, 2)];
  const contents: Contents = {
    step: stepRows(Array.from({ length: T }, () => ({}))),
    'value/0': padRows(x, W),
    'value/1': padRows(g, G),
    'value/2': filled(T * stride4(W)),
  };
  const dispatches = planBody(graph, layoutAll(graph, 'f32'), allocation, OPTIONS);
  const output = await runDispatches(gpu, dispatches, contents, T, 'value/2');
  expectClose(unpadRows(output, W), multiply(x, reference.activation(view(g, G, 3, W), 'gelu')));
});

describe('conv_append and short_conv', () => {
  const N_CTX = 8;
  const SLOTS = 40;
  /** Two sequences that share their first four positions, over a pool in another order. */
  const TABLES = [0, 1].map(s => Array.from({ length: N_CTX }, (_, p) => ((p < 4 ? p : p + 9 * s) * 7 + 3) % SLOTS));
  const ROWS = [
    [0, 0],
    [0, 1],
    [1, 2],
    [1, 5],
    [0, 7],
  ] as const;

  test.each([
    { W: 1, taps: 1, gated: false, biased: false },
    { W: 66, taps: 3, gated: true, biased: false },
    { W: 130, taps: 4, gated: true, biased: true },
    { W: 64, taps: 12, gated: false, biased: true },
  ])('$W channels, $taps taps, gates: $gated, bias: $biased', async ({ W, taps, gated, biased }) => {
    // One value holds the gate before, the gate after and x side by side.
    const width = 3 * W + 2;
    const columns = (offset: number) => ({ value: 'bcx', offset, width: W });
    const gates = gated ? [{ gate: columns(0) }, { gate: columns(W) }] : [{}, {}];
    const short: ShortConvOp = { op: 'short_conv', layer: 2, weight: 'w', taps, out: 'y', ...gates[1] };
    const ops: Op[] = [
      { op: 'conv_append', layer: 2, x: columns(2 * W), ...gates[0] },
      { ...short, ...(biased && { bias: 'b' }) },
    ];
    const weights = [weightAsItLies('w', W * taps), weightAsItLies('b', W)];
    const dims = { n_layer: 3, n_embd: W, n_head: 1, n_kv_head: 1, head_size: 4, n_ctx: N_CTX, vocab_size: 8 };
    const { graph, allocation } = opGraph({ ops, widths: { bcx: width, y: W }, weights, dims });
    const [w, b, pool] = [noise(W * taps, 3), noise(W, 4), noise(SLOTS * W, 5)];
    const bcx = noise(ROWS.length * width, 6);
    const layouts = layoutAll(graph, 'f32');
    const slotOf = ([sequence, position]: readonly [number, number]) => TABLES[sequence]![position]!;
    const contents: Contents = {
      step: stepRows(
        ROWS.map(row => ({ sequence: row[0], position: row[1], slot: slotOf(row) })),
        N_CTX,
      ),
      'value/0': padRows(bcx, width),
      'value/1': filled((ROWS.length + 1) * stride4(W)),
      'conv/2': padRows(pool, W),
      slots: Uint32Array.from(TABLES.flat()),
      ...vectorContents(layouts, { w, b }),
    };
    const dispatches = planBody(graph, layouts, allocation, OPTIONS);
    const output = await runDispatches(gpu, dispatches, contents, ROWS.length, 'value/1');

    const inputs = gated ? multiply(view(bcx, width, 2 * W, W), view(bcx, width, 0, W)) : view(bcx, width, 2 * W, W);
    const kept = Float64Array.from(pool);
    ROWS.forEach((row, t) => {
      kept.set(inputs.subarray(t * W, (t + 1) * W), slotOf(row) * W);
    });
    const wanted = ROWS.flatMap(([sequence, position], t) => {
      const slots = TABLES[sequence]!.slice(0, position + 1);
      const seen = Float64Array.from(slots.flatMap(slot => [...kept.subarray(slot * W, (slot + 1) * W)]));
      const sums = causalConv(seen, w, taps, biased ? b : undefined).subarray(position * W);
      return [...(gated ? multiply(sums, view(bcx, width, W, W).subarray(t * W)) : sums)];
    });
    expectClose(unpadRows(output.subarray(0, ROWS.length * stride4(W)), W), Float64Array.from(wanted));
    expect(output.subarray(ROWS.length * stride4(W)).every(v => v === FILLER)).toBe(true);
  });
});

/** Positions `from` to `to` in one step whose state goes from one row of the pool of states to another. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: readonly [from: number, to: number];
}
/** A text in three steps: the second reads a state and leaves it as it is, the third works on its own row of the pool. */
const STEPS: readonly Stretch[] = [
  { from: 0, to: 5, state: [1, 2] },
  { from: 5, to: 6, state: [2, 0] },
  { from: 6, to: 13, state: [0, 0] },
];
const LENGTH = 13;
const STATES = 3;

function stepOf({ from, to, state }: Stretch): Uint32Array<ArrayBuffer> {
  const words = stepRows(Array.from({ length: to - from }, (_, i) => ({ position: from + i })));
  words.set(state, 1);
  return words;
}

test.each([
  { W: 1, taps: 2 },
  { W: 66, taps: 4 },
  { W: 130, taps: 1 },
])('state_conv: $W channels, $taps taps, step by step', async ({ W, taps }) => {
  const width = W + 3;
  const x: Op = {
    op: 'state_conv',
    layer: 1,
    x: { value: 'x', offset: 2, width: W },
    weight: 'w',
    taps,
    activation: 'gelu',
    out: 'y',
  };
  const { graph, allocation } = opGraph({
    ops: [x],
    widths: { x: width, y: W },
    weights: [weightAsItLies('w', W * taps)],
  });
  const [w, inputs] = [noise(W * taps, 1), noise(LENGTH * width, 2)];
  const layouts = layoutAll(graph, 'f32');
  const dispatches = planBody(graph, layouts, allocation, OPTIONS);
  const wanted = reference.activation(causalConv(view(inputs, width, 2, W), w, taps), 'gelu');
  let tail: Float32Array<ArrayBuffer> = filled(STATES * Math.max(1, (taps - 1) * W));
  for (const step of STEPS) {
    const T = step.to - step.from;
    const contents: Contents = {
      step: stepOf(step),
      'value/0': padRows(inputs.subarray(step.from * width, step.to * width), width),
      'value/1': filled(T * stride4(W)),
      'tail/1': tail,
      ...vectorContents(layouts, { w }),
    };
    const output = await runDispatches(gpu, dispatches, contents, T, 'value/1');
    expectClose(unpadRows(output, W), wanted.subarray(step.from * W, step.to * W));
    tail = await runDispatches(gpu, dispatches, contents, T, 'tail/1');
  }
});

describe.each<{ kernel: string; kernelClass: KernelClass }>([
  { kernel: 'delta_rule_naive', kernelClass: 'naive' },
  { kernel: 'delta_rule', kernelClass: 'barrier_free' },
  { kernel: 'delta_rule_workgroup', kernelClass: 'workgroup' },
])('$kernel', ({ kernel, kernelClass }) => {
  async function check(heads: DeltaHeads, { sharpness = 1, negated = false } = {}) {
    const { key_heads: NK, value_heads: NV, key_size: K, value_size: V } = heads;
    const width = 2 * NK * K + NV * V;
    const gates = 2 * NV + 3;
    const { graph, allocation } = opGraph({
      ops: [
        {
          op: 'delta_rule',
          layer: 1,
          x: 'x',
          decay: { value: 'g', offset: NV + 1, width: NV },
          rate: { value: 'g', offset: 1, width: NV },
          a_log: 'a',
          dt_bias: 'd',
          heads,
          ...(negated && { negated }),
          out: 'y',
        },
      ],
      widths: { x: width, g: gates, y: NV * V },
      weights: [weightAsItLies('a', NV), weightAsItLies('d', NV)],
    });
    const x = noise(LENGTH * width, 1).map(v => v * sharpness);
    const g = noise(LENGTH * gates, 2).map(v => v * 4 * sharpness);
    const [a, d] = [noise(NV, 3).map(each => (negated ? -0.1 - Math.abs(each) : each)), noise(NV, 4)];
    const inputs: DeltaInputs = {
      x,
      decay: view(g, gates, NV + 1, NV),
      rate: view(g, gates, 1, NV),
      a_log: negated ? a.map(each => Math.log(-each)) : a,
      dt_bias: d,
    };
    const states = new Float64Array(NV * K * V);
    const wanted = deltaRule(inputs, heads, states);
    const layouts = layoutAll(graph, 'f32');
    const dispatches = planBody(graph, layouts, allocation, { ...OPTIONS, kernelClass });
    let state: Float32Array<ArrayBuffer> = filled(STATES * NV * K * V);
    const got: number[] = [];
    for (const step of STEPS) {
      const T = step.to - step.from;
      const contents: Contents = {
        step: stepOf(step),
        'value/0': padRows(x.subarray(step.from * width, step.to * width), width),
        'value/1': padRows(g.subarray(step.from * gates, step.to * gates), gates),
        'value/2': filled((T + 1) * stride4(NV * V)),
        'state/1': state,
        ...vectorContents(layouts, { a, d }),
      };
      const output = await runDispatches(gpu, dispatches, contents, T, 'value/2');
      expect(output.subarray(T * stride4(NV * V)).every(v => v === FILLER)).toBe(true);
      got.push(...unpadRows(output.subarray(0, T * stride4(NV * V)), NV * V));
      const before = state;
      state = await runDispatches(gpu, dispatches, contents, T, 'state/1');
      // A row of the pool that the step does not write stays as it is.
      const size = NV * K * V;
      for (let row = 0; row < STATES; row++)
        if (row !== step.state[1])
          expect(state.subarray(row * size, (row + 1) * size)).toEqual(before.subarray(row * size, (row + 1) * size));
    }
    expectClose(Float64Array.from(got), wanted);
    expectClose(state.subarray(0, NV * K * V), states);
    return dispatches.map(dispatch => dispatch.kernel.name);
  }

  test.each<DeltaHeads & { title: string }>([
    { title: 'one head of one column', key_heads: 1, value_heads: 1, key_size: 1, value_size: 4 },
    { title: 'value heads that share keys', key_heads: 2, value_heads: 6, key_size: 8, value_size: 12 },
    { title: 'more columns than a workgroup has', key_heads: 1, value_heads: 2, key_size: 37, value_size: 68 },
  ])('$title', async heads => {
    expect(await check(heads)).toEqual([kernel]);
  });

  test('columns that are no multiple of four', async () => {
    const ran = await check({ key_heads: 2, value_heads: 2, key_size: 5, value_size: 7 });
    expect(ran).toEqual([kernel === 'delta_rule' ? 'delta_rule_naive' : kernel]);
  });

  test('gates at their ends and long vectors', async () => {
    await check({ key_heads: 2, value_heads: 2, key_size: 8, value_size: 8 }, { sharpness: 20 });
  });

  test('as GGUF files have them: value heads that share keys lie apart, factors of the decay as they are multiplied', async () => {
    await check({ key_heads: 2, value_heads: 6, key_size: 8, value_size: 12, tiled: true }, { negated: true });
  });
});
