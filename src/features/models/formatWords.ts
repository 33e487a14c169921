// What the formats of weights mean, in words; and what a model takes in another format.
import type { ContextNeeds } from '../../lib/context-memory.ts';
import type { FormatChoice, FormatNeeds } from '../../lib/weight-format.ts';

/** `f16 as stored`, `int8`. */
export function nameOfFormat({ format, dtype }: FormatNeeds): string {
  return format === 'stored' ? `${dtype} as stored` : dtype;
}

/** The figures are those of e2e/bench/RESULTS.md. */
export function accuracyWords({ format, dtype }: FormatNeeds): string {
  switch (format) {
    case 'stored':
      return `The weights as they are in the files, ${dtype}: nothing is rounded.`;
    case 'f32':
      return 'The same numbers as in the files, each in 32 bits: nothing is rounded.';
    case 'f16':
      return 'Weights are rounded to 11 significant bits; the smallest ones lose more.';
    case 'int8':
      return measured(dtype, ['99.7', '98.9'], ['0.000013', '0.00013'], '0.01');
    case 'int4':
      return measured(dtype, ['99.2', '95.6'], ['0.00077', '0.018'], '0.4');
    default:
      return format satisfies never;
  }
}

type OfBoth = readonly [known: string, strange: string];

/** On a text as the model was trained on, and on one that is strange to it; the perplexity is that of the former. */
const measured = (dtype: string, top: OfBoth, divergence: OfBoth, perplexity: string): string =>
  `On the small model measured, ${dtype} keeps the likeliest token at ${top[0]} % of positions of a text as it knows them, and ${top[1]} % of a strange one; probabilities move by ${divergence[0]} and ${divergence[1]} nats (KL divergence), perplexity by ${perplexity} %.`;

/** Which formats this adapter cannot hold, or are too much for the memory of the device, and what was taken instead; empty where it holds all. */
export function unfitWords(formats: readonly FormatNeeds[], chosen: FormatNeeds): string {
  const unfit = formats.filter(({ reason }) => reason !== '');
  const heavy = formats.filter(each => each.heavy && each.reason === '' && each.format !== chosen.format);
  const names = (those: readonly FormatNeeds[]): string => those.map(nameOfFormat).join(', ');
  const sentences = [
    ...(unfit[0] === undefined ? [] : [`In ${names(unfit)} it does not fit this adapter. ${unfit[0].reason}`]),
    ...(heavy.length === 0 ? [] : [`In ${names(heavy)} it takes more than half of the memory that this device has.`]),
  ];
  if (sentences.length === 0) return '';
  const larger = formats.filter(each => each.reason === '' && !each.heavy && each.weightBytes > chosen.weightBytes);
  const isLargest = larger.length === 0 && chosen.reason === '' && !chosen.heavy;
  return [...sentences, ...(isLargest ? [`${chosen.dtype} is the largest that does.`] : [])].join(' ');
}

/** The needs of a model whose weights are in another format than `from`. */
export function needsIn(
  needs: ContextNeeds,
  formats: readonly FormatNeeds[],
  from: FormatChoice,
  to: FormatChoice,
): ContextNeeds {
  const bytes = (wanted: FormatChoice): number => formats.find(({ format }) => format === wanted)?.weightBytes ?? 0;
  return { ...needs, baseBytes: needs.baseBytes - bytes(from) + bytes(to) };
}

/** The format that a choice stands for among those that a model has and the adapter holds; else the one that is taken by itself. */
export function formatAmong(
  formats: readonly FormatNeeds[],
  choice: FormatChoice | undefined,
  own: FormatChoice,
): FormatChoice {
  return formats.find(({ format, reason }) => format === choice && reason === '')?.format ?? own;
}
