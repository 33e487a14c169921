// A GGUF file of two kinds of blocks by the kernels of GPUs, which no adapter that is a CPU picks, against the same float64 results.
import { test } from 'vitest';
import { expectedGguf, expectGolden, openGoldenGguf } from '../../e2e/support/golden-blocks.ts';
import type { KernelClass } from '../gpu/device.ts';

const NAME = 'llama-q4_k_m';

test.each<KernelClass>(['workgroup', 'subgroup'])('%s kernels', async kernelClass => {
  using model = await openGoldenGguf(NAME, kernelClass);
  await expectGolden(model.session, await expectedGguf(NAME));
});
