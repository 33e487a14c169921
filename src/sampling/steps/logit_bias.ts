// Logit bias: a number added to the logits of single tokens.
import type { LogitStep } from './step.ts';

export interface Bias {
  readonly id: number;
  /** [-100, 100]; -100 bans the token. Entries of the same id add up. */
  readonly bias: number;
}

export const BIAS_BOUNDS = {
  entries: 1024,
  /** The size of a bias. */
  bias: 100,
} as const;

/** A bias this low or lower bans the token. */
const BAN = -BIAS_BOUNDS.bias;

export const logitBias: LogitStep<'logit_bias', readonly Bias[]> & { readonly beside: readonly [] } = {
  key: 'logit_bias',
  kind: 'logit',
  beside: [],
  default: [],
  unnamed: [],
  label: 'Logit bias',
  explanation: 'Adds to the logits of single tokens; -100 bans one.',
  clamp: clamped,
  fault,
  isOff: entries => entries.length === 0,
  shown: entries => (entries.length === 0 ? '' : String(entries.length)),
  acts: entries => entries.length > 0,
  ids: entries => entries.map(({ id }) => id),
  apply: (entries, _, change) => {
    for (const { id, bias } of entries)
      change(id, bias <= BAN ? () => Number.NEGATIVE_INFINITY : logit => logit + bias);
  },
};

/** The last entry of an id counts. */
function clamped(value: unknown): readonly Bias[] {
  if (!Array.isArray(value)) return [];
  const biases = new Map<number, number>();
  for (const entry of value) {
    const { id, bias } = fieldsOf(entry);
    if (!isId(id) || typeof bias !== 'number' || Number.isNaN(bias)) continue;
    if (biases.size === BIAS_BOUNDS.entries && !biases.has(id)) continue;
    biases.set(id, Math.min(BIAS_BOUNDS.bias, Math.max(-BIAS_BOUNDS.bias, bias)) + 0);
  }
  return Array.from(biases, ([id, bias]) => ({ id, bias }));
}

function fieldsOf(entry: unknown): { readonly id?: unknown; readonly bias?: unknown } {
  if (typeof entry !== 'object' || entry === null) return {};
  const field = (name: string): unknown => Object.getOwnPropertyDescriptor(entry, name)?.value;
  return { id: field('id'), bias: field('bias') };
}

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 2 ** 32;
}

function fault(entries: readonly Bias[]): string | null {
  const { entries: most, bias: largest } = BIAS_BOUNDS;
  if (entries.length > most) return `${entries.length} biases are more than ${most}`;
  for (const { id, bias } of entries) {
    if (!isId(id)) return `${id} is not a token id`;
    if (!(Math.abs(bias) <= largest)) return `bias ${bias} of id ${id} is not in [${-largest}, ${largest}]`;
  }
  return null;
}
