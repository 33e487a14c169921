// A grown tree by every class of kernels: the one that CPU adapters have gives.
import { expect, test } from 'vitest';
import { runsHere } from '../../../e2e/support/adapter-classes.ts';
import { loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../../e2e/support/random-model.ts';
import type { KernelClass } from '../../gpu/device.ts';
import type { GrownNode } from '../../protocol/probe-events.ts';
import { grow } from './grow.ts';

const TOLERANCE = 5e-5;
const FILE = randomModelFile(randomModel({ config: ODD_CONFIG, seed: 7 }));
const TEXT = Uint32Array.from({ length: 11 }, (_, i) => (3 + i * i * 13 + i) % ODD_CONFIG.vocab_size);

async function treeBy(kernelClass: KernelClass): Promise<GrownNode[]> {
  using model = await loadOnGpu(await openTestGpu(kernelClass), ODD_CONFIG, { bytes: FILE });
  const nodes: GrownNode[] = [];
  for await (const grown of grow(model.probes.context, TEXT, { depth: 3, children: 3, floor: 0 }))
    nodes.push(...grown.nodes);
  return nodes;
}

test.each((['naive', 'workgroup', 'subgroup'] as const).filter(runsHere))(
  'the same tree with %s kernels',
  async kernelClass => {
    const wanted = await treeBy('barrier_free');
    const nodes = await treeBy(kernelClass);
    expect(nodes.map(({ id, parent }) => [id, parent])).toEqual(wanted.map(({ id, parent }) => [id, parent]));
    for (const [i, { logprob }] of nodes.entries()) {
      expect(Math.abs(logprob - wanted[i]!.logprob)).toBeLessThan(TOLERANCE);
    }
  },
);
