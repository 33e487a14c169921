// The kernels head_row: logits as the product alone makes them, and the pieces that draw_pieces would make of them.
//
// V vocab · C channels.
import { beforeAll, describe, expect, test } from 'vitest';
import { runsHere } from '../../e2e/support/adapter-classes.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
  expectClose,
  FILLER,
  layoutAll,
  matrixContents,
  noise,
  opGraph,
  padRows,
  rounded,
  runDispatches,
  stepRows,
  vectorContents,
  weightAsItLies,
} from '../../e2e/support/kernel-run.ts';
import { defined } from '../lib/assert.ts';
import type { LogitsRule } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu } from './device.ts';
import type { Choosing } from './dispatch.ts';
import { DRAW_WORDS, OPEN_DRAW, piecesOf, settingWords } from './draw-record.ts';
import { leavesPieces } from './kernels/head.ts';
import { teamsFor } from './kernels/team.ts';
import { stride4 } from './layout.ts';
import { planHead } from './plan.ts';
import { productName } from './product.ts';
import { STORAGES, type StorageName } from './storage/storages.ts';

const CUT_TEMPERATURE = 0.7;
/** What the sums of a draw may be off by, see draw.gpu.test.ts; of sums that are next to nothing it is what the largest logit weighs. */
const BOUND = 2 ** -18;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  readonly V: number;
  readonly C?: number;
  readonly storage?: StorageName;
  readonly rule?: LogitsRule;
  readonly bias?: Float32Array<ArrayBuffer>;
}

interface Head {
  readonly logits: Float32Array;
  readonly pieces: Float32Array;
  readonly wanted: Float64Array;
}

async function runHead(choosing: Choosing, { V, C = 24, storage = 'f32', rule = {}, bias }: Case): Promise<Head> {
  const dims = { n_layer: 1, n_embd: C, n_head: 1, n_kv_head: 1, head_size: C, n_ctx: 8, vocab_size: V };
  const vectors = bias ? [weightAsItLies('b', V)] : [];
  const logits = bias ? { ...rule, bias: 'b' } : rule;
  const weights = [weightAsItLies('wte', V, C), ...vectors];
  const { graph } = opGraph({ ops: [], widths: {}, head: 'wte', weights, logits, dims });
  const layouts = layoutAll(graph, storage);
  const [states, w] = [noise(3 * C, 5), noise(V * C, 6).map(x => 3 * x)];
  const contents: Contents = {
    step: stepRows([{ slot: 2 }]),
    final: padRows(states, C),
    logits: new Float32Array(stride4(V)).fill(FILLER),
    'draw/setting': settingWords({ ...OPEN_DRAW, cutTemperature: CUT_TEMPERATURE }, V),
    'draw/pieces': new Float32Array(DRAW_WORDS['draw/pieces']).fill(FILLER),
    ...matrixContents(defined(layouts.matrices.get('wte'), 'wte'), w),
    ...vectorContents(layouts, bias ? { b: bias } : {}),
  };
  const use = { logits: 'logits', pieces: true };
  const dispatches = planHead(graph, layouts, { ...choosing, rows: 'row', step: 'step' }, use);
  expect(leavesPieces(dispatches)).toBe(true);
  expect(dispatches).toHaveLength(1);
  const product = reference.linear(states.subarray(2 * C), rounded(w, storage), V, C);
  return {
    logits: (await runDispatches(gpu, dispatches, contents, 1, 'logits')).subarray(0, V),
    pieces: await runDispatches(gpu, dispatches, contents, 1, 'draw/pieces'),
    wanted: Float64Array.from(reference.logits(product, bias ?? null, logits)),
  };
}

/** What the pieces of these logits are, in double precision; the words after them are not written. */
function expectPieces(pieces: Float32Array, logits: Float32Array): void {
  const count = piecesOf(logits.length);
  for (let piece = 0; piece < count; piece++) {
    const own = logits.filter((_, id) => id % count === piece);
    const numbers = [...own].filter(Number.isFinite);
    const sound = own.every(each => Number.isFinite(each) || each === -Infinity);
    const [highest, sum, weighted, finite, cutSum, cutWeighted] = pieces.subarray(8 * piece, 8 * piece + 8);
    expect(finite, `piece ${piece}`).toBe(sound ? numbers.length : -1);
    if (numbers.length === 0) continue;
    const most = Math.max(...numbers);
    expect(highest, `piece ${piece}`).toBe(most);
    const depths = numbers.map(each => each - most);
    for (const [got, wanted] of [
      [sum, depths.reduce((all, a) => all + Math.exp(a), 0)],
      [weighted, depths.reduce((all, a) => all + a * Math.exp(a), 0)],
      [cutSum, depths.reduce((all, a) => all + Math.exp(a / CUT_TEMPERATURE), 0)],
      [cutWeighted, depths.reduce((all, a) => all + (a / CUT_TEMPERATURE) * Math.exp(a / CUT_TEMPERATURE), 0)],
    ] as const)
      expect(Math.abs((got ?? Number.NaN) - wanted), `piece ${piece}`).toBeLessThanOrEqual(
        BOUND * Math.abs(wanted) + 1e-9,
      );
  }
  expect(pieces.subarray(8 * count).every(word => word === FILLER)).toBe(true);
}

const CHOICES = (['workgroup', 'subgroup'] as const).filter(runsHere);

describe.each(CHOICES)('head_row, %s', kernelClass => {
  const choosing = (): Choosing => ({ kernelClass, lanes: gpu.lanes });

  async function check(size: Case, by = choosing()): Promise<void> {
    const { logits, pieces, wanted } = await runHead(by, size);
    expectClose(logits, wanted);
    expectPieces(pieces, logits);
  }

  test.each([1, 5, 37, 1_023, 1_024, 1_025, 4_096, 5_003, 50_257, 151_936])('a vocabulary of %i', V =>
    check({ V, C: V > 10_000 ? 8 : 24 }),
  );

  test.each(['f16', 'bf16', 'q8_0', 'q4_1'] as const)('a matrix in %s', storage =>
    check({ V: 2_100, C: 256, storage }),
  );

  test('a bias, a factor and a cap of the logits', () =>
    check({ V: 2_500, rule: { scale: 0.5, softcap: 1.5 }, bias: noise(2_500, 9) }));

  test('every team that measuring may choose', async () => {
    const V = 5_003;
    for (const team of teamsFor(choosing())) {
      const product = { op: 'head', outputs: V, stride: 24, storage: STORAGES.f32 } as const;
      await check({ V }, { ...choosing(), tuned: new Map([[productName(product), team]]) });
    }
  });

  test('logits that are ruled out, and what is no logit', async () => {
    const V = 3_000;
    const bias = new Float32Array(V).map((_, id) => (id % 7 === 3 ? 0 : -Infinity));
    const { logits, pieces } = await runHead(choosing(), { V, bias });
    expect(logits.filter(Number.isFinite)).toHaveLength(429);
    expectPieces(pieces, logits);
    bias[2_999] = Number.NaN;
    bias[4] = Infinity;
    const bad = await runHead(choosing(), { V, bias });
    expect(bad.logits.filter(each => !Number.isFinite(each) && each !== -Infinity)).toHaveLength(2);
    expectPieces(bad.pieces, bad.logits);
  });
});

test('kernels without barriers and a head in parts leave no pieces', () => {
  const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 8, vocab_size: 64 };
  const { graph } = opGraph({ ops: [], widths: {}, head: 'wte', weights: [weightAsItLies('wte', 64, 8)], dims });
  const use = { logits: 'logits', pieces: true };
  const left = (kernelClass: Choosing['kernelClass'], binding: number) =>
    leavesPieces(planHead(graph, layoutAll(graph, 'f32', binding), { kernelClass, rows: 'row', step: 'step' }, use));
  expect(left('workgroup', 64 * 32)).toBe(true);
  expect(left('workgroup', 32 * 32)).toBe(false);
  expect(left('barrier_free', 64 * 32)).toBe(false);
});
