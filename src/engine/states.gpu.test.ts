// Models whose layers look back without keys and values, on a real adapter: edits and branches re-use what they can and say what they compute,
// rows are those of the oracle whichever way they came about, and views leave the session's states alone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Golden, loadGolden, TOLERANCE, toleranceOf } from '../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { attendingLayers } from '../model/ir/mixers.ts';
import { maskOf, type Part, withAblation } from '../model/rewrites/ablation.ts';
import { withLens } from '../model/rewrites/lens.ts';
import type { Unnumbered } from '../protocol/commands.ts';
import type { ProbeCommand } from '../protocol/probe-commands.ts';
import type { ProbeEvent } from '../protocol/probe-events.ts';
import { logsumexp } from '../reference/ops.ts';
import { run } from '../reference/run.ts';
import { answerProbe } from './probes/probe-answers.ts';

/** `held`: how much of a text of 100 tokens an edit at 80 goes on from. */
const MODELS = [
  { name: 'lfm2', held: 80 },
  { name: 'qwen3-5', held: 64 },
] as const;

describe.each(MODELS)('$name', ({ name, held }) => {
  let golden: Golden;
  let model: GpuModel;
  beforeAll(async () => {
    golden = await loadGolden(name);
    model = await loadOnGpu(await openTestGpu('barrier_free'), golden.config, { bytes: golden.weightsFile });
  });
  afterAll(() => model[Symbol.dispose]());

  /** Ids that no other test begins with. */
  const text = (start: number, length: number) =>
    Uint32Array.from({ length }, (_, i) => (start + i * i * 13 + i) % 170);
  const join = (head: Uint32Array, ...tail: number[]) => Uint32Array.from([...head, ...tail]);
  const oracle = (ids: Uint32Array) => run(model.graph, referenceWeights(model.graph, golden), ids);
  const logprobs = (logits: ArrayLike<number>) => {
    const z = logsumexp(Float64Array.from(logits));
    return Array.from(logits, logit => logit - z);
  };
  function farthest(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
    const [a, b] = [logprobs(got), logprobs(wanted)];
    return a.reduce((most, lp, id) => Math.max(most, Math.abs(lp - b[id]!)), 0);
  }
  const expectRow = async (ids: Uint32Array) => {
    const row = await model.session.next(ids);
    expect(farthest(row, oracle(ids).logits(ids.length - 1))).toBeLessThan(TOLERANCE);
    return row;
  };
  async function ask(command: Unnumbered<ProbeCommand>): Promise<ProbeEvent[]> {
    const events: ProbeEvent[] = [];
    const open = { probes: model.probes, vocabulary: { bytes: [], eosIds: [] } };
    const whole = { ...command, run: 1 } as ProbeCommand;
    for await (const event of answerProbe(open, whole, new AbortController().signal)) events.push(event);
    return events;
  }

  test('an edit goes on from what is held and says so; the text before it is still there, bit for bit', async () => {
    const { session } = model;
    const whole = text(1, 100);
    expect(await session.prefill(whole)).toEqual({ reused: 0, computed: 100 });
    const row = await expectRow(whole);
    const edited = join(whole.subarray(0, 80), 3, 1, 4);
    expect(session.reusable(edited)).toBe(held);
    expect(await session.prefill(edited)).toEqual({ reused: held, computed: 83 - held });
    await expectRow(edited);
    expect(await session.prefill(whole)).toEqual({ reused: 100, computed: 0 });
    expect(await session.next(whole)).toEqual(row);
    // Both ends are held: the texts go on from there, in any order.
    for (const ids of [join(whole, 9), join(edited, 9), join(whole, 8, 7)]) {
      expect(session.reusable(ids)).toBe(ids.length - (ids.length === 102 ? 2 : 1));
      await expectRow(ids);
    }
  });

  test('single steps and rows in one go agree, over the end of what is held', async () => {
    const [steps, once] = [text(2, 130).subarray(0, 70), join(text(2, 70))];
    for (let t = 1; t <= steps.length; t++) await model.session.next(steps.subarray(0, t));
    const stepped = await expectRow(join(steps, 5));
    // The same text after another id before it cannot share anything.
    using fresh = await loadOnGpu(await openTestGpu('barrier_free'), golden.config, { bytes: golden.weightsFile });
    expect(await fresh.session.prefill(join(once, 5))).toEqual({ reused: 0, computed: 71 });
    expect(farthest(await fresh.session.next(join(once, 5)), stepped)).toBeLessThan(1e-5);
  });

  test('a cancel between two steps leaves what was computed', async () => {
    let looks = 0;
    const signal = Object.defineProperty(new AbortController().signal, 'aborted', { get: () => ++looks >= 3 });
    const ids = text(3, 90);
    // Steps of few rows, whatever the machine's pace.
    const { config, weightsFile } = golden;
    using small = await loadOnGpu(await openTestGpu('barrier_free'), config, { bytes: weightsFile }, { maxRows: 8 });
    const { session } = small;
    await expect(session.prefill(ids, signal)).rejects.toMatchObject({ code: 'cancelled' });
    const kept = session.reusable(ids);
    expect(kept).toBe(16);
    expect(await session.prefill(ids)).toEqual({ reused: kept, computed: 90 - kept });
    expect(farthest(await session.next(ids), oracle(ids).logits(89))).toBeLessThan(TOLERANCE);
  });

  test('views see the model and leave its states alone', async () => {
    const ids = text(4, 75);
    await model.session.prefill(ids);
    const lens = await ask({ type: 'lens', tokens: ids, from: 60, to: 75, asked: 3 });
    const { graph, taps } = withLens(model.graph);
    const tapped = run(graph, referenceWeights(model.graph, golden), ids);
    for (const event of lens) {
      if (event.type !== 'lens') continue;
      const value = tapped.values.get(taps[event.layer] ?? graph.final)!;
      const C = graph.dims.n_embd;
      const at = { ...graph, ops: [], roles: graph.roles };
      const given = new Map([[graph.final, value.subarray(60 * C, 75 * C)]]);
      const heads = run(at, referenceWeights(model.graph, golden), ids.subarray(0, 15), undefined, given);
      event.logprobs.forEach((lp, t) => {
        expect(Math.abs(lp - heads.logprob(t, 3))).toBeLessThan(TOLERANCE);
      });
    }
    const [rows] = await ask({ type: 'attention', tokens: ids, position: 40 });
    const { n_head, n_layer } = model.graph.dims;
    const weights = rows?.type === 'attention' ? rows.weights : new Float32Array();
    expect(weights).toHaveLength(n_layer * n_head * 41);
    const wanted = oracle(ids.subarray(0, 41)).attention;
    for (let layer = 0; layer < n_layer; layer++) {
      for (let head = 0; head < n_head; head++) {
        const row = weights.subarray((layer * n_head + head) * 41, (layer * n_head + head + 1) * 41);
        const from = (head * 41 + 40) * 41;
        row.forEach((weight, s) => {
          expect(Math.abs(weight - (wanted[layer]?.[from + s] ?? 0))).toBeLessThan(TOLERANCE);
        });
      }
    }
    for (let layer = 0; layer < n_layer; layer++) {
      const tiles = await ask({ type: 'attention_map', tokens: ids, layer, head: 1, from: 0 });
      const sum = tiles.reduce(
        (all, e) => all + (e.type === 'attention_map' ? e.weights.reduce((a, b) => a + b, 0) : 0),
        0,
      );
      expect(sum).toBeCloseTo(attendingLayers(model.graph).includes(layer) ? 75 : 0, 2);
    }
    await ask({ type: 'trace', tokens: ids, position: 70, ids: Uint32Array.of(3) });
    const [measured] = await ask({ type: 'measure_cache', tokens: ids, lengths: [70] });
    expect(measured?.type === 'cache_measured' && measured.difference).toBeLessThan(1e-4);
    expect(await model.session.prefill(join(ids, 7))).toEqual({ reused: 75, computed: 1 });
    await expectRow(join(ids, 7));
  });

  test('parts that are off, alone and in a sweep, are those of the oracle', async () => {
    const ids = text(5, 70);
    const { graph, masks, baselines } = withAblation(model.graph);
    const [attending = 0] = attendingLayers(model.graph);
    const parts: Part[] = [
      { kind: 'attention', layer: 0 },
      { kind: 'head', layer: attending, head: 1 },
      { kind: 'mlp', layer: 2 },
      { kind: 'attention', layer: 3 },
      { kind: 'mlp', layer: 3 },
    ];
    const swept = await ask({ type: 'sweep', tokens: ids, id: 3, parts, baseline: 'zero' });
    expect(swept).toHaveLength(parts.length + 1);
    for (const [i, part] of parts.entries()) {
      const numbers = Array.from({ length: masks }, () => 1);
      numbers[maskOf(part, graph.dims.n_head)] = 0;
      const ablation = { masks: numbers, baselines: new Float64Array(baselines) };
      const wanted = run(graph, referenceWeights(model.graph, golden), ids, ablation);
      const [alone] = await ask({ type: 'ablate', tokens: ids, from: 60, off: [part], baseline: 'zero' });
      expect(farthest(alone?.type === 'ablated' ? alone.logits : [], wanted.logits(69))).toBeLessThan(
        toleranceOf(name),
      );
      const event = swept[i + 1];
      expect(event?.type === 'swept' && Math.abs(event.logprob - wanted.logprob(69, 3))).toBeLessThan(
        toleranceOf(name),
      );
    }
    await model.session.prefill(ids);
    expect(await model.session.prefill(join(ids, 7))).toEqual({ reused: 70, computed: 1 });
    await expectRow(join(ids, 7));
  });

  test('a tree of continuations has the probabilities of its paths', async () => {
    const ids = text(6, 20);
    const grown = await ask({ type: 'grow', tokens: ids, depth: 3, children: 2, floor: 0 });
    const nodes = grown.flatMap(event => (event.type === 'grown' ? [...event.nodes] : []));
    expect(nodes).toHaveLength(2 + 4 + 8);
    const path = (node: number): number[] => {
      const found = nodes.find(each => each.node === node);
      return found ? [...path(found.parent), found.id] : [];
    };
    for (const { parent, id, logprob } of nodes) {
      const before = join(ids, ...path(parent));
      expect(Math.abs(logprob - oracle(before).logprob(before.length - 1, id))).toBeLessThan(TOLERANCE);
    }
    await expectRow(join(ids, 7));
  });
});

test('a sweep through a model whose last layer has a running state', async () => {
  const sizes = { hidden_size: 24, intermediate_size: 32, num_hidden_layers: 2, vocab_size: 53 };
  const heads = { num_attention_heads: 2, num_key_value_heads: 1, head_dim: 8, max_position_embeddings: 64 };
  const delta = {
    linear_num_key_heads: 1,
    linear_num_value_heads: 2,
    linear_key_head_dim: 8,
    linear_value_head_dim: 8,
  };
  const layer_types = ['full_attention', 'linear_attention'];
  const config = { model_type: 'qwen3_5_text', ...sizes, ...heads, ...delta, layer_types };
  const bytes = randomModelFile(randomModel({ config, seed: 3 }));
  using model = await loadOnGpu(await openTestGpu('barrier_free'), config, { bytes }, { maxRows: 16 });
  const ids = Uint32Array.from({ length: 40 }, (_, i) => (i * i * 7 + i) % 53);
  const { graph, masks, baselines } = withAblation(model.graph);
  const weights = referenceWeights(model.graph, { weightsFile: bytes });
  const parts: Part[] = [0, 1].flatMap(layer => [
    { kind: 'attention', layer },
    { kind: 'mlp', layer },
  ]);
  let at = 0;
  for await (const { part, logprob } of model.probes.ablation.sweep(ids, 3, parts, 'zero')) {
    const numbers = Array.from({ length: masks }, () => 1);
    if (part) numbers[maskOf(part, graph.dims.n_head)] = 0;
    const wanted = run(graph, weights, ids, { masks: numbers, baselines: new Float64Array(baselines) });
    // Logits of this one are tens apart.
    expect(Math.abs(logprob - wanted.logprob(39, 3))).toBeLessThan(4 * TOLERANCE);
    at++;
  }
  expect(at).toBe(parts.length + 1);
});
