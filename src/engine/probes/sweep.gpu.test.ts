// A sweep on a real adapter: every part as if it were ablated alone, and as the oracle has it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseOf7, type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { maskOf, type Part, withAblation } from '../../model/rewrites/ablation.ts';
import { logsumexp } from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';
import type { Swept } from './sweep.ts';

const TOLERANCE = 5e-5;

const logprobs = (row: ArrayLike<number>): number[] => {
  const numbers = Float64Array.from(row);
  const z = logsumexp(numbers);
  return Array.from(numbers, l => l - z);
};

/** Heads, then attention and MLP of every layer. */
function partsOf({ dims }: Graph): Part[] {
  const layers = Array.from({ length: dims.n_layer }, (_, layer) => layer);
  return layers.flatMap(layer => [
    ...Array.from({ length: dims.n_head }, (_, head): Part => ({ kind: 'head', layer, head })),
    { kind: 'attention', layer },
    { kind: 'mlp', layer },
  ]);
}

async function collect(swept: AsyncGenerator<Swept>): Promise<Swept[]> {
  const all: Swept[] = [];
  for await (const each of swept) all.push(each);
  return all;
}

async function open(name: GoldenName, maxRows?: number) {
  const golden = await loadGolden(name);
  const model = await loadOnGpu(
    await openTestGpu('barrier_free'),
    golden.config,
    { bytes: golden.weightsFile },
    maxRows === undefined ? {} : { maxRows },
  );
  return { model, graph: model.graph, golden };
}

describe('gpt2-f16', () => {
  let model: GpuModel;
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open('gpt2-f16', 16);
    model = opened.model;
  });
  afterAll(() => model[Symbol.dispose]());

  test.each(['zero', 'mean'] as const)('%s: every part agrees with the oracle', async baseline => {
    const { graph, golden } = opened;
    const oracle = referenceWeights(graph, golden);
    const ids = Uint32Array.from(caseOf7(golden).tokens);
    const { graph: masked, masks, baselines, masked: places } = withAblation(graph);
    const plain = run(graph, oracle, ids);
    const means = new Float64Array(baselines);
    if (baseline === 'mean') {
      for (const { value, baseline, width } of places) {
        plain.values.get(value)?.forEach((x, i) => {
          means[baseline + (i % width)]! += x / ids.length;
        });
      }
    }
    const own = logprobs(plain.logits(6));
    const id = own.indexOf(own.toSorted((a, b) => b - a)[2]!);
    const parts = partsOf(graph);
    const swept = await collect(model.probes.ablation.sweep(ids, id, parts, baseline));
    expect(swept.map(({ part }) => part)).toEqual([null, ...parts]);
    for (const { part, ...got } of swept) {
      const numbers = Array.from({ length: masks }, () => 1);
      if (part) numbers[maskOf(part, graph.dims.n_head)] = 0;
      const wanted = logprobs(run(masked, oracle, ids, { masks: numbers, baselines: means }).logits(6));
      expect(Math.abs(got.logprob - wanted[id]!)).toBeLessThan(TOLERANCE);
      expect(Math.abs(got.topLogprob - Math.max(...wanted))).toBeLessThan(TOLERANCE);
      expect(got.topId).toBe(wanted.indexOf(Math.max(...wanted)));
      expect(got.rank).toBe(1 + wanted.filter(lp => lp > wanted[id]!).length);
      const divergence = own.reduce((sum, lp, i) => sum + Math.exp(lp) * (lp - wanted[i]!), 0);
      expect(Math.abs(got.divergence - divergence)).toBeLessThan(1e-4);
    }
    expect(swept[0]?.divergence).toBeLessThan(1e-5);
  });

  test('over several steps of rows every part is as if ablated alone, in any order of asking, and the session stays', async () => {
    const { graph, golden } = opened;
    // 45 tokens in steps of 16: two whole steps and a piece.
    const ids = Uint32Array.from(golden.expected.cases.find(c => c.tokens.length >= 45)!.tokens.slice(0, 45));
    const before = await model.session.next(ids);
    const all = partsOf(graph);
    // Falling layers, and layers in turn.
    const orders = {
      mean: all.toReversed(),
      zero: all.toSorted((a, b) => maskOf(a, 1) - maskOf(b, 1) || a.layer - b.layer),
    };
    for (const baseline of ['mean', 'zero'] as const) {
      const parts = orders[baseline];
      const swept = await collect(model.probes.ablation.sweep(ids, 7, parts, baseline));
      expect(swept).toHaveLength(parts.length + 1);
      for (const { part, logprob, topId } of swept) {
        const { logits } = await model.probes.ablation.run(ids, part ? [part] : [], baseline, ids.length);
        const alone = logprobs(logits);
        expect(Math.abs(logprob - alone[7]!)).toBeLessThan(1e-5);
        expect(topId).toBe(alone.indexOf(Math.max(...alone)));
      }
    }
    expect(model.session.reusable(ids)).toBe(ids.length);
    expect(await model.session.next(ids)).toEqual(before);
  });

  test('means are those of the text that is asked about, and are made once for it', async () => {
    const tokens = opened.golden.expected.cases.find(c => c.tokens.length >= 45)!.tokens;
    const [text, other] = [Uint32Array.from(tokens.slice(0, 20)), Uint32Array.from(tokens.slice(9, 31))];
    const off: Part[] = [{ kind: 'mlp', layer: 1 }];
    const fresh = async (ids: Uint32Array) => {
      model.probes.ablation.close();
      return (await model.probes.ablation.run(ids, off, 'mean', ids.length)).logits;
    };
    const wanted = [await fresh(text), await fresh(other)];
    const { device } = model.gpu;
    let waits = 0;
    const wait = device.queue.onSubmittedWorkDone.bind(device.queue);
    device.queue.onSubmittedWorkDone = () => {
      waits++;
      return wait();
    };
    const counts: number[] = [];
    for (const [ids, row] of [
      [text, wanted[0]],
      [text, wanted[0]],
      [other, wanted[1]],
      [text, wanted[0]],
    ] as const) {
      waits = 0;
      expect((await model.probes.ablation.run(ids, off, 'mean', ids.length)).logits).toEqual(row);
      counts.push(waits);
    }
    Reflect.deleteProperty(device.queue, 'onSubmittedWorkDone');
    // Steps of 16 rows: two for the means, two for the ablation.
    expect(counts).toEqual([4, 2, 4, 4]);
    await model.probes.ablation.run(text, off, 'zero', text.length);
    expect((await model.probes.ablation.run(text, off, 'mean', text.length)).logits).toEqual(wanted[0]);
  });

  test('a cancel is seen between two parts and gives everything back', async () => {
    const ids = Uint32Array.from(opened.golden.expected.cases[2]!.tokens);
    const free = model.probes.context.cache.free;
    const { bytes } = model.gpu.scope;
    const controller = new AbortController();
    const swept = model.probes.ablation.sweep(ids, 0, partsOf(opened.graph), 'zero', controller.signal);
    expect((await swept.next()).value).toMatchObject({ part: null });
    expect(model.gpu.scope.bytes).toBeGreaterThan(bytes);
    controller.abort();
    await expect(swept.next()).rejects.toMatchObject({ code: 'cancelled' });
    expect(model.gpu.scope.bytes).toBe(bytes);
    expect(model.probes.context.cache.free).toBeGreaterThanOrEqual(free);
  });

  test('what cannot be asked', async () => {
    const { ablation } = model.probes;
    const sweep = (ids: number[], id: number, parts: Part[]) =>
      collect(ablation.sweep(Uint32Array.from(ids), id, parts, 'zero'));
    await expect(sweep([], 0, [])).rejects.toMatchObject({ code: 'empty_prompt' });
    await expect(sweep([1, 2], 260, [])).rejects.toMatchObject({ code: 'bad_token' });
    await expect(sweep([260], 2, [])).rejects.toMatchObject({ code: 'bad_token' });
    await expect(sweep([1, 2], 2, [{ kind: 'head', layer: 1, head: 4 }])).rejects.toThrow('a part of this model');
    expect(await sweep([1, 2], 2, [])).toHaveLength(1);
  });
});

test('a text as long as the context, beside a session that holds it', async () => {
  const { model, graph } = await open('gpt2-f32');
  using _ = model;
  const ids = Uint32Array.from({ length: graph.dims.n_ctx }, (_, i) => (i * 7 + (i >> 2)) % graph.dims.vocab_size);
  await model.session.prefill(ids);
  const swept = await collect(model.probes.ablation.sweep(ids, 3, partsOf(graph), 'mean'));
  const { logits } = await model.probes.ablation.run(ids, [{ kind: 'mlp', layer: 0 }], 'mean', ids.length);
  const found = swept.find(({ part }) => part?.kind === 'mlp' && part.layer === 0);
  expect(found?.logprob).toBeCloseTo(logprobs(logits)[3]!, 5);
  expect(model.session.reusable(ids)).toBe(ids.length);
});
