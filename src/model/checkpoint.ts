// Which tensor of a checkpoint is which that a graph's weights are made of, and whether all of them are there with the right shape.

import { NucleusError } from '../lib/error.ts';
import type { Graph } from './ir/graph.ts';
import { type TensorRecipe, tensorsOf } from './ir/recipe.ts';
import { type TensorFinder, tensorFinder, unwrapped } from './tensor-names.ts';

/** What a safetensors header says of a tensor. */
export interface TensorShape {
  /** A float or blocks of ggml; others cannot be read. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface WeightMatch {
  /** Name in the checkpoint by the name in the weights' recipes. */
  readonly tensorOf: ReadonlyMap<string, string>;
  /** Tensors that the graph does not read and that are not known to be harmless: worth a line in the log, never an error. */
  readonly unknown: readonly string[];
}

/** What a tensor may be to be read. */
export const DTYPES: readonly string[] = [
  ...['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1'],
  ...['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'IQ4_NL', 'IQ4_XS', 'MXFP4'],
];
const HEAD = 'lm_head.weight';
/** Masks and frequencies that older checkpoints store; attention makes its own. */
const MASK =
  /^(?:h|layers)\.\d+\.(?:attn|attn\.attention|attention|self_attn)\.(?:bias|masked_bias|rotary_emb\.inv_freq)$/;

/**
 * Every tensor that a weight is made of, found under its own name or a wrapped one, see `tensorFinder`. With a tied head `lm_head.weight` is a second copy of
 * the embedding and is read only where the embedding itself is not stored. Throws `missing_tensor`, and `bad_tensor` for a shape that is not
 * the graph's or a dtype that cannot be read; `detail.tensor` names it.
 */
export function matchWeights(graph: Graph, tensors: ReadonlyMap<string, TensorShape>): WeightMatch {
  const tensorOf = new Map<string, string>();
  const find = finderOf(graph, tensors);
  for (const leaf of leavesOf(graph)) {
    const name = find(leaf.name);
    const tensor = name === undefined ? undefined : tensors.get(name);
    if (name === undefined || tensor === undefined) {
      throw new NucleusError('missing_tensor', `the checkpoint has no tensor ${leaf.name}`, { tensor: leaf.name });
    }
    checkTensor(name, tensor, leaf.stored ?? leaf.shape);
    tensorOf.set(leaf.name, name);
  }
  const used = new Set(tensorOf.values());
  const unknown = [...tensors.keys()].filter(name => !used.has(name) && !isHarmless(name));
  return { tensorOf, unknown };
}

/** Every tensor that the graph's weights are made of. */
function leavesOf(graph: Graph): TensorRecipe[] {
  return graph.weights.flatMap(spec => tensorsOf(spec.from));
}

/** Finds the tensors that a graph's weights are made of, by the name in the recipe; see `matchWeights`. */
export function finderOf(graph: Graph, tensors: ReadonlyMap<string, TensorShape>): TensorFinder {
  const leaves = leavesOf(graph).map(({ name }) => name);
  const find = tensorFinder(leaves, tensors.keys());
  const head = graph.weights.find(({ name }) => name === graph.head)?.from;
  return name => find(name) ?? (head?.make === 'tensor' && name === head.name ? find(HEAD) : undefined);
}

function isHarmless(name: string): boolean {
  const { plain } = unwrapped(name);
  return plain === HEAD || MASK.test(plain);
}

function checkTensor(name: string, tensor: TensorShape, expected: readonly number[]): void {
  if (!DTYPES.includes(tensor.dtype)) {
    throw new NucleusError('bad_tensor', `tensor ${name} is ${tensor.dtype}; readable: ${DTYPES.join(', ')}`, {
      tensor: name,
      dtype: tensor.dtype,
    });
  }
  if (tensor.shape.length !== expected.length || !expected.every((size, axis) => size === tensor.shape[axis])) {
    const [found, wanted] = [shapeText(tensor.shape), shapeText(expected)];
    throw new NucleusError('bad_tensor', `tensor ${name} has shape ${found} where config.json implies ${wanted}`, {
      tensor: name,
      expected: wanted,
      found,
    });
  }
}

const shapeText = (shape: readonly number[]) => `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', ...' : ''}]`;
