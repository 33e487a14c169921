// The golden models with their expected results, for the oracle in Node and for the engine on every adapter.
// What the fields of expected.json mean stands in e2e/golden/README.md.

import { headerLength, parseSafetensorsHeader, type TensorRange } from '../../src/checkpoint/safetensors.ts';
import { readBytes, readJson } from './read-bytes.ts';

export const gpt2Names = ['gpt2-f32', 'gpt2-f16', 'gpt2-bf16', 'gpt2-odd', 'gpt2-wide'] as const;
/** Of every other family. */
const familyNames = [
  'llama-gqa',
  'llama-linear-bias',
  'llama-scaled',
  'smollm2',
  'mistral-window',
  'qwen2-wide',
  'qwen3',
  'qwen3-v5-config',
  'phi3',
  'gemma2',
  'gemma3',
  'olmo2',
  'smollm3',
  'granite',
  'starcoder2',
  'nanochat',
  'gpt-neox',
  'gpt-neo',
  'gptj',
  'opt',
  'bloom',
  'lfm2',
  'qwen3-5',
] as const;
export const goldenNames = [...gpt2Names, ...familyNames] as const;
/** Its long texts turn their heads otherwise than their beginnings do alone: rows of a text are not those of its prefixes. */
export const LONG_NAME = 'phi3-long';
export type GoldenName = (typeof goldenNames)[number] | typeof LONG_NAME;

/** expected.json carries 9 decimals: half a unit of the last, and some room for the order of float64 sums. */
export const GOLDEN_ROUNDING = 5.1e-10;

/** What a log-probability may be off on a GPU. A wrong epsilon moves them by 1.6e-4: it must not pass. */
export const TOLERANCE = 5e-5;
/** Of a model: the rounding of a running state adds up over a text. */
export const toleranceOf = (name: GoldenName): number => (name === 'qwen3-5' ? 2 * TOLERANCE : TOLERANCE);

export interface GoldenCase {
  readonly tokens: readonly number[];
  /** [V] at the last position. */
  readonly logits_last: readonly number[];
  /** [T - 1]: at position t the log-probability of token t + 1. */
  readonly logprob_of_next: readonly number[];
  /** [T] */
  readonly argmax: readonly number[];
  /** [1 + L, C] or [L, C]: the residual stream at the last position after the embedding and after each layer, or each but the last. */
  readonly hidden_last?: readonly (readonly number[])[];
  /** [L, NH, T]: attention of the last position. */
  readonly attention_last?: readonly (readonly (readonly number[])[])[];
}

interface Expected {
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly cases: readonly GoldenCase[];
  /** 16 greedy tokens after the case of 7 tokens. */
  readonly greedy_after_7: readonly number[];
}

export interface Golden {
  readonly name: GoldenName;
  /** config.json, not yet checked. */
  readonly config: unknown;
  /** model.safetensors, whole. */
  readonly weightsFile: Uint8Array<ArrayBuffer>;
  /** By the names in the file; offsets are absolute. */
  readonly tensors: ReadonlyMap<string, TensorRange>;
  readonly expected: Expected;
}

/** Works in Node and in Vitest's browser. */
export async function loadGolden(name: GoldenName): Promise<Golden> {
  const folder = `e2e/golden/${name}`;
  const [config, weightsFile, expected] = await Promise.all([
    readJson(`${folder}/config.json`),
    readBytes(`${folder}/model.safetensors`),
    readJson(`${folder}/expected.json`),
  ]);
  return { name, config, weightsFile, tensors: tensorsOf(weightsFile), expected: expected as Expected };
}

/** Where every tensor of a safetensors file lies. */
export function tensorsOf(weightsFile: Uint8Array): ReadonlyMap<string, TensorRange> {
  const length = headerLength(weightsFile.subarray(0, 8), weightsFile.length);
  return parseSafetensorsHeader(weightsFile.subarray(8, 8 + length), weightsFile.length).tensors;
}

/** The case of 7 tokens, the one with hidden states and attention where a model has them. */
export function caseOf7<C extends Pick<GoldenCase, 'tokens'>>({
  expected,
}: {
  readonly expected: { readonly cases: readonly C[] };
}): C {
  const found = expected.cases.find(({ tokens }) => tokens.length === 7);
  if (found === undefined) throw new Error('no case of 7 tokens');
  return found;
}
