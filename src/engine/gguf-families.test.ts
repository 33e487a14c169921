// Every architecture of GGUF files: a golden model laid down as such files have it computes what its own checkpoint does, in the oracle.
import { describe, expect, test } from 'vitest';
import { type Config, type GgufOptions, goldenGguf } from '../../e2e/support/gguf-golden.ts';
import { caseOf7, type GoldenName, loadGolden } from '../../e2e/support/golden.ts';
import { memoryFiles } from '../../e2e/support/memory-files.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { fromFloat32 } from '../checkpoint/dtypes.ts';
import { buildGraph } from '../model/architectures/architectures.ts';
import { run } from '../reference/run.ts';
import { readNumericCheckpoint } from './checkpoint.ts';

interface Case {
  readonly name: GoldenName;
  /** In place of what the file cannot say. */
  readonly config?: Config;
  readonly more?: GgufOptions;
  /** Numbers that a file holds as f32, or sums that were rounded to it, are off by so much at most. */
  readonly tolerance?: number;
}

const CASES: readonly Case[] = [
  { name: 'gpt2-f32' },
  { name: 'llama-gqa' },
  { name: 'smollm2' },
  { name: 'mistral-window' },
  { name: 'qwen2-wide' },
  { name: 'qwen3' },
  { name: 'smollm3' },
  { name: 'granite' },
  { name: 'phi3' },
  // The file has no field for what attention is divided by.
  { name: 'gemma2', config: { query_pre_attn_scalar: 24 }, tolerance: 1e-5 },
  { name: 'gemma3', config: { query_pre_attn_scalar: 20 }, tolerance: 1e-5 },
  { name: 'olmo2' },
  { name: 'starcoder2' },
  { name: 'lfm2' },
  // Where config.json has them otherwise than the writer looks for them. Norms and factors of the decay are rounded anew.
  { name: 'qwen3-5', config: { rope_theta: 1e7, partial_rotary_factor: 0.5 }, tolerance: 1e-4 },
  { name: 'gpt-neox' },
  { name: 'bloom' },
];

async function bothWays({ name, config = {}, more }: Case) {
  const golden = await loadGolden(name);
  const whole = { ...(golden.config as Config), ...config };
  const { file } = goldenGguf(golden, whole, more);
  const checkpoint = await readNumericCheckpoint(memoryFiles({ 'model.gguf': file }));
  const { graph: own } = buildGraph(whole);
  return { golden, own, file, ...checkpoint };
}

describe.each(CASES)('$name', given => {
  test('the same numbers', async () => {
    const { golden, own, file, graph, tensors, config } = await bothWays(given);
    // Long enough for windows to matter.
    const { tokens } = golden.expected.cases.find(each => each.tokens.length > 30) ?? caseOf7(golden);
    const [wanted, found] = [
      run(own, referenceWeights(own, golden), tokens),
      run(graph, referenceWeights(graph, { weightsFile: file, tensors }), tokens),
    ];
    expect(graph.arch).toBe(own.arch);
    expect({ ...graph.dims, n_ctx: own.dims.n_ctx }).toEqual(own.dims);
    expect(config.bos_token_id).toBe(buildGraph(golden.config).config.bos_token_id);
    for (const t of [0, 6, tokens.length - 1]) {
      const [a, b] = [wanted.logits(t), found.logits(t)];
      const farthest = a.reduce((most, logit, id) => Math.max(most, Math.abs(logit - (b[id] ?? Number.NaN))), 0);
      expect(farthest).toBeLessThan(given.tolerance ?? 1e-9);
    }
  });
});

const tensorOf = (name: string, values: readonly number[]) => ({
  name,
  dtype: 'F32' as const,
  shape: [values.length],
  bytes: fromFloat32(Float32Array.from(values), 'F32'),
});

test('factors of the rotary pairs, as Llama 3.1 has them', async () => {
  const golden = await loadGolden('llama-scaled');
  const config = golden.config as Config;
  const { rotary } = buildGraph(config).graph;
  const plain = buildGraph({ ...config, rope_scaling: null }).graph.rotary;
  const factors = (plain[0]?.inv_freq ?? []).map((f, i) => f / (rotary[0]?.inv_freq[i] ?? 1));
  const { file } = goldenGguf(golden, config, { tensors: [tensorOf('rope_freqs.weight', factors)] });
  const { graph } = await readNumericCheckpoint(memoryFiles({ 'model.gguf': file }));
  const found = graph.rotary[0];
  expect(found?.scale).toBe(1);
  for (const [i, f] of (rotary[0]?.inv_freq ?? []).entries()) {
    expect(Math.abs((found?.inv_freq[i] ?? 0) / f - 1)).toBeLessThan(1e-7);
    expect(found?.long?.inv_freq[i]).toBe(found?.inv_freq[i]);
  }
});

test('short and long factors, as Phi-3 has them', async () => {
  const golden = await loadGolden('phi3-long');
  const config = golden.config as Config;
  const tensors = [
    tensorOf('rope_factors_short.weight', [1, 1.125, 1.25, 1.5]),
    tensorOf('rope_factors_long.weight', [1.5, 2, 3, 4]),
  ];
  const scaled = {
    ...config,
    rope_theta: 10_000,
    rms_norm_eps: 1e-5,
    rope_scaling: { ...(config.rope_scaling as object), short_factor: [1, 1.125, 1.25, 1.5] },
  };
  const { file } = goldenGguf(golden, scaled, { tensors });
  const { graph } = await readNumericCheckpoint(memoryFiles({ 'model.gguf': file }));
  expect(graph.rotary).toEqual(buildGraph(scaled).graph.rotary);
});

test('layers behind the last that draft tokens ahead are left out, as a Qwen3.5 has one', async () => {
  const golden = await loadGolden('qwen3-5');
  const config = { ...(golden.config as Config), rope_theta: 1e7, partial_rotary_factor: 0.5 };
  const { file } = goldenGguf(
    golden,
    { ...config, num_hidden_layers: 5 },
    {
      metadata: [['qwen35.nextn_predict_layers', 1]],
      tensors: [tensorOf('blk.4.nextn.enorm.weight', [1, 2]), tensorOf('blk.4.attn_norm.weight', [3, 4])],
    },
  );
  const { graph, tensors } = await readNumericCheckpoint(memoryFiles({ 'model.gguf': file }));
  expect(graph.dims.n_layer).toBe(4);
  expect([...tensors.keys()].filter(name => /^layers\.4\.|nextn/.test(name))).toEqual([]);
});
