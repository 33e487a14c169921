// Variants of kernels, and what takes over from one that was found wrong on this adapter: the kernels of the next class, the naive twins last.
import type { Choosing, Dispatch } from './dispatch.ts';

/** What a check is about and what can be switched off: `linear_row q4_k`, `attention`. */
export const variantOf = ({ kernel, storage }: Pick<Dispatch, 'kernel' | 'storage'>): string =>
  storage === undefined ? kernel.name : `${kernel.name} ${storage.name}`;

/** From the most that an adapter may have to the least that any adapter needs. */
const CLASSES = ['subgroup', 'workgroup', 'barrier_free', 'naive'] as const;

/** Other choices, the quickest first: the class without clusters of lanes, then the classes after it. */
function others({ kernelClass, lanes = 0, tuned }: Choosing): Partial<Choosing>[] {
  const plain = { lanes: 0, tuned: new Map() };
  const same = lanes > 0 || (tuned?.size ?? 0) > 0 ? [plain] : [];
  return [...same, ...CLASSES.slice(CLASSES.indexOf(kernelClass) + 1).map(each => ({ ...plain, kernelClass: each }))];
}

/** The plan with no variant that is switched off; where every one has such a variant, the first of all. */
export function soundPlan<C extends Choosing>(c: C, plan: (c: C) => Dispatch[]): Dispatch[] {
  const first = plan(c);
  const { off } = c;
  if (off === undefined || off.size === 0) return first;
  const isSound = (dispatches: readonly Dispatch[]) => dispatches.every(each => !off.has(variantOf(each)));
  if (isSound(first)) return first;
  for (const other of others(c)) {
    const next = plan({ ...c, ...other });
    if (isSound(next)) return next;
  }
  return first;
}
