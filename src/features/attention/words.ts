// What there is to say about a head at a position, with exact numbers.
import { formatBits, formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { CellWords } from '../../ui/heatmap/HeatTip.tsx';
import { isGrouped, keyHeadOf, MIXER_NAMES, type Shape } from '../shared/modelWords.ts';
import { choiceName } from '../shared/weightSteps.ts';
import { type HeadCell, tokenWords } from './heads.ts';
import { measureOf } from './measures.ts';

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** All digits that a number of 32 bits carries. */
const exact = (value: number): string => String(Number(value.toPrecision(8)));

/** `12.3 % (0.12345678)` */
export function exactWeight(weight: number): string {
  return `${formatProbability(weight)} (${exact(weight)})`;
}

function exactEntropy(nats: number): string {
  return `${formatBits(nats)} (${exact(nats / Math.LN2)})`;
}

export function wordsOf(
  { choice, weights, most, attends }: Pick<HeadCell, 'choice' | 'weights' | 'most' | 'attends'>,
  tokens: readonly DocumentToken[],
  model: Shape | null,
): CellWords {
  const mixer = model?.mixers[choice.layer ?? -1] ?? 'attention';
  if (!attends) return { title: `Layer ${choice.layer}`, facts: [['no attention', `a ${MIXER_NAMES[mixer]}`]] };
  const shares = model !== null && choice.head !== null && isGrouped(model.dims);
  return {
    title: upper(choiceName(choice)),
    facts: [
      ...(shares ? [['key head', String(keyHeadOf(model.dims, choice.head ?? 0))] as const] : []),
      ['reads most', `${tokenWords(tokens[most])} (position ${most})`],
      ['weight there', exactWeight(weights[most] ?? 0)],
      ['entropy', exactEntropy(measureOf(weights, 'entropy'))],
      ['on the first token', formatProbability(measureOf(weights, 'first'))],
      ['on the previous', weights.length > 1 ? formatProbability(measureOf(weights, 'previous')) : 'none'],
      ['on itself', formatProbability(measureOf(weights, 'self'))],
    ],
  };
}
