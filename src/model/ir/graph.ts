// What a model is to Nucleus: a list of plain operations on named values, and the weights they read.
//
// B batch · T rows of this step · S positions in the cache · C channels (n_embd) · V vocab · L layers
// NH heads · KVH key/value heads · HS head size. Every value is a matrix [T, width].

import type { Recipe, Shape } from './recipe.ts';

/** Sizes of a decoder-only transformer, in the words of its config.json. */
export interface Dims {
  readonly n_layer: number;
  readonly n_embd: number;
  readonly n_head: number;
  readonly n_kv_head: number;
  readonly head_size: number;
  readonly n_ctx: number;
  readonly vocab_size: number;
}

/** The name of a value [T, width], for example `h.0.attn.qkv`. */
export type ValueName = string;

/** `width` columns of a value, starting at column `offset`. */
export interface View {
  readonly value: ValueName;
  readonly offset: number;
  readonly width: number;
}

/** A trained tensor of the graph: a matrix [out, in] or a vector [n], and how it is made of tensors of the checkpoint. */
export interface WeightSpec {
  readonly name: string;
  /** What the recipe makes. */
  readonly shape: Shape;
  readonly from: Recipe;
}

/** `gelu_new` is the tanh form, `gelu` the exact form with erf; `relu2` is the square of `relu`; `quick_gelu` is x * sigmoid(1.702 * x). */
export type Activation = 'gelu_new' | 'gelu' | 'quick_gelu' | 'relu' | 'relu2' | 'sigmoid' | 'silu';

/** out[t] = table[id of row t] or table[position of row t]; once fused times `scale`, plus `residual[t]`. */
export interface EmbeddingOp {
  readonly op: 'embedding';
  readonly table: string;
  readonly index: 'id' | 'position';
  readonly out: ValueName;
  readonly scale?: number;
  readonly residual?: ValueName;
}

/** out = x * factor. */
export interface ScaleOp {
  readonly op: 'scale';
  readonly x: ValueName;
  readonly factor: number;
  readonly out: ValueName;
}

/** out = a + b. */
export interface AddOp {
  readonly op: 'add';
  readonly a: ValueName;
  readonly b: ValueName;
  readonly out: ValueName;
}

/** out = (x - mean) / sqrt(var + eps) * weight + bias, over the columns of a row; var is the biased variance. */
export interface LayernormOp {
  readonly op: 'layernorm';
  readonly x: ValueName;
  readonly weight: string;
  readonly bias: string;
  readonly eps: number;
  readonly out: ValueName;
}

/** What a norm of mean squares takes besides its columns. Zhang and Sennrich 2019, "Root Mean Square Layer Normalization". */
export interface RmsNorm {
  /** A vector as wide as all columns; the factor is 1 without. */
  readonly weight?: string;
  /** The factor is 1 + weight, as the Gemma family has it. */
  readonly plusOne: boolean;
  readonly eps: number;
  /** Columns that share a mean; whole groups make up all of them, but for the tail. */
  readonly group: number;
  /** Columns of a last group that is narrower: keys behind queries, of which there are more. */
  readonly tail?: number;
}

/**
 * out = x / sqrt(mean of x * x + eps) * factor, the mean over each `group` of columns alone: a row, or one head. Plus `residual` once fused.
 */
export interface RmsnormOp extends RmsNorm {
  readonly op: 'rmsnorm';
  readonly x: View;
  readonly out: ValueName;
  readonly residual?: ValueName;
}

/**
 * Turns each head of the view by its position: pair i of a head is a point of the plane, turned by position * inv_freq[i] and
 * stretched by `scale` of the graph's rotary table number `table`. Pair i is columns i and i + P of its head, P being the pairs of the table; interleaved,
 * columns 2 * i and 2 * i + 1. Columns from 2 * P on stay. Su et al. 2021, "RoFormer".
 * Fusion alone sets `norm`, which comes first, by groups of whole heads, and `kv`: columns of `out` from `kv.from` on are keys and go to the cache
 * of `kv.layer` with the values in `kv.v`, and not to `out`.
 */
export interface RotaryOp {
  readonly op: 'rotary';
  readonly x: View;
  readonly table: number;
  readonly interleaved: boolean;
  readonly out: ValueName;
  readonly norm?: RmsNorm;
  readonly kv?: { readonly layer: number; readonly from: number; readonly v: View };
}

/** How fast each pair of a head turns, and by how much turning stretches it. */
export interface RotaryTable {
  /** Radians per position, one a pair. */
  readonly inv_freq: readonly number[];
  readonly scale: number;
  /** A text of more than so many positions turns all of them by these instead. */
  readonly long?: { readonly beyond: number; readonly inv_freq: readonly number[] };
}

/**
 * out[t, n] = sum over k of x[t, k] * weight[n, k]. The optional fields are set by fusion alone and apply in this order:
 * bias[n], activation, scale, residual[t, n]; columns from `kv.from` on go to the cache of `kv.layer` and not to `out`.
 */
export interface LinearOp {
  readonly op: 'linear';
  readonly x: ValueName;
  readonly weight: string;
  readonly out: ValueName;
  readonly bias?: string;
  readonly activation?: Activation;
  readonly scale?: number;
  readonly residual?: ValueName;
  readonly kv?: { readonly layer: number; readonly from: number };
}

/** out = x * activation of the gate, column by column. */
export interface GateOp {
  readonly op: 'gate';
  readonly x: ValueName;
  readonly gate: View;
  readonly kind: Activation;
  readonly out: ValueName;
}

/** out[t, n] = x[t, n] + bias[n]. */
export interface BiasOp {
  readonly op: 'bias';
  readonly x: ValueName;
  readonly bias: string;
  readonly out: ValueName;
}

export interface ActivationOp {
  readonly op: 'activation';
  readonly kind: Activation;
  readonly x: ValueName;
  readonly out: ValueName;
}

/** out[t, n] = activation(x[t, n]) * x[t, N + n], N being the width of out: the gate's columns, then as many that it lets through. Shazeer 2020. */
export interface GatedOp {
  readonly op: 'gated';
  readonly kind: Activation;
  readonly x: ValueName;
  readonly out: ValueName;
}

/** Stores the keys and values of the rows, each KVH * HS wide, in the cache of `layer`. */
export interface KvAppendOp {
  readonly op: 'kv_append';
  readonly layer: number;
  readonly k: View;
  readonly v: View;
}

/** What attention does with its scores. */
export interface AttentionRule {
  readonly layer: number;
  readonly q: View;
  /** Factor of q · k before the softmax. */
  readonly scale: number;
  /** How many positions a row sees, its own and those before it; all where none is given. */
  readonly window?: number;
  /** Scores s become cap * tanh(s / cap). */
  readonly softcap?: number;
  /** Scores fall with the distance, by a slope a head; see `alibiSlopes`. */
  readonly alibi?: boolean;
}

/** Causal attention of the rows' queries over the cached positions up to their own: out is [T, NH * HS]. */
export interface AttentionOp extends AttentionRule {
  readonly op: 'attention';
  readonly out: ValueName;
}

/**
 * The weights of causal attention themselves: out is [T, NH * columns], for row t and head h at column h * columns + s the weight of
 * position s; columns past the row's own position are zero. Rows of positions from `columns` on have no place in it. Only views of the
 * inside ask for it.
 */
export interface AttentionWeightsOp extends AttentionRule {
  readonly op: 'attention_weights';
  /** Positions that a row has room for: as many as the text that is looked at, never the whole context. */
  readonly columns: number;
  readonly out: ValueName;
}

/**
 * out[t, n] = m * x[t, n] + (1 - m) * mean[n], with m the mask number `mask + floor(n / group)` and mean[n] the baseline number
 * `baseline + n`: 1 leaves a group as it is, 0 puts the baseline (zero, or a mean over positions) in its place.
 */
export interface MaskOp {
  readonly op: 'mask';
  readonly x: ValueName;
  /** First mask number of this op, and columns that share one. */
  readonly mask: number;
  readonly group: number;
  /** First baseline number of this op. */
  readonly baseline: number;
  readonly out: ValueName;
}

/** Keeps what the short convolution of `layer` takes in at the rows' positions: x, times `gate` column by column where there is one. */
export interface ConvAppendOp {
  readonly op: 'conv_append';
  readonly layer: number;
  readonly x: View;
  readonly gate?: View;
}

/**
 * Causal convolution of each channel with itself: out[t, c] = sum over j of weight[c * taps + j] * kept[position - (taps - 1) + j, c], nothing
 * before position 0, plus bias[c], times `gate` where there is one. Kept inputs lie in the pool, one position a slot, like keys and values.
 */
export interface ShortConvOp {
  readonly op: 'short_conv';
  readonly layer: number;
  readonly weight: string;
  readonly bias?: string;
  readonly taps: number;
  readonly gate?: View;
  readonly out: ValueName;
}

/**
 * The same convolution where what it takes in is a part of the running state: the rows of a step are positions one after the other,
 * and their last `taps` - 1 inputs are what the next step begins with.
 */
export interface StateConvOp {
  readonly op: 'state_conv';
  readonly layer: number;
  readonly x: View;
  readonly weight: string;
  readonly taps: number;
  readonly activation: Activation;
  readonly out: ValueName;
}

/**
 * The gated delta rule (Yang, Kautz and Hatamizadeh 2024, "Gated Delta Networks"): per value head a running matrix S [key_size, value_size],
 * and at each position, one after the other,
 * S = exp(-exp(a_log) * softplus(decay + dt_bias)) * S;  S = S + k * (sigmoid(rate) * (v - S^T k))^T;  out = S^T q / sqrt(key_size),
 * with q and k of unit length (`L2_EPS` under the root). x holds queries, then keys, then values, heads side by side; value head h reads key
 * head floor(h * key_heads / value_heads), or where they are tiled h % key_heads. `decay` and `rate` have a column a value head.
 */
export interface DeltaRuleOp {
  readonly op: 'delta_rule';
  readonly layer: number;
  readonly x: ValueName;
  readonly decay: View;
  readonly rate: View;
  /** Vectors with a number a value head. */
  readonly a_log: string;
  /** The vector has -exp(a_log) in its place. */
  readonly negated?: true;
  readonly dt_bias: string;
  readonly heads: DeltaHeads;
  readonly out: ValueName;
}

/** Sizes of a delta rule: heads of keys (and queries) and of values, and columns of each. */
export interface DeltaHeads {
  readonly key_heads: number;
  readonly value_heads: number;
  readonly key_size: number;
  readonly value_size: number;
  /** Value heads that read one key head are `key_heads` apart; else they are neighbours. */
  readonly tiled?: true;
}

/** Added to the squared length of a query or a key before it is divided by its length. */
export const L2_EPS = 1e-6;

export type Op =
  | EmbeddingOp
  | AddOp
  | LayernormOp
  | RmsnormOp
  | RotaryOp
  | GatedOp
  | ScaleOp
  | LinearOp
  | BiasOp
  | ActivationOp
  | GateOp
  | KvAppendOp
  | AttentionOp
  | AttentionWeightsOp
  | ConvAppendOp
  | ShortConvOp
  | StateConvOp
  | DeltaRuleOp
  | MaskOp;

/** The places of a layer that views of the inside ask for: no rewrite knows what an architecture calls its values. */
export interface LayerRoles {
  /** Outputs of the heads side by side, [T, NH * HS]: head h from column h * HS on. Null where a layer has no attention. */
  readonly heads: ValueName | null;
  /** What attention (or what stands in its place) and what the MLP add to the residual stream, [T, C]. */
  readonly attention: ValueName;
  readonly mlp: ValueName;
  /** The residual stream after the layer, [T, C]. */
  readonly residual: ValueName;
}

interface Roles {
  /** The residual stream before the first layer, [T, C]. */
  readonly embedded: ValueName;
  /** One a layer. What lies between the last `residual` and `final` is the last norm. */
  readonly layers: readonly LayerRoles[];
}

/** What becomes of the head's product, in this order. */
export interface LogitsRule {
  /** A vector [V] that is added. */
  readonly bias?: string;
  readonly scale?: number;
  /** Logits l become cap * tanh(l / cap). */
  readonly softcap?: number;
}

export interface Graph {
  /** The `model_type` of config.json. */
  readonly arch: string;
  readonly dims: Dims;
  /** Keys and values are kept as packed f16, in half the memory; f32 unless it is there. */
  readonly kv?: 'f16';
  /** Columns of every value. */
  readonly widths: Readonly<Record<ValueName, number>>;
  readonly ops: readonly Op[];
  /** The output of the last norm, [T, C]: what the head reads. */
  readonly final: ValueName;
  /** Name of the head's matrix [V, C]; `wte.weight` when tied. logits[t] = head * final[t]. */
  readonly head: string;
  readonly logits: LogitsRule;
  /** Of the `rotary` ops, by number. */
  readonly rotary: readonly RotaryTable[];
  readonly weights: readonly WeightSpec[];
  readonly roles: Roles;
}
