// A pool that grows with the text gives the numbers of one that was large from the start, bit by bit, under branches, edits and open views.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../e2e/support/random-model.ts';

const PAGE = 16;
const file = randomModelFile(randomModel({ config: ODD_CONFIG, seed: 7 }));

function ids(start: number, length: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length }, (_, i) => (start + i * i * 13 + i) % ODD_CONFIG.vocab_size);
}
const join = (head: Uint32Array, ...tail: number[]) => Uint32Array.from([...head, ...tail]);

/** Twice the context. */
const ALL = 2 * ODD_CONFIG.n_positions;

describe('pages of 16 slots beside a pool that has them all', () => {
  let small: GpuModel;
  let large: GpuModel;
  beforeAll(async () => {
    // Eight rows a step whatever the clock says: the same kernels do the same steps in both.
    small = await loadOnGpu(await openTestGpu(), ODD_CONFIG, { bytes: file }, { maxRows: 8, page: PAGE });
    large = await loadOnGpu(await openTestGpu(), ODD_CONFIG, { bytes: file }, { maxRows: 8, page: ALL });
  });
  afterAll(() => {
    small[Symbol.dispose]();
    large[Symbol.dispose]();
  });
  /** What both say, which is the same. */
  async function both<T>(ask: (model: GpuModel) => Promise<T>): Promise<T> {
    const [one, other] = [await ask(small), await ask(large)];
    expect(one).toEqual(other);
    return one;
  }

  test('a text that grows through pages, an edit, branches, and back', async () => {
    expect(small.runner.pool.capacity).toBe(PAGE);
    expect(large.runner.pool.capacity).toBe(ALL);
    const text = ids(1, 14);
    await both(({ session }) => session.next(text));
    const [grown, edited] = [ids(1, 45), join(ids(1, 30), 3, 1, 4)];
    // Row by row over two pages: nothing that was there is computed again.
    for (let length = 15; length <= 34; length++) await both(({ session }) => session.next(grown.subarray(0, length)));
    expect(small.runner.pool.capacity).toBeGreaterThanOrEqual(3 * PAGE);
    expect(await both(({ session }) => session.prefill(grown))).toEqual({ reused: 34, computed: 11 });
    expect(await both(({ session }) => session.prefill(edited))).toEqual({ reused: 30, computed: 3 });
    await both(({ session }) => session.next(edited));
    const branch = join(grown.subarray(0, 20), ...ids(40, 30));
    expect(await both(({ session }) => session.prefill(branch))).toEqual({ reused: 20, computed: 30 });
    for (const each of [grown, branch, edited]) {
      expect(await both(({ session }) => session.prefill(each))).toMatchObject({ computed: 0 });
      await both(({ session }) => session.next(each));
    }
    await both(async ({ session }) => {
      const rows: unknown[] = [];
      for await (const tile of session.score(branch, 1)) rows.push(...tile.rows);
      return rows;
    });
    expect(small.runner.pool.capacity).toBeLessThan(ALL);
  });

  test('views that were opened before the pool grew look at the new one', async () => {
    const text = ids(60, 20);
    const lens =
      ({ probes }: GpuModel, tokens: Uint32Array) =>
      async () => {
        const cells: unknown[] = [];
        for await (const tile of probes.lens.tiles(tokens, 0, tokens.length, 5)) cells.push(tile);
        return cells;
      };
    await both(model => model.probes.attention.row(text, 19));
    await both(model => lens(model, text)());
    const before = small.runner.pool.capacity;
    const longer = ids(60, 74);
    await both(({ session }) => session.next(longer));
    await both(({ session }) => session.next(join(longer.subarray(0, 2), ...ids(70, 60))));
    expect(small.runner.pool.capacity).toBeGreaterThan(before);
    await both(model => model.probes.attention.row(longer, 73));
    await both(model => lens(model, longer)());
    await both(model => model.probes.ablation.run(longer, [{ kind: 'mlp', layer: 0 }], 'zero', 1));
    expect(await both(({ session }) => session.prefill(longer))).toEqual({ reused: 74, computed: 0 });
  });
});

test('memory that gives out leaves the text, and what is there is the context', async () => {
  using model = await loadOnGpu(await openTestGpu(), ODD_CONFIG, { bytes: file }, { maxRows: 8, page: PAGE });
  const { session, room, runner } = model;
  const text = ids(1, 16);
  const row = await session.next(text);
  const { device } = model.gpu;
  const create = device.createBuffer.bind(device);
  device.createBuffer = () => {
    throw new RangeError('no room');
  };
  await expect(session.next(join(text, 7))).rejects.toMatchObject({ code: 'prompt_too_long', detail: { limit: 16 } });
  expect(room.state).toMatchObject({ allowed: 16, slots: 16, short: true });
  expect(await session.next(text)).toEqual(row);
  device.createBuffer = create;
  room.allow(80);
  await session.next(join(text, 7));
  expect(runner.pool.capacity).toBe(32);
  expect(await session.next(text)).toEqual(row);
});

test('a context of 131,072 positions is opened without memory for it', async () => {
  const config = { ...ODD_CONFIG, n_positions: 131_072, n_embd: 4, n_head: 1, n_layer: 1 };
  const bytes = randomModelFile(randomModel({ config, seed: 3 }));
  using model = await loadOnGpu(await openTestGpu(), config, { bytes });
  expect(model.room.allowed).toBe(131_072);
  expect(model.gpu.scope.bytes).toBeLessThan(bytes.length + 2e6);
  const text = Uint32Array.from({ length: 600 }, (_, i) => i % 90);
  await model.session.next(text);
  const weights = await model.probes.attention.row(text, 599);
  expect(weights).toHaveLength(600);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
  expect(model.gpu.scope.bytes).toBeLessThan(bytes.length + 3e6);
});
