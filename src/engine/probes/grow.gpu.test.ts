// A grown tree on a real adapter: the rows of a batch are those of single steps, the text is computed once, and all memory comes back.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../../e2e/support/random-model.ts';
import type { Row } from '../../gpu/runner.ts';
import type { GrownNode } from '../../protocol/probe-events.ts';
import { rankRow } from '../../sampling/row.ts';
import { type Grown, type GrowOptions, grow, MOST_NODES } from './grow.ts';

const TOLERANCE = 5e-5;
const N_CTX = ODD_CONFIG.n_positions;
const odd = randomModel({ config: ODD_CONFIG, seed: 7 });

let model: GpuModel;
beforeAll(async () => {
  model = await loadOnGpu(await openTestGpu('barrier_free'), ODD_CONFIG, { bytes: randomModelFile(odd) });
});
afterAll(() => model[Symbol.dispose]());

/** Ids that no other test begins with. */
function ids(start: number, length: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length }, (_, i) => (start + i * i * 13 + i) % ODD_CONFIG.vocab_size);
}

async function collect(text: Uint32Array, options: GrowOptions, signal?: AbortSignal): Promise<Grown[]> {
  const all: Grown[] = [];
  for await (const grown of grow(model.probes.context, text, options, signal)) all.push(grown);
  return all;
}

/** Rows that the model computes from now on, in any step. */
function countRows(): { readonly rows: Row[]; [Symbol.dispose](): void } {
  const { runner, batch } = model;
  if (batch === null) throw new Error('texts step together');
  const rows: Row[] = [];
  const [prefill, step, together] = [runner.prefill, runner.step, batch.rows];
  runner.prefill = each => {
    rows.push(...each);
    return prefill.call(runner, each);
  };
  runner.step = row => {
    rows.push(row);
    return step.call(runner, row);
  };
  batch.rows = each => {
    rows.push(...each.flatMap(({ row }) => row ?? []));
    return together.call(batch, each);
  };
  return {
    rows,
    [Symbol.dispose]() {
      for (const name of ['prefill', 'step']) Reflect.deleteProperty(runner, name);
      Reflect.deleteProperty(batch, 'rows');
    },
  };
}

const pathOf = (nodes: readonly GrownNode[], node: GrownNode): number[] => {
  const parent = nodes[node.parent];
  return parent ? [...pathOf(nodes, parent), node.id] : [node.id];
};

/** The tree as single steps of the session give it. */
async function wantedTree(text: Uint32Array, { depth, children, floor, ends = [] }: GrowOptions) {
  const found = new Map<string, number>();
  let level: number[][] = [[]];
  for (let at = 1; at <= depth; at++) {
    const next: number[][] = [];
    for (const path of level) {
      if (ends.includes(path.at(-1) ?? -1)) continue;
      const row = rankRow(await model.session.next(Uint32Array.from([...text, ...path])));
      for (const id of row.order.slice(0, children)) {
        const logprob = row.logits[id]! - row.logZ;
        if (Math.exp(logprob) < floor) break;
        next.push([...path, id]);
        found.set([...path, id].join(), logprob);
      }
    }
    level = next;
  }
  return found;
}

describe('a tree against single steps', () => {
  test.each([
    { depth: 3, children: 3, floor: 0 },
    { depth: 4, children: 5, floor: 0.08 },
    { depth: 2, children: 20, floor: 0 },
    { depth: 1, children: 4, floor: 0 },
  ])('depth $depth, $children children, floor $floor', async options => {
    const text = ids(options.depth, 11);
    const grown = await collect(text, options);
    const nodes = grown.flatMap(each => each.nodes);
    expect(nodes.map(({ node }) => node)).toEqual(nodes.map((_, i) => i));
    expect(nodes.every(({ parent, node }) => parent < node)).toBe(true);
    const wanted = await wantedTree(text, options);
    const got = new Map(nodes.map(node => [pathOf(nodes, node).join(), node.logprob]));
    expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [path, logprob] of got) expect(Math.abs(logprob - wanted.get(path)!)).toBeLessThan(TOLERANCE);
    // Children of one node come together, the likeliest first.
    for (const [i, { parent, logprob }] of nodes.entries()) {
      if (nodes[i - 1]?.parent === parent) expect(nodes[i - 1]!.logprob).toBeGreaterThanOrEqual(logprob);
    }
  });

  test('a node that ends the text has no children', async () => {
    const text = ids(7, 9);
    const [first] = await collect(text, { depth: 1, children: 2, floor: 0 });
    const ends = [first!.nodes[0]!.id];
    const nodes = (await collect(text, { depth: 2, children: 2, floor: 0, ends })).flatMap(each => each.nodes);
    expect(nodes.map(({ parent }) => parent)).toEqual([-1, -1, 1, 1]);
  });
});

describe('what is computed', () => {
  test('the text once, and a row a node that has children', async () => {
    const text = ids(20, 30);
    using counted = countRows();
    const grown = await collect(text, { depth: 3, children: 3, floor: 0 });
    expect(grown.map(({ computed, reused }) => ({ computed, reused }))).toEqual([
      { computed: 30, reused: 0 },
      { computed: 3, reused: 3 * 30 },
      { computed: 9, reused: 9 * 31 },
    ]);
    expect(counted.rows).toHaveLength(30 + 3 + 9);
    counted.rows.length = 0;
    const again = await collect(text, { depth: 3, children: 3, floor: 0 });
    expect(again[0]).toMatchObject({ computed: 0, reused: 30 });
    expect(again.map(({ nodes }) => nodes)).toEqual(grown.map(({ nodes }) => nodes));
    expect(counted.rows).toHaveLength(3 + 9);
    expect(counted.rows.every(({ position }) => position >= 30)).toBe(true);
  });

  test('the cache is as it was: texts stay, slots and memory come back', async () => {
    const { session, probes, gpu } = model;
    const [text, other] = [ids(30, 20), ids(31, 20)];
    probes.context.cache.clear(); // room for both and the tree: nothing old is dropped for it
    await session.prefill(other);
    const row = await session.next(text);
    await model.batch?.prepare(false); // kept for the next batch
    const before = { free: probes.context.cache.free, bytes: gpu.scope.bytes };
    await collect(text, { depth: 3, children: 5, floor: 0 });
    expect({ free: probes.context.cache.free, bytes: gpu.scope.bytes }).toEqual(before);
    expect(await session.prefill(text)).toEqual({ reused: 20, computed: 0 });
    expect(await session.prefill(other)).toEqual({ reused: 20, computed: 0 });
    expect(await session.next(text)).toEqual(row);
  });

  test('a text that is a piece of a longer one that fills the context', async () => {
    const whole = ids(40, N_CTX);
    await model.session.prefill(whole);
    const row = await model.session.next(whole);
    const options = { depth: 3, children: 6, floor: 0 };
    const text = whole.subarray(0, 30);
    const grown = await collect(text, options);
    expect(grown[0]).toMatchObject({ computed: 0, reused: 30 });
    expect(model.session.reusable(whole)).toBe(N_CTX);
    const nodes = grown.flatMap(each => each.nodes);
    expect(nodes).toHaveLength(6 + 36 + 216);
    expect(await model.session.next(whole)).toEqual(row);
  });
});

describe('where a tree ends', () => {
  test('at the end of the context', async () => {
    const full = await collect(ids(50, N_CTX), { depth: 3, children: 3, floor: 0 });
    expect(full.map(({ nodes }) => nodes.length)).toEqual([0]);
    const nearly = await collect(ids(51, N_CTX - 2), { depth: 9, children: 2, floor: 0 });
    expect(nearly.map(({ nodes }) => nodes.length)).toEqual([2, 4]);
  });

  test('at the most nodes there are, and where the pool ends', async () => {
    const wide = await collect(ids(60, 5), { depth: 3, children: 40, floor: 0 });
    expect(wide.flatMap(({ nodes }) => nodes)).toHaveLength(MOST_NODES);
    // A slot a node that has children: the pool of two contexts has 2 * 75 - 6 beside the text.
    const deep = await collect(ids(61, 6), { depth: 30, children: 2, floor: 0 });
    expect(deep.reduce((sum, { computed }) => sum + computed, 0)).toBe(2 * N_CTX);
  });

  test('at once when cancelled, between two batches', async () => {
    const controller = new AbortController();
    const text = ids(62, 8);
    const growing = grow(model.probes.context, text, { depth: 3, children: 3, floor: 0 }, controller.signal);
    await growing.next();
    const { free } = model.probes.context.cache;
    await growing.next();
    controller.abort();
    await expect(growing.next()).rejects.toMatchObject({ code: 'cancelled' });
    expect(model.probes.context.cache.free).toBe(free);
    expect(await model.session.prefill(text)).toEqual({ reused: 8, computed: 0 });
  });

  test('with an error that names what was asked', async () => {
    const options = { depth: 2, children: 2, floor: 0 };
    await expect(collect(new Uint32Array(), options)).rejects.toMatchObject({ code: 'empty_prompt' });
    await expect(collect(Uint32Array.of(101), options)).rejects.toMatchObject({ code: 'bad_token' });
  });
});
