// Constrained output: only tokens that a regular expression, a JSON schema or a list of choices allows may follow.
import { NucleusError } from '../../lib/error.ts';
import { allows } from '../constraint/allows.ts';
import type { Past } from '../past.ts';
import { Slice } from '../slice.ts';
import type { MaskStep } from './step.ts';

const CONSTRAINT_KINDS = ['none', 'choices', 'regex', 'json_schema'] as const;
export type ConstraintKind = (typeof CONSTRAINT_KINDS)[number];

export interface Constraint {
  readonly kind: ConstraintKind;
  /** Choices, one a line; a regular expression; a schema as JSON. Kept where the kind is none. */
  readonly text: string;
}

/** UTF-16 units of a constraint. */
export const CONSTRAINT_LENGTH = 100_000;

export const NO_CONSTRAINT: Constraint = { kind: 'none', text: '' };

export const constraint: MaskStep<'constraint', Constraint> & { readonly beside: readonly [] } = {
  key: 'constraint',
  kind: 'mask',
  beside: [],
  rare: true,
  default: NO_CONSTRAINT,
  unnamed: NO_CONSTRAINT,
  label: 'Constraint',
  explanation: 'Cuts every token that cannot follow; what is left sums to one.',
  clamp: value => {
    const { kind, text } = fieldsOf(value);
    const known = CONSTRAINT_KINDS.find(each => each === kind);
    if (known === undefined || typeof text !== 'string' || text.length > CONSTRAINT_LENGTH) return NO_CONSTRAINT;
    return known === 'none' && text === '' ? NO_CONSTRAINT : { kind: known, text };
  },
  fault: ({ kind, text }) => {
    if (!CONSTRAINT_KINDS.includes(kind)) return `"${kind}" is no kind of constraint`;
    return text.length <= CONSTRAINT_LENGTH
      ? null
      : `a constraint of ${text.length} characters is longer than ${CONSTRAINT_LENGTH}`;
  },
  isOff: ({ kind, text }) => kind === 'none' || text === '',
  shown: ({ kind }) => SHOWN[kind],
  apply,
  told,
};

const SHOWN: Readonly<Record<ConstraintKind, string>> = {
  none: '',
  choices: 'choices',
  regex: 'regex',
  json_schema: 'JSON schema',
};

function fieldsOf(value: unknown): { readonly kind?: unknown; readonly text?: unknown } {
  if (typeof value !== 'object' || value === null) return {};
  const field = (name: string): unknown => Object.getOwnPropertyDescriptor(value, name)?.value;
  return { kind: field('kind'), text: field('text') };
}

/** True where the same tokens may follow the same text. */
export const sameConstraint = (a: Constraint, b: Constraint): boolean => a.kind === b.kind && a.text === b.text;

function apply(slice: Slice, _: Constraint, { text: { mask } }: Past): Slice {
  if (mask === undefined) return slice;
  const { ranking, lo, hi, temperature } = slice;
  const ids = ranking.ids.subarray(lo, hi).filter(id => allows(mask.bits, id));
  if (ids.length === hi - lo) return slice;
  if (ids.length === 0) throw noToken(mask.state === 'complete');
  const logits = new Float64Array(ids.length);
  let at = 0;
  for (let i = lo; i < hi; i++) if (ranking.ids[i] === ids[at]) logits[at++] = ranking.logits[i] ?? Number.NaN;
  return new Slice({ ids, logits }, 0, ids.length, temperature);
}

/** No token may follow: the end of what is constrained, or a dead end. */
export function noToken(complete: boolean): NucleusError {
  return complete
    ? new NucleusError('constraint_dead_end', 'the constraint is complete, and no token may follow', { complete: 1 })
    : new NucleusError('constraint_dead_end', 'no token of this vocabulary may follow');
}

function told({ text: { mask } }: Past): string {
  if (mask === undefined) return 'what it cuts is not known here';
  if (mask.state === 'complete') return 'complete: a run ends here';
  return mask.since === 0 ? 'begins here' : `${mask.since} ${mask.since === 1 ? 'token' : 'tokens'} in`;
}
