// LongRoPE on a real adapter: a text that crosses the trained length has all its keys made anew, and so has one that comes back under it.
import { expect, test } from 'vitest';
import { LONG_NAME, loadGolden } from '../../e2e/support/golden.ts';
import { loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { logsumexp } from '../reference/ops.ts';

const TOLERANCE = 5e-5;

test('short, long and short again: each text as the oracle has it', async () => {
  const { config, weightsFile, expected } = await loadGolden(LONG_NAME);
  using model = await loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
  const { session } = model;
  const [, , short, long] = expected.cases;
  expect([short?.tokens.length, long?.tokens.length]).toEqual([20, 64]);
  for (const { tokens, logits_last, logprob_of_next } of [short!, long!, short!]) {
    const ids = Uint32Array.from(tokens);
    const row = await session.next(ids);
    const [z, wanted] = [logsumexp(Float64Array.from(row)), logsumexp(Float64Array.from(logits_last))];
    for (const [id, logit] of logits_last.entries())
      expect(Math.abs(row[id]! - z - (logit - wanted))).toBeLessThan(TOLERANCE);
    const scored: number[] = [];
    for await (const tile of session.score(ids, 1)) scored.push(...tile.rows.map(each => each.logit - each.logZ));
    for (const [t, logprob] of logprob_of_next.entries())
      expect(Math.abs(scored[t]! - logprob)).toBeLessThan(TOLERANCE);
  }
  const ids = Uint32Array.from(long!.tokens);
  await session.prefill(ids);
  expect(session.reusable(ids)).toBe(64);
  expect(session.reusable(ids.subarray(0, 20))).toBe(0);
});
