// How many threads of a GPU make four outputs of a row kernel: by the size of the matrix, its storage and the adapter's subgroups.
import { defined } from '../../lib/assert.ts';
import { type Choosing, type Consts, type Dispatch, type Extent, perRow } from '../dispatch.ts';
import { type Product, productName, type Team } from '../product.ts';
import type { Kernel } from './kernel.ts';

/** The kernel of a product with its sizes and its grid, and the product where a team was chosen for it. */
export interface Work {
  readonly kernel: Kernel;
  readonly sizes: Consts;
  readonly grid: Dispatch['grid'];
  readonly product?: Product;
}

/** The kernels by which teams make four outputs: joined in the memory of a workgroup, or by shuffles in a subgroup. */
export type TeamKernels = Readonly<Record<'workgroup' | 'cluster', Kernel>>;

/** Workgroups along one dimension of a grid at most. */
const MAX_GROUPS = 65_535;

/** Threads that keep a GPU busy: a product of fewer gives each of its sets of four outputs more threads. */
const BUSY = 16_384;
/** Threads whose loads of 16 bytes are a whole line of the cache. */
const LINE = 8;
/** Larger clusters have more to join than to multiply. */
const LARGEST = 32;

const numbersSubgroups = ({ kernelClass, lanes = 0 }: Choosing): boolean => kernelClass === 'subgroup' && lanes > 0;

/** Teams that can make products on an adapter, the smallest first. */
export function teamsFor({ kernelClass, lanes = 0 }: Choosing): Team[] {
  const most = numbersSubgroups({ kernelClass, lanes }) ? Math.min(lanes, LARGEST) : LARGEST;
  const sizes = [4, 8, 16, 32].filter(size => size <= most && (size >= LINE || size === most));
  const whole = [64, 128].map(size => ({ WORKGROUP: size, CLUSTER: size }));
  return [...sizes.map(CLUSTER => ({ WORKGROUP: 64, CLUSTER })), ...whole];
}

/** The team that was measured to be the quickest, else the one by rule. */
export const teamOf = (c: Choosing, product: Product): Team =>
  c.tuned?.get(productName(product)) ?? teamByRule(c, product);

/** A line of the cache wide, wider while that leaves the GPU idle and each thread two units; never a whole workgroup. */
export function teamByRule(c: Choosing, product: Product): Team {
  const [first, ...wider] = teamsFor(c).filter(isPart);
  const units = product.stride / product.storage.unit.columns;
  const sets = product.outputs / 4;
  return wider.reduce(
    (team, next) => (sets * team.CLUSTER < BUSY && units >= 2 * next.CLUSTER ? next : team),
    defined(first, 'a smallest team'),
  );
}

const isPart = ({ WORKGROUP, CLUSTER }: Team): boolean => CLUSTER < WORKGROUP;

/** A product of few rows by a team, the chosen one unless given. */
export function teamWork(c: Choosing, product: Product, kernels: TeamKernels, team = teamOf(c, product)): Work {
  const { WORKGROUP, CLUSTER } = team;
  const byShuffles = numbersSubgroups(c) && isPart(team);
  return {
    kernel: byShuffles ? kernels.cluster : kernels.workgroup,
    sizes: { WORKGROUP, CLUSTER },
    grid: foldGroups(product.outputs, (4 * WORKGROUP) / CLUSTER),
    product,
  };
}

/** A workgroup for every `each` outputs, folded into x and z where x alone would pass the limit. */
export function foldGroups(rows: number, each = 4, steps: Extent = perRow): Dispatch['grid'] {
  const groups = Math.ceil(rows / each);
  const z = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / z), steps, z];
}
