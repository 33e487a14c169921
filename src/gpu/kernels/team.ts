// How many threads of a GPU make four outputs of a row kernel: by the size of the matrix, its storage and the adapter's subgroups.
import type { Choosing, Consts, Dispatch } from '../dispatch.ts';
import { type Product, productName, type Team } from '../product.ts';
import type { Kernel } from './kernel.ts';

/** What a team makes of a dispatch. */
export interface TeamWork {
  readonly kernel: Kernel;
  readonly sizes: Consts;
  readonly grid: Dispatch['grid'];
}

/** Threads that keep a GPU busy: a product of fewer gives each of its sets of four outputs more lanes. */
const BUSY = 16_384;
/** Lanes whose loads of 16 bytes are a whole line of the cache. */
const LINE = 8;
/** Larger clusters have more to join than to multiply. */
const LARGEST = 32;

/** Teams that can make a product on an adapter, the smallest first. */
export function teamsFor({ kernelClass, lanes = 0 }: Choosing, { stride, storage }: Product): Team[] {
  const whole = [64, 128].map(WORKGROUP => ({ WORKGROUP, CLUSTER: 0 }));
  if (kernelClass !== 'subgroup' || lanes === 0 || stride % storage.unit.columns !== 0) return whole;
  const sizes = [4, 8, 16, 32].filter(size => size <= Math.min(lanes, LARGEST) && (size >= LINE || size === lanes));
  return [...sizes.map(CLUSTER => ({ WORKGROUP: 64, CLUSTER })), ...whole];
}

/** The team that was measured to be the quickest, else the one by rule. */
export const teamOf = (c: Choosing, product: Product): Team =>
  c.tuned?.get(productName(product)) ?? teamByRule(c, product);

/** A line of the cache wide, wider while that leaves the GPU idle and each lane two units. */
export function teamByRule(c: Choosing, product: Product): Team {
  const [first = { WORKGROUP: 64, CLUSTER: 0 }, ...wider] = teamsFor(c, product);
  const units = product.stride / product.storage.unit.columns;
  const sets = product.outputs / 4;
  return wider.reduce((team, next) => {
    const widens = team.CLUSTER > 0 && next.CLUSTER > team.CLUSTER;
    return widens && sets * team.CLUSTER < BUSY && units >= 2 * next.CLUSTER ? next : team;
  }, first);
}
