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
      return measured(dtype, '99.7', '0.000013');
    case 'int4':
      return measured(dtype, '99.2', '0.00077');
    default:
      return format satisfies never;
  }
}

function measured(dtype: string, top: string, divergence: string): string {
  return `On the small model measured, ${dtype} keeps the likeliest token at ${top} % of positions; probabilities move by ${divergence} nats (KL divergence).`;
}

/** Which formats this adapter cannot hold, and what was taken instead; empty where it holds all. */
export function unfitWords(formats: readonly FormatNeeds[], chosen: FormatNeeds): string {
  const unfit = formats.filter(({ reason }) => reason !== '');
  const [first] = unfit;
  if (first === undefined) return '';
  const names = unfit.map(nameOfFormat).join(', ');
  const others = formats.filter(each => each.reason === '' && each.weightBytes > chosen.weightBytes);
  const instead = others.length === 0 && chosen.reason === '' ? ` ${chosen.dtype} is the largest that does.` : '';
  return `In ${names} it does not fit this adapter. ${first.reason}${instead}`;
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
