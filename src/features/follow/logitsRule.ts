// From the sum of products to the logit: a factor and a cap, where the model has them.
import type { Anatomy } from '../../model/ir/anatomy.ts';
import { shortNumber } from '../shared/modelWords.ts';

type Rule = Anatomy['logits'];

export const NO_RULE: Rule = { bias: false, scale: 1, softcap: null };

/** What becomes of the sum of products: times the factor, then capped. The bias of a token, which comes first, is not known here. */
export function afterRule(sum: number, { bias, scale, softcap }: Rule): number {
  if (bias) return sum;
  const scaled = sum * scale;
  return softcap === null ? scaled : softcap * Math.tanh(scaled / softcap);
}

/** `the sum times 0.125`, `30 · tanh(the sum / 30)`; empty where the logit is the sum itself. */
export function ruleWords({ bias, scale, softcap }: Rule, sum: string): string {
  if (scale === 1 && softcap === null) return bias ? sum : '';
  const scaled = scale === 1 ? sum : `${sum} times ${shortNumber(scale)}`;
  return softcap === null ? scaled : `${softcap} · tanh(${scaled} / ${softcap})`;
}
