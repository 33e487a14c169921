// Which file plans which op, and every kernel there is.
import type { Op } from '../../model/ir/graph.ts';
import type { OpPair } from '../../model/ir/pairs.ts';
import type { Dispatch, PlanContext } from '../dispatch.ts';
import * as activation from './activation.ts';
import * as add from './add.ts';
import * as attention from './attention.ts';
import * as attentionMean from './attention_mean.ts';
import * as bias from './bias.ts';
import * as columnMean from './column_mean.ts';
import * as convAppend from './conv_append.ts';
import * as deltaRule from './delta_rule.ts';
import * as draw from './draw.ts';
import * as embedding from './embedding.ts';
import * as gate from './gate.ts';
import * as gated from './gated.ts';
import * as head from './head.ts';
import type { Kernel } from './kernel.ts';
import * as kvAppend from './kv_append.ts';
import * as layernorm from './layernorm.ts';
import * as lensStatistics from './lens_statistics.ts';
import * as linear from './linear.ts';
import * as linearGated from './linear_gated.ts';
import * as mask from './mask.ts';
import * as pinnedLogits from './pinned_logits.ts';
import * as rate from './rate.ts';
import * as rmsnorm from './rmsnorm.ts';
import * as rmsnormTwice from './rmsnorm_twice.ts';
import * as rotary from './rotary.ts';
import * as rowStatistics from './row_statistics.ts';
import * as scale from './scale.ts';
import * as shortConv from './short_conv.ts';
import * as stateConv from './state_conv.ts';
import * as transpose from './transpose.ts';

type Planner<K extends Op['op']> = (context: PlanContext, op: Extract<Op, { op: K }>) => Dispatch[];

export const PLANNERS: { readonly [K in Op['op']]: Planner<K> } = {
  activation: activation.planActivation,
  add: add.planAdd,
  attention: attention.planAttention,
  attention_weights: attention.planAttentionWeights,
  bias: bias.planBias,
  conv_append: convAppend.planConvAppend,
  delta_rule: deltaRule.planDeltaRule,
  embedding: embedding.planEmbedding,
  gate: gate.planGate,
  gated: gated.planGated,
  kv_append: kvAppend.planKvAppend,
  layernorm: layernorm.planLayernorm,
  linear: linear.planLinear,
  mask: mask.planMask,
  short_conv: shortConv.planShortConv,
  state_conv: stateConv.planStateConv,
  rmsnorm: rmsnorm.planRmsnorm,
  rotary: rotary.planRotary,
  scale: scale.planScale,
};

/** A pair as one dispatch; null where it has to be two ops. */
export function planPair(context: PlanContext, pair: OpPair): Dispatch | null {
  return pair.kind === 'gated' ? linearGated.planGatedPair(context, pair) : rmsnormTwice.planNormPair(context, pair);
}

export const KERNELS: readonly Kernel[] = [
  activation,
  add,
  attention,
  attentionMean,
  bias,
  columnMean,
  convAppend,
  deltaRule,
  draw,
  embedding,
  gate,
  gated,
  head,
  kvAppend,
  layernorm,
  lensStatistics,
  linear,
  linearGated,
  mask,
  pinnedLogits,
  rate,
  rmsnorm,
  rmsnormTwice,
  rotary,
  rowStatistics,
  shortConv,
  stateConv,
  scale,
  transpose,
].flatMap(({ kernels }) => kernels);
