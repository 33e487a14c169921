// The oracle: runs a graph op by op in float64 for one sequence, all positions at once, and keeps everything it computes.

import { assert, defined } from '../lib/assert.ts';
import type { Graph, LinearOp, Op, RmsNorm, RotaryOp, ValueName, View, WeightSpec } from '../model/ir/graph.ts';
import { groupWidths } from '../model/ir/ops.ts';
import type { Numbers } from './ops.ts';
import * as reference from './ops.ts';
import { causalConv, deltaRule, multiply } from './states.ts';
import { type ReferenceWeights, weight } from './weights.ts';

/** What `mask` ops read: 1 keeps a group, 0 puts its baselines in its place. */
export interface Ablation {
  readonly masks: ArrayLike<number>;
  readonly baselines: Float64Array;
}

const NO_ABLATION: Ablation = { masks: [], baselines: new Float64Array() };

export interface ReferenceRun {
  /** Rows: the number of tokens. */
  readonly T: number;
  /** Every value of the graph, [T, width]. */
  readonly values: ReadonlyMap<ValueName, Float64Array>;
  /** Attention weights per layer, [NH, T, T]: 0 above the diagonal. */
  readonly attention: readonly Float64Array[];
  /** Logits [V] of the token after position t. */
  logits(t: number): Float64Array;
  /** Log-probability of `id` after position t. */
  logprob(t: number, id: number): number;
}

/**
 * Runs a plain or a fused graph; fused fields are done one after the other, exactly as the plain ops would be, and
 * columns that a fused op sends to the cache are NaN in its value, so that a graph that reads them is found out. Values in `given` are there
 * before the first op: a piece of a graph starts from them.
 */
export function run(
  graph: Graph,
  weights: ReferenceWeights,
  tokens: ArrayLike<number>,
  ablation: Ablation = NO_ABLATION,
  given: ReadonlyMap<ValueName, Float64Array> = new Map(),
): ReferenceRun {
  const T = tokens.length;
  assert(T >= 1 && T <= graph.dims.n_ctx, `1 to ${graph.dims.n_ctx} tokens`);
  const matrices = new Matrices(graph, weights);
  const state: State = {
    graph,
    matrices,
    tokens,
    values: new Map(given),
    cache: [],
    kept: [],
    attention: [],
    ablation,
  };
  for (const op of graph.ops) step(state, op);
  const C = graph.dims.n_embd;
  const logits = (t: number) => {
    assert(Number.isInteger(t) && t >= 0 && t < T, `position ${t} is one of ${T}`);
    const final = value(state, graph.final).subarray(t * C, (t + 1) * C);
    const product = reference.linear(final, matrices.get(graph.head), graph.dims.vocab_size, C);
    const { bias } = graph.logits;
    return reference.logits(product, bias === undefined ? null : matrices.get(bias), graph.logits);
  };
  return {
    T,
    values: state.values,
    attention: state.attention,
    logits,
    logprob: (t, id) => {
      const row = logits(t);
      return defined(row[id], `logit of ${id}`) - reference.logsumexp(row);
    },
  };
}

/** `count` tokens after `tokens`, each the most likely one (the lowest id among equals); the whole sequence is run anew each time. */
export function greedy(graph: Graph, weights: ReferenceWeights, tokens: readonly number[], count: number): number[] {
  const sequence = [...tokens];
  for (let i = 0; i < count; i++)
    sequence.push(reference.argmax(run(graph, weights, sequence).logits(sequence.length - 1)));
  return sequence.slice(tokens.length);
}

/** The graph's weights, made of tensors at first use. */
class Matrices {
  readonly #specs: ReadonlyMap<string, WeightSpec>;
  readonly #weights: ReferenceWeights;
  readonly #made = new Map<string, Numbers>();

  constructor(graph: Graph, weights: ReferenceWeights) {
    this.#specs = new Map(graph.weights.map(spec => [spec.name, spec]));
    this.#weights = weights;
  }

  spec(name: string): WeightSpec {
    return defined(this.#specs.get(name), `weight ${name} in the graph`);
  }

  get(name: string): Numbers {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = weight(this.spec(name).from, this.#weights);
    this.#made.set(name, made);
    return made;
  }
}

interface State {
  readonly graph: Graph;
  readonly matrices: Matrices;
  readonly tokens: ArrayLike<number>;
  readonly values: Map<ValueName, Float64Array>;
  /** Per layer, [T, KVH * HS] each. */
  readonly cache: { k: Float64Array; v: Float64Array }[];
  /** Per layer, what its short convolution takes in. */
  readonly kept: Float64Array[];
  readonly attention: Float64Array[];
  readonly ablation: Ablation;
}

function step(state: State, op: Op): void {
  const { matrices, values } = state;
  switch (op.op) {
    case 'embedding': {
      const indices = op.index === 'id' ? state.tokens : Array.from(state.tokens, (_, position) => position);
      const rows = reference.embedding(matrices.get(op.table), indices, state.graph.dims.n_embd);
      values.set(op.out, scaledSum(state, op, rows));
      return;
    }
    case 'scale':
      values.set(op.out, reference.scale(value(state, op.x), op.factor));
      return;
    case 'gated':
      values.set(op.out, reference.gated(value(state, op.x), defined(state.graph.widths[op.out], op.out), op.kind));
      return;
    case 'rmsnorm':
      values.set(op.out, scaledSum(state, op, rmsnorm(state, op, op.x, viewed(state, op.x))));
      return;
    case 'rotary':
      values.set(op.out, rotaryStep(state, op));
      return;
    case 'add':
      values.set(op.out, reference.add(value(state, op.a), value(state, op.b)));
      return;
    case 'layernorm': {
      const [weight, bias] = [matrices.get(op.weight), matrices.get(op.bias)];
      values.set(op.out, reference.layernorm(value(state, op.x), weight, bias, op.eps));
      return;
    }
    case 'linear':
      values.set(op.out, linearStep(state, op));
      return;
    case 'bias':
      values.set(op.out, reference.bias(value(state, op.x), matrices.get(op.bias)));
      return;
    case 'activation':
      values.set(op.out, reference.activation(value(state, op.x), op.kind));
      return;
    case 'gate':
      values.set(op.out, multiply(value(state, op.x), reference.activation(viewed(state, op.gate), op.kind)));
      return;
    case 'conv_append':
      state.kept[op.layer] = gated(state, viewed(state, op.x), op.gate);
      return;
    case 'short_conv': {
      const kept = defined(state.kept[op.layer], `what layer ${op.layer} takes in`);
      const bias = op.bias === undefined ? undefined : matrices.get(op.bias);
      values.set(op.out, gated(state, causalConv(kept, matrices.get(op.weight), op.taps, bias), op.gate));
      return;
    }
    case 'state_conv': {
      const sums = causalConv(viewed(state, op.x), matrices.get(op.weight), op.taps);
      values.set(op.out, reference.activation(sums, op.activation));
      return;
    }
    case 'delta_rule': {
      const [a, dt_bias] = [matrices.get(op.a_log), matrices.get(op.dt_bias)];
      const a_log = op.negated ? Float64Array.from(a, each => Math.log(-each)) : a;
      const [decay, rate] = [viewed(state, op.decay), viewed(state, op.rate)];
      values.set(op.out, deltaRule({ x: value(state, op.x), decay, rate, a_log, dt_bias }, op.heads));
      return;
    }
    case 'kv_append':
      state.cache[op.layer] = { k: viewed(state, op.k), v: viewed(state, op.v) };
      return;
    case 'attention': {
      const { k, v } = defined(state.cache[op.layer], `cache of layer ${op.layer}`);
      const { out, weights } = reference.attention(viewed(state, op.q), k, v, { ...state.graph.dims, ...op });
      values.set(op.out, out);
      state.attention[op.layer] = weights;
      return;
    }
    case 'attention_weights': {
      const { k, v } = defined(state.cache[op.layer], `cache of layer ${op.layer}`);
      const { weights } = reference.attention(viewed(state, op.q), k, v, { ...state.graph.dims, ...op });
      values.set(
        op.out,
        reference.attentionRows(weights, state.tokens.length, { n_head: state.graph.dims.n_head, columns: op.columns }),
      );
      return;
    }
    case 'mask': {
      const { masks, baselines } = state.ablation;
      const width = defined(state.graph.widths[op.x], op.x);
      const groups = Array.from({ length: width }, (_, n) => masks[op.mask + Math.floor(n / op.group)] ?? 1);
      values.set(
        op.out,
        reference.mask(value(state, op.x), groups, baselines.subarray(op.baseline, op.baseline + width)),
      );
      return;
    }
    default:
      op satisfies never;
  }
}

/** What fusion added to an op, of what it gave by itself: a factor, then the residual. */
function scaledSum(
  state: State,
  { scale, residual }: { readonly scale?: number; readonly residual?: ValueName },
  x: Float64Array,
): Float64Array {
  const scaled = scale === undefined ? x : reference.scale(x, scale);
  return residual === undefined ? scaled : reference.add(value(state, residual), scaled);
}

function rmsnorm({ matrices }: State, norm: RmsNorm, { width }: View, x: Float64Array): Float64Array {
  const { weight, plusOne, eps } = norm;
  const factors = weight === undefined ? new Float64Array([1]) : Float64Array.from(matrices.get(weight));
  return reference.rmsnorm(x, plusOne ? factors.map(factor => 1 + factor) : factors, groupWidths(norm, width), eps);
}

/** What fusion put before it, the turn, then the cache. */
function rotaryStep(state: State, op: RotaryOp): Float64Array {
  const { head_size } = state.graph.dims;
  const x = viewed(state, op.x);
  const heads = op.norm === undefined ? x : rmsnorm(state, op.norm, op.x, x);
  const positions = Array.from(state.tokens, (_, position) => position);
  const table = defined(state.graph.rotary[op.table], `rotary table ${op.table}`);
  const out = reference.rotary(heads, positions, table, head_size, op.interleaved);
  if (op.kv === undefined) return out;
  const { layer, from, v } = op.kv;
  const { width } = op.x;
  state.cache[layer] = { k: reference.columns(out, width, from, width - from), v: viewed(state, v) };
  for (let t = 0; t < positions.length; t++) out.fill(Number.NaN, t * width + from, (t + 1) * width);
  return out;
}

/** The product, then what fusion added to it: bias, activation, scale, residual, cache. */
function linearStep(state: State, op: LinearOp): Float64Array {
  const [N, K = 1] = state.matrices.spec(op.weight).shape;
  let out = reference.linear(value(state, op.x), state.matrices.get(op.weight), N, K);
  if (op.bias !== undefined) out = reference.bias(out, state.matrices.get(op.bias));
  if (op.activation !== undefined) out = reference.activation(out, op.activation);
  out = scaledSum(state, op, out);
  if (op.kv !== undefined) {
    const { layer, from } = op.kv;
    const width = (N - from) / 2;
    state.cache[layer] = {
      k: reference.columns(out, N, from, width),
      v: reference.columns(out, N, from + width, width),
    };
    for (let t = 0; t < out.length / N; t++) out.fill(Number.NaN, t * N + from, (t + 1) * N);
  }
  return out;
}

function value(state: State, name: ValueName): Float64Array {
  return defined(state.values.get(name), `value ${name}`);
}

function gated(state: State, x: Float64Array, gate: View | undefined): Float64Array {
  return gate === undefined ? x : multiply(x, viewed(state, gate));
}

function viewed(state: State, view: View): Float64Array {
  const width = defined(state.graph.widths[view.value], `width of ${view.value}`);
  return reference.columns(value(state, view.value), width, view.offset, view.width);
}
