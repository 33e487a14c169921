// Views of the inside on a real adapter, against the golden rows and the oracle.
import { describe, expect, test } from 'vitest';
import { caseOf7, type GoldenName, gpt2Names, loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import { defined } from '../../lib/assert.ts';
import { buildGraph } from '../../model/architectures/architectures.ts';
import { valueWritten } from '../../model/ir/ops.ts';
import { maskOf, type Part, withAblation } from '../../model/rewrites/ablation.ts';
import { residualStream } from '../../model/rewrites/lens.ts';
import { logsumexp } from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';
import type { LensTile } from './lens.ts';
import { pinned } from './pinned.ts';

const TOLERANCE = 5e-5;

async function open(name: GoldenName) {
  const golden = await loadGolden(name);
  const gpu = await openTestGpu('barrier_free');
  const model = await loadOnGpu(gpu, golden.config, { bytes: golden.weightsFile });
  const { graph } = buildGraph(golden.config);
  const oracle = referenceWeights(graph, golden);
  return { model, graph, oracle, golden, [Symbol.dispose]: () => model[Symbol.dispose]() };
}

const logprobs = (row: ArrayLike<number>): number[] => {
  const numbers = Float64Array.from(row);
  const z = logsumexp(numbers);
  return Array.from(numbers, l => l - z);
};

async function collect(
  model: GpuModel,
  ids: Uint32Array,
  from: number,
  to: number,
  asked: number,
): Promise<LensTile[]> {
  const tiles: LensTile[] = [];
  for await (const tile of model.probes.lens.tiles(ids, from, to, asked)) tiles.push(tile);
  return tiles;
}

describe.each([...gpt2Names, 'llama-gqa', 'gemma2'] as const)('%s', name => {
  test('attention rows of every head are the golden ones and sum to 1', async () => {
    using opened = await open(name);
    const { tokens, attention_last } = caseOf7(opened.golden);
    const ids = Uint32Array.from(tokens);
    const weights = await opened.model.probes.attention.row(ids, 6);
    const wanted = attention_last?.flat(2) ?? [];
    expect(weights.length).toBe(wanted.length);
    wanted.forEach((weight, i) => {
      expect(Math.abs(weights[i]! - weight)).toBeLessThan(1e-5);
    });
    for (let at = 0; at < weights.length; at += 7) {
      expect(weights.slice(at, at + 7).reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 5);
    }
  });

  test('lens: every layer against the oracle, the last one the model itself', async () => {
    using opened = await open(name);
    const { model, graph, oracle, golden } = opened;
    const ids = Uint32Array.from(golden.expected.cases[2]!.tokens);
    const asked = ids[3]!;
    const from = 17;
    const to = 36;
    const tiles = await collect(model, ids, from, to, asked);
    const { n_layer } = graph.dims;
    expect(tiles.map(({ layer, from: begin }) => [layer, begin])).toEqual(
      [17, 33].flatMap(begin => Array.from({ length: n_layer + 1 }, (_, layer) => [layer, begin])),
    );
    const probed = run(graph, oracle, ids);
    // What the model itself would say if its last layer had left each layer's stream: its own last norm, head, factors and cap.
    const norm = graph.ops.filter(op => valueWritten(op) === graph.final);
    const left = defined(residualStream(graph).at(-1), 'a stream');
    const said = residualStream(graph).map(value =>
      run({ ...graph, ops: norm }, oracle, ids, undefined, new Map([[left, defined(probed.values.get(value), value)]])),
    );
    for (const { layer, from: begin, cells } of tiles) {
      for (const [i, cell] of cells.entries()) {
        const t = begin + i;
        const wanted = logprobs(said[layer]!.logits(t));
        const own = logprobs(probed.logits(t));
        expect(Math.abs(cell.logprob - wanted[asked]!)).toBeLessThan(TOLERANCE);
        expect(Math.abs(cell.topLogprob - Math.max(...wanted))).toBeLessThan(TOLERANCE);
        expect(wanted[cell.topId]).toBeCloseTo(Math.max(...wanted), 4);
        const kl = own.reduce((sum, lp, id) => sum + Math.exp(lp) * (lp - wanted[id]!), 0);
        expect(Math.abs(cell.divergence - kl)).toBeLessThan(2e-4);
      }
    }
    // The last layer is the model's own row.
    const last = tiles.filter(tile => tile.layer === n_layer).flatMap(tile => [...tile.cells]);
    for (const [i, cell] of last.entries()) {
      const row = logprobs(await model.session.next(ids.subarray(0, from + i + 1)));
      expect(Math.abs(cell.logprob - row[asked]!)).toBeLessThan(1e-5);
      expect(cell.divergence).toBeLessThan(1e-5);
    }
  });
});

test.each(['gpt2-f16', 'gemma2'] as const)('ablation of %s against the oracle', async name => {
  using opened = await open(name);
  const { model, graph, oracle, golden } = opened;
  const ids = Uint32Array.from(caseOf7(golden).tokens);
  const { graph: masked, masks, baselines, masked: places } = withAblation(graph);
  const off: Part[] = [
    { kind: 'head', layer: 0, head: 2 },
    { kind: 'mlp', layer: 1 },
    { kind: 'attention', layer: 2 },
  ];
  const numbers = Array.from({ length: masks }, () => 1);
  for (const part of off) numbers[maskOf(part, graph.dims.n_head)] = 0;
  const plain = run(graph, oracle, ids);
  const means = new Float64Array(baselines);
  for (const { value, baseline, width } of places) {
    plain.values.get(value)?.forEach((x, i) => {
      means[baseline + (i % width)]! += x / ids.length;
    });
  }
  for (const baseline of ['zero', 'mean'] as const) {
    const ablation = { masks: numbers, baselines: baseline === 'zero' ? new Float64Array(baselines) : means };
    const wanted = run(masked, oracle, ids, ablation);
    const got = await model.probes.ablation.run(ids, off, baseline, 1);
    const expected = logprobs(wanted.logits(6));
    for (const [id, lp] of logprobs(got.logits).entries()) expect(Math.abs(lp - expected[id]!)).toBeLessThan(TOLERANCE);
    expect(got.logprobs).toHaveLength(6);
    for (const [i, lp] of got.logprobs.entries())
      expect(Math.abs(lp - wanted.logprob(i, ids[i + 1]!))).toBeLessThan(TOLERANCE);
    const nothing = await model.probes.ablation.run(ids, [], baseline, 7);
    const own = logprobs(plain.logits(6));
    for (const [id, lp] of logprobs(nothing.logits).entries()) expect(Math.abs(lp - own[id]!)).toBeLessThan(TOLERANCE);
  }
});

test('a row of the map is the row of that position, rows sum to 1, and a map that goes on later is the same', async () => {
  using opened = await open('gpt2-odd');
  const { model, graph, golden } = opened;
  const ids = Uint32Array.from(golden.expected.cases[2]!.tokens);
  const T = ids.length;
  const { n_head: NH } = graph.dims;
  const first = 21;
  const mapFrom = async (layer: number, head: number | null, from: number): Promise<number[]> => {
    const rows: number[] = [];
    for await (const tile of model.probes.attention.map(ids, layer, head, from)) {
      expect(tile.from).toBe(from + rows.length / T);
      rows.push(...tile.weights);
    }
    return rows;
  };
  for (const head of [1, null]) {
    const whole = await mapFrom(1, head, 0);
    const rest = await mapFrom(1, head, first);
    expect(rest).toHaveLength((T - first) * T);
    rest.forEach((weight, i) => {
      expect(Math.abs(weight - whole[first * T + i]!)).toBeLessThan(1e-6);
    });
    for (let t = 0; t < T; t++) {
      const row = whole.slice(t * T, (t + 1) * T);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      expect(row.slice(t + 1).every(weight => weight === 0)).toBe(true);
    }
    for (const t of [0, 1, 20, T - 1]) {
      const weights = await model.probes.attention.row(ids, t);
      const of = (h: number, key: number) => weights[(NH + h) * (t + 1) + key]!;
      for (let key = 0; key <= t; key++) {
        const wanted =
          head === null ? Array.from({ length: NH }, (_, h) => of(h, key)).reduce((a, b) => a + b) / NH : of(head, key);
        expect(Math.abs(whole[t * T + key]! - wanted)).toBeLessThan(1e-5);
      }
    }
  }
});

test('a map of one head and the mean over heads; pinned logits; the session is left as it was', async () => {
  using opened = await open('gpt2-odd');
  const { model, graph, oracle, golden } = opened;
  const ids = Uint32Array.from(golden.expected.cases[2]!.tokens);
  const before = await model.session.next(ids);
  const probed = run(graph, oracle, ids);
  const T = ids.length;
  const NH = graph.dims.n_head;
  const wanted = probed.attention[1]!;
  for (const head of [2, null]) {
    const rows: number[] = [];
    for await (const tile of model.probes.attention.map(ids, 1, head, 0)) rows.push(...tile.weights);
    expect(rows).toHaveLength(T * T);
    rows.forEach((weight, i) => {
      const of = (h: number) => wanted[h * T * T + i]!;
      const exact =
        head === null ? Array.from({ length: NH }, (_, h) => of(h)).reduce((a, b) => a + b, 0) / NH : of(head);
      expect(Math.abs(weight - exact)).toBeLessThan(1e-5);
    });
  }
  const pins = Uint32Array.of(5, 508, 77);
  const logitsOfPins = await pinned(model.probes.context, ids, pins, 3, 20);
  expect(logitsOfPins).toHaveLength(17 * 3);
  for (let t = 3; t < 20; t++) {
    const logits = probed.logits(t);
    for (const [i, id] of pins.entries())
      expect(Math.abs(logitsOfPins[(t - 3) * 3 + i]! - logits[id]!)).toBeLessThan(2e-4);
  }
  expect(model.session.reusable(ids)).toBe(T);
  expect(await model.session.next(ids)).toEqual(before);
  model.probes.close();
  expect(await model.session.next(ids)).toEqual(before);
});

test.each(['gptj', 'gemma2', 'granite'] as const)('pinned logits of %s have its bias, factor and cap', async name => {
  using opened = await open(name);
  const { model, graph, oracle, golden } = opened;
  const ids = Uint32Array.from(caseOf7(golden).tokens);
  const pins = Uint32Array.of(3, graph.dims.vocab_size - 1);
  const got = await pinned(model.probes.context, ids, pins, 0, 7);
  const wanted = run(graph, oracle, ids);
  for (let t = 0; t < 7; t++)
    for (const [i, id] of pins.entries())
      expect(Math.abs(got[2 * t + i]! - defined(wanted.logits(t)[id], 'a logit'))).toBeLessThan(2e-4);
});
