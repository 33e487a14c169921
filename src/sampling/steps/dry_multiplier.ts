// DRY ("don't repeat yourself"), as llama.cpp has it: lowers the token that would go on with a repetition, the more the longer that is.
import type { Past } from '../past.ts';
import { numeric, strings } from '../setting.ts';
import { penaltyStep } from './step.ts';

const dryBase = numeric({
  key: 'dry_base',
  default: 1.75,
  off: null,
  bounds: { min: 1, max: 10, whole: false },
  label: 'DRY base',
  explanation: 'What the penalty grows by with each further repeated token.',
  travel: { min: 1, max: 4, step: 0.05 },
  unit: '',
});

const dryAllowedLength = numeric({
  key: 'dry_allowed_length',
  default: 2,
  off: null,
  bounds: { min: 1, max: 1000, whole: true },
  label: 'DRY allowed length',
  explanation: 'Repetitions shorter than this cost nothing.',
  travel: { min: 1, max: 20, step: 1 },
  unit: 'tokens',
});

const dryPenaltyLastN = numeric({
  key: 'dry_penalty_last_n',
  default: -1,
  off: null,
  bounds: { min: -1, max: 1_000_000, whole: true },
  label: 'DRY window',
  explanation: 'How many of the last tokens DRY looks at; -1 is the whole text.',
  travel: { min: -1, max: 512, step: 1 },
  unit: 'tokens',
});

export const BREAKER_BOUNDS = { entries: 16, length: 40 } as const;

export const drySequenceBreakers = strings(
  'dry_sequence_breakers',
  'sequence breaker',
  ['\n', ':', '"', '*'],
  BREAKER_BOUNDS,
);

export const dryMultiplier = penaltyStep({
  key: 'dry_multiplier',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 10, whole: false },
  label: 'DRY',
  explanation: 'Lowers tokens that would repeat a passage of the text, longer ones more; 0 lowers none.',
  travel: { min: 0, max: 5, step: 0.05 },
  unit: '',
  rare: true,
  beside: [dryBase, dryAllowedLength, dryPenaltyLastN, drySequenceBreakers],
  ids: past => lengths(past).keys(),
  apply: (multiplier, past, change) => {
    const allowed = past.of(dryAllowedLength);
    const base = past.of(dryBase);
    // As far as a float of 32 bits goes.
    const most = base > 1.000001 ? Math.floor(MOST_LOG / Math.log(base)) : Number.POSITIVE_INFINITY;
    for (const [id, length] of lengths(past)) {
      const penalty = multiplier * base ** Math.min(length - allowed, most);
      change(id, logit => logit - penalty);
    }
  },
  told: (_, past) => {
    const found = lengths(past);
    const longest = [...found.values()].reduce((most, length) => Math.max(most, length), 0);
    return found.size === 0 ? 'nothing repeats' : `lowers ${found.size}, after up to ${longest} repeated tokens`;
  },
});

/** Natural logarithm of the largest float of 32 bits. */
const MOST_LOG = 88.7228391;

/** Ids that go on with a repetition, with the length of the longest that each would go on with. */
function lengths(past: Past): ReadonlyMap<number, number> {
  return past.repeated(past.of(dryPenaltyLastN), past.of(dryAllowedLength), past.of(drySequenceBreakers));
}
