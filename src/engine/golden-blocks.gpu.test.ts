// GGUF files of quantised blocks by the kernels of the adapter against float64 results on the numbers that the blocks mean.
import { test } from 'vitest';
import { expectedGguf, expectGolden, goldenGgufNames, openGoldenGguf } from '../../e2e/support/golden-blocks.ts';

test.each(goldenGgufNames)('%s: log-probabilities of all rows, scores and greedy continuation', async name => {
  using model = await openGoldenGguf(name);
  await expectGolden(model.session, await expectedGguf(name));
});
