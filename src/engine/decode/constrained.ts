// Which tokens a constraint lets follow, for a run and for the page that looks at it. Grammars come with the first constraint.
import type { Masks, Spelled } from '../../sampling/constraint/masks.ts';
import type { Mask } from '../../sampling/past.ts';
import { type Constraint, sameConstraint } from '../../sampling/steps/constraint.ts';
import type { Vocabulary } from '../growing.ts';

/** Constraints that are kept ready: the one of the settings, and one that a text was drawn by. */
const MOST = 2;

interface Kept {
  readonly spelled: Spelled;
  /** The last used first. */
  ready: readonly { readonly constraint: Constraint; readonly masks: Masks }[];
}

const KEPT = new WeakMap<Vocabulary, Kept>();

/** A text as far as a constraint looks at it. */
export interface ConstrainedText {
  readonly ids: Uint32Array;
  readonly constrained?: Uint8Array;
}

/** What may follow a text. Rejects with `bad_constraint`, in bounded time. */
export async function maskAfter(
  vocabulary: Vocabulary,
  constraint: Constraint,
  { ids, constrained }: ConstrainedText,
): Promise<Mask> {
  return (await masksOf(vocabulary, constraint)).after(ids, constrained ?? new Uint8Array(ids.length));
}

async function masksOf(vocabulary: Vocabulary, constraint: Constraint): Promise<Masks> {
  const { masksFor } = await import('../../sampling/constraint/read.ts');
  const kept = KEPT.get(vocabulary) ?? { spelled: await spelledOf(vocabulary), ready: [] };
  KEPT.set(vocabulary, kept);
  const known = kept.ready.find(each => sameConstraint(each.constraint, constraint));
  const found = known ?? { constraint, masks: masksFor(kept.spelled, constraint) };
  kept.ready = [found, ...kept.ready.filter(each => each !== found)].slice(0, MOST);
  return found.masks;
}

async function spelledOf({ bytes, eosIds, specials }: Vocabulary): Promise<Spelled> {
  return { bytes, eosIds, specials: (await specials?.()) ?? new Set() };
}
