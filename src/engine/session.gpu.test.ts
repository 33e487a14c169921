// The session on a real adapter: what is cached is used again, branches live side by side, a cancel loses nothing, errors name their cause.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { logsumexp } from '../reference/ops.ts';
import { run } from '../reference/run.ts';
import type { Session } from './session.ts';

/** As for the golden models. */
const TOLERANCE = 5e-5;
const N_CTX = ODD_CONFIG.n_positions;
const odd = randomModel({ config: ODD_CONFIG, seed: 7 });
const file = randomModelFile(odd);

let model: GpuModel;
beforeAll(async () => {
  model = await loadOnGpu(await openTestGpu('barrier_free'), ODD_CONFIG, { bytes: file }, { maxRows: 8 });
});
afterAll(() => model[Symbol.dispose]());

/** Ids that no other test begins with: each starts with an own id. */
function ids(start: number, length: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length }, (_, i) => (start + i * i * 13 + i) % ODD_CONFIG.vocab_size);
}
const join = (head: Uint32Array, ...tail: number[]) => Uint32Array.from([...head, ...tail]);

/** Log-probabilities [V] after the last of `tokens`, by the oracle and from a row. */
const wantedRow = (tokens: Uint32Array) => {
  const logits = run(odd.graph, referenceWeights(odd.graph, { weightsFile: file }), tokens).logits(tokens.length - 1);
  const z = logsumexp(logits);
  return logits.map(l => l - z);
};
function farthest(row: Float32Array, wanted: Float64Array): number {
  const z = logsumexp(row);
  return row.reduce((most, l, id) => Math.max(most, Math.abs(l - z - wanted[id]!)), 0);
}

describe('an odd model: 5 heads of 10, 101 tokens, nothing a multiple of four', () => {
  test.each([1, 2, 5, 33, N_CTX])('%i tokens agree with the oracle', async length => {
    const tokens = ids(1, length);
    expect(farthest(await model.session.next(tokens), wantedRow(tokens))).toBeLessThan(TOLERANCE);
  });

  test('scores are those of the rows', async () => {
    const tokens = ids(1, 40);
    const scored: number[] = [];
    const tiles: number[] = [];
    for await (const { from, rows } of model.session.score(tokens, 1)) {
      tiles.push(from);
      for (const { logit, logZ } of rows) scored.push(logit - logZ);
    }
    expect(tiles).toEqual([1, 17, 33]);
    expect(scored).toHaveLength(39);
    for (const [i, got] of scored.entries()) {
      const row = await model.session.next(tokens.subarray(0, i + 1));
      expect(Math.abs(got - (row[tokens[i + 1]!]! - logsumexp(row)))).toBeLessThan(1e-5);
      expect(Math.abs(got - wantedRow(tokens.subarray(0, i + 1))[tokens[i + 1]!]!)).toBeLessThan(TOLERANCE);
    }
  });

  test('a part is scored alone; position 0 has no prediction', async () => {
    const tokens = ids(1, 40);
    const from = async (start: number) => {
      const out: { from: number; ranks: number[] }[] = [];
      for await (const tile of model.session.score(tokens, start)) {
        out.push({ from: tile.from, ranks: tile.rows.map(r => r.rank) });
      }
      return out;
    };
    const all = (await from(0)).flatMap(tile => tile.ranks);
    expect(all).toHaveLength(39);
    expect(await from(35)).toEqual([{ from: 35, ranks: all.slice(34) }]);
    expect(await from(40)).toEqual([]);
  });
});

describe('the cache', () => {
  test('a changed tail computes the tail alone, and the old text is still there', async () => {
    const { session } = model;
    const text = ids(20, 30);
    expect(await session.prefill(text)).toEqual({ reused: 0, computed: 30 });
    expect(await session.prefill(text)).toEqual({ reused: 30, computed: 0 });
    const row = await session.next(text);
    const edited = join(text.subarray(0, 21), 3, 1, 4, 1, 5);
    expect(session.reusable(edited)).toBe(21);
    expect(await session.prefill(edited)).toEqual({ reused: 21, computed: 5 });
    expect(farthest(await session.next(edited), wantedRow(edited))).toBeLessThan(TOLERANCE);
    expect(await session.prefill(text)).toEqual({ reused: 30, computed: 0 });
    expect(await session.next(text)).toEqual(row);
    expect(await session.prefill(join(text, 9))).toEqual({ reused: 30, computed: 1 });
    expect(await session.prefill(text.subarray(0, 7))).toEqual({ reused: 7, computed: 0 });
  });

  test('branches over one head are computed once each, in any order of visits', async () => {
    const { session } = model;
    const head = ids(30, 12);
    const branches = [5, 6, 7].map(id => join(head, id, id + 1, id + 2));
    expect(await session.prefill(branches[0]!)).toEqual({ reused: 0, computed: 15 });
    expect(await session.prefill(branches[1]!)).toEqual({ reused: 12, computed: 3 });
    expect(await session.prefill(branches[2]!)).toEqual({ reused: 12, computed: 3 });
    for (const at of [1, 0, 2, 0]) {
      expect(await session.prefill(branches[at]!)).toEqual({ reused: 15, computed: 0 });
      expect(farthest(await session.next(branches[at]!), wantedRow(branches[at]!))).toBeLessThan(TOLERANCE);
    }
  });

  test('a pool of two contexts holds three long texts only in turn, and what comes back is right', async () => {
    const { session } = model;
    const texts = [41, 42, 43].map(start => ids(start, 70));
    for (const text of [...texts, ...texts]) {
      const { computed } = await session.prefill(text);
      expect(computed).toBeGreaterThan(0);
      expect(farthest(await session.next(text), wantedRow(text))).toBeLessThan(TOLERANCE);
    }
    expect(await session.prefill(texts[2]!)).toEqual({ reused: 70, computed: 0 });
  });

  test('one-token steps build on a branch', async () => {
    const { session } = model;
    let text = ids(50, 6);
    for (const id of [8, 9, 10, 11]) {
      await session.next(text);
      text = join(text, id);
      expect(session.reusable(text)).toBe(text.length - 1);
    }
    const row = await session.next(text);
    expect(farthest(row, wantedRow(text))).toBeLessThan(TOLERANCE);
    const branch = join(text.subarray(0, 8), 77);
    expect(session.reusable(branch)).toBe(8);
    expect(farthest(await session.next(branch), wantedRow(branch))).toBeLessThan(TOLERANCE);
    expect(await session.next(text)).toEqual(row);
  });
});

describe('cancel', () => {
  /** A signal that is aborted from its `n`-th look on. */
  function abortedAtLook(n: number): AbortSignal {
    let looks = 0;
    return Object.defineProperty(new AbortController().signal, 'aborted', { get: () => ++looks >= n });
  }

  test('between steps keeps what was computed, and the next prefill goes on from there', async () => {
    const { session } = model;
    const text = ids(60, 40);
    await expect(session.prefill(text, abortedAtLook(3))).rejects.toMatchObject({ code: 'cancelled' });
    expect(session.reusable(text)).toBe(16); // two steps of 8 rows
    expect(await session.prefill(text)).toEqual({ reused: 16, computed: 24 });
    expect(farthest(await session.next(text), wantedRow(text))).toBeLessThan(TOLERANCE);
  });

  test('before the first step computes nothing and leaves a branch as it was', async () => {
    const { session } = model;
    const text = ids(61, 20);
    await session.prefill(text);
    const branch = join(text.subarray(0, 10), 1, 2, 3);
    await expect(session.prefill(branch, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(session.reusable(branch)).toBe(10);
    expect(await session.prefill(text)).toEqual({ reused: 20, computed: 0 });
    expect(await session.prefill(branch)).toEqual({ reused: 10, computed: 3 });
    expect(farthest(await session.next(branch), wantedRow(branch))).toBeLessThan(TOLERANCE);
  });

  test('what is all there is not cancelled', async () => {
    const text = ids(62, 9);
    await model.session.prefill(text);
    expect(await model.session.prefill(text, AbortSignal.abort())).toEqual({ reused: 9, computed: 0 });
  });
});

describe('errors', () => {
  const calls: Readonly<Record<string, (session: Session, tokens: Uint32Array) => Promise<unknown>>> = {
    prefill: (session, tokens) => session.prefill(tokens),
    next: (session, tokens) => session.next(tokens),
  };
  test.each(Object.entries(calls))('%s', async (_, call) => {
    const { session } = model;
    await expect(call(session, new Uint32Array())).rejects.toMatchObject({ code: 'empty_prompt' });
    await expect(call(session, ids(1, N_CTX + 9))).rejects.toMatchObject({
      code: 'prompt_too_long',
      detail: { tokens: N_CTX + 9, limit: N_CTX, excess: 9 },
    });
    await expect(call(session, Uint32Array.of(5, 101))).rejects.toMatchObject({
      code: 'bad_token',
      detail: { id: 101, vocab_size: 101 },
    });
    const known = ids(70, 4);
    await session.prefill(known);
    await expect(call(session, join(known, 4_294_967_295))).rejects.toMatchObject({ code: 'bad_token' });
    expect(await session.prefill(known)).toEqual({ reused: 4, computed: 0 });
  });
});
