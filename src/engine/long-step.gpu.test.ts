// Steps far into a text on a real adapter: their attention is cut into stretches, their numbers are the oracle's, and a step is one pass.
import { expect, test } from 'vitest';
import { loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { LONG_FROM } from '../gpu/kernels/attention.ts';
import { buildGraph } from '../model/architectures/architectures.ts';
import { logsumexp } from '../reference/ops.ts';
import { run } from '../reference/run.ts';

const CONFIG = { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 16, n_positions: 1_100, vocab_size: 61 };

/** How many passes and dispatches the device is told of while `work` lasts. */
async function counted(device: GPUDevice, work: () => Promise<unknown>): Promise<[passes: number, dispatches: number]> {
  let [passes, dispatches] = [0, 0];
  const create = device.createCommandEncoder.bind(device);
  const own = (target: object, name: string, value: unknown) =>
    Object.defineProperty(target, name, { value, configurable: true });
  own(device, 'createCommandEncoder', () => {
    const encoder = create();
    const begin = encoder.beginComputePass.bind(encoder);
    own(encoder, 'beginComputePass', () => {
      passes++;
      const pass = begin();
      const dispatch = pass.dispatchWorkgroups.bind(pass);
      own(pass, 'dispatchWorkgroups', (...grid: [number, number, number]) => {
        dispatches++;
        dispatch(...grid);
      });
      return pass;
    });
    return encoder;
  });
  try {
    await work();
  } finally {
    Reflect.deleteProperty(device, 'createCommandEncoder');
  }
  return [passes, dispatches];
}

test('from position 512 on a step has one dispatch more a layer, and the same numbers', async () => {
  const file = randomModelFile(randomModel({ config: CONFIG, seed: 3 }));
  using model = await loadOnGpu(await openTestGpu(), CONFIG, { bytes: file }, { page: 600 });
  const { session, gpu } = model;
  const ids = Uint32Array.from({ length: LONG_FROM + 2 }, (_, i) => (i * i * 13 + i) % CONFIG.vocab_size);
  const { graph } = buildGraph(CONFIG);
  const oracle = run(graph, referenceWeights(graph, { weightsFile: file }), ids);
  await session.prefill(ids.subarray(0, LONG_FROM - 1));
  const told: (readonly [number, number])[] = [];
  for (let position = LONG_FROM - 1; position <= LONG_FROM + 1; position++) {
    let row = new Float32Array();
    told.push(await counted(gpu.device, async () => (row = await session.next(ids.subarray(0, position + 1)))));
    const wanted = oracle.logits(position);
    const [logZ, wantedZ] = [logsumexp(Float64Array.from(row)), logsumexp(wanted)];
    const off = row.reduce((most, logit, id) => Math.max(most, Math.abs(logit - logZ - (wanted[id]! - wantedZ))), 0);
    expect(off).toBeLessThan(5e-5);
    expect(row).toHaveLength(CONFIG.vocab_size);
  }
  const [, plain] = told[0]!;
  expect(told).toEqual([
    [1, plain],
    [1, plain + 1],
    [1, plain + 1],
  ]);
});
