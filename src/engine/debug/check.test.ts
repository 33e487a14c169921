// What the room says without a GPU: how far two matrices are apart, that a model too large for the oracle is refused before anything runs, and its plans.
import { expect, test } from 'vitest';
import { layoutAll } from '../../../e2e/support/kernel-run.ts';
import { buildGraph } from '../../model/architectures/architectures.ts';
import type { ProbeContext } from '../probes/context.ts';
import { checkOps } from './check-ops.ts';
import { compare } from './compare.ts';
import { describePlans } from './plans.ts';

test('the error is relative to what is wanted, and the worst has its place', () => {
  const { shape, nmse, worst } = compare('x', [1, 2, 3, 4.5, 5, 6], [1, 2, 3, 4, 5, 6], 3);
  expect([shape, worst]).toEqual([[2, 3], { row: 1, column: 0, got: 4.5, wanted: 4 }]);
  expect(nmse).toBeCloseTo(0.25 / 91, 12);
  expect(compare('x', [0, 0], [0, 0], 2)).toMatchObject({ nmse: 0, worst: { row: 0, column: 0 } });
});

test('a number that is none is the worst, wherever it stands', () => {
  for (const at of [0, 1, 3]) {
    const got = [9, 2, 3, 4].map((number, i) => (i === at ? Number.NaN : number));
    const { nmse, worst } = compare('x', got, [1, 2, 3, 4], 2);
    expect(nmse).toBeNaN();
    expect([worst.row * 2 + worst.column, worst.got]).toEqual([at, Number.NaN]);
  }
});

/** A context that has a graph and nothing to run it on. */
const without = (config: object): ProbeContext => {
  const { graph } = buildGraph({ model_type: 'gpt2', ...config });
  return { graph, session: { check: () => {} } } as unknown as ProbeContext;
};
const XL = { n_layer: 48, n_embd: 1600, n_head: 25 };

test('too much work for the oracle is refused with what it would take; one layer of it is not', async () => {
  const steps = checkOps(without(XL), new Uint32Array(4), null);
  const { value } = await steps.next();
  expect(value).toMatchObject({ kind: 'refused', limit: 2e9 });
  // 12 C² in each of 48 layers, and the head, for 4 tokens.
  expect(value).toHaveProperty('work', 4 * (48 * 12 * 1600 ** 2 + 50_257 * 1600));
  expect((await steps.next()).done).toBe(true);
  // What is not refused goes on to the pool of slots, which is not there.
  await expect(checkOps(without(XL), new Uint32Array(4), 47).next()).rejects.toThrow(TypeError);
  await expect(checkOps(without({}), new Uint32Array(4), null).next()).rejects.toThrow(TypeError);
});

test('plans of a model whose texts grow long: one of few rows far into a text, whose keys are cut', () => {
  const config = { model_type: 'llama', hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, vocab_size: 96 };
  const heads = { num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 4096 };
  const { graph } = buildGraph({ ...config, ...heads, rms_norm_eps: 1e-5, hidden_act: 'silu' });
  const gpu = { kernelClass: 'barrier_free', lanes: 0, tuned: new Map(), off: new Set() };
  const base = { gpu, buffers: { get: () => undefined }, weights: layoutAll(graph, 'f32') };
  const { plans } = describePlans({ graph, base, runner: { decodePlan: [] } } as unknown as ProbeContext);
  const kernels = (rows: string) =>
    plans.find(plan => plan.rows === rows)?.ops.flatMap(({ dispatches }) => dispatches.map(({ label }) => label));
  expect(plans.map(({ rows }) => rows)).toEqual(['row', 'long', 'tile']);
  const cut = (label: string) => /attention_(split|join)/.test(label);
  expect(kernels('long')?.filter(cut)).toHaveLength(4);
  expect(kernels('row')?.filter(cut)).toEqual([]);
});
