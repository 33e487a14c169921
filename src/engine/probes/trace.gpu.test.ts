// A traced position on a real adapter: every vector against the oracle and the golden hidden states, sums included.
import { describe, expect, test } from 'vitest';
import { caseOf7, gpt2Names, loadGolden } from '../../../e2e/support/golden.ts';
import { loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { expectClose } from '../../../e2e/support/kernel-run.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import { anatomyOf } from '../../model/ir/anatomy.ts';
import { traceValues } from '../../model/rewrites/trace.ts';
import { linear, logsumexp, logits as ruled } from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';

describe.each([...gpt2Names, 'llama-gqa', 'gemma2', 'granite', 'gpt-neox'] as const)('%s', name => {
  test('the vectors of a position are the oracle’s, and add up', async () => {
    const golden = await loadGolden(name);
    using model = await loadOnGpu(await openTestGpu('barrier_free'), golden.config, { bytes: golden.weightsFile });
    const { graph, session, probes } = model;
    const { n_embd: C, n_layer: L, vocab_size: V } = graph.dims;
    const { tokens, hidden_last } = caseOf7(golden);
    const ids = Uint32Array.from(tokens);
    const oracle = referenceWeights(graph, golden);
    const { values } = run(graph, oracle, ids);
    const names = traceValues(graph);
    const before = await session.next(ids);
    for (const position of [0, 3, 6]) {
      const traced = await probes.trace.at(ids, position);
      const wanted = (value: string) => values.get(value)!.subarray(position * C, (position + 1) * C);
      const vector = (all: Float32Array, i: number) => all.subarray(i * C, (i + 1) * C);
      expect(traced.position).toBe(position);
      expectClose(traced.embedding, wanted(names.embedding));
      if (names.positional === null) expect(traced.positional).toHaveLength(0);
      else expectClose(traced.positional, wanted(names.positional));
      for (const part of ['residual', 'attention', 'mlp'] as const) {
        expect(traced[part]).toHaveLength(C * (part === 'residual' ? L + 1 : L));
        for (const [i, value] of names[part].entries()) expectClose(vector(traced[part], i), wanted(value));
      }
      for (const part of ['before', 'after'] as const) {
        const N = graph.widths[names[part][0]!]!;
        expect(traced[part]).toHaveLength(N * L);
        for (const [i, value] of names[part].entries()) {
          const row = values.get(value)!.subarray(position * N, (position + 1) * N);
          expectClose(traced[part].subarray(i * N, (i + 1) * N), row);
        }
      }
      expectClose(traced.final, wanted(graph.final));
      const { embedding, positional, residual, attention, mlp } = traced;
      const factor = anatomyOf(graph).embeddingFactor;
      expectClose(
        embedding.map((x, n) => factor * x + (positional[n] ?? 0)),
        vector(residual, 0),
      );
      for (let layer = 0; layer < L; layer++) {
        const sum = vector(residual, layer).map((x, n) => x + vector(attention, layer)[n]! + vector(mlp, layer)[n]!);
        expectClose(sum, vector(residual, layer + 1));
      }
      // The head on the final vector is the model's own row.
      const row = await session.next(ids.subarray(0, position + 1));
      const product = linear(Float64Array.from(traced.final), oracle.get(graph.head)!, V, C);
      const logits = ruled(product, null, graph.logits);
      const [z, own] = [logsumexp(logits), logsumexp(row)];
      for (const [id, logit] of row.entries()) expect(Math.abs(logit - own - (logits[id]! - z))).toBeLessThan(5e-5);
    }
    const { residual } = await probes.trace.at(ids, 6);
    // The last of the golden hidden states is after the last norm or before it; all before are the stream.
    for (const [i, hidden] of (hidden_last ?? []).slice(0, L).entries()) {
      expectClose(residual.subarray(i * C, (i + 1) * C), Float64Array.from(hidden));
    }
    // Rows of other ids, in the place of the token: the embedding's own, and the text's states stay.
    const wanted = Uint32Array.of(V - 1, 0, 5);
    const table = oracle.get(`${anatomyOf(graph).idTable}.weight`)!;
    const rows = await probes.trace.rows(ids, 4, wanted);
    for (const [i, id] of wanted.entries()) {
      expectClose(rows.subarray(i * C, (i + 1) * C), table.subarray(id * C, (id + 1) * C));
    }
    expect(await probes.trace.rows(ids, 4, new Uint32Array())).toHaveLength(0);
    expect(session.reusable(ids)).toBe(7);
    expect(await session.next(ids)).toEqual(before);
    const open = model.gpu.scope.bytes;
    probes.trace.close();
    await Promise.resolve();
    expect(model.gpu.scope.bytes).toBeLessThan(open);
  });
});
