// The kernels of a product with a matrix, by class of the adapter and number of rows: one that writes outputs, and one that writes gates, have the same.
import { type PlanContext, perRow } from '../dispatch.ts';
import type { Product } from '../product.ts';
import { type Kernel, type KernelSpec, kernel } from './kernel.ts';
import { foldGroups, type TeamKernels, teamWork, type Work } from './team.ts';

/** Up to four rows, some, and many. */
type Rows = PlanContext['rows'];

export interface ProductKernels {
  /** Without barriers: for a CPU that plays a GPU. */
  readonly free: Readonly<Record<Rows, Kernel>>;
  /** Of up to four rows, on a GPU. */
  readonly team: TeamKernels;
  /** Of some rows, by class. */
  readonly few: Readonly<Record<'workgroup' | 'subgroup', Kernel>>;
  /** Of many, on a GPU. */
  readonly tile: Kernel;
}

/** The kernels `name_*` of a product. `finish` is the part by which a thread without barriers leaves its outputs. */
export function productKernels(name: string, spec: KernelSpec, finish: string): ProductKernels {
  const sized = { ...spec, consts: { ...spec.consts, WORKGROUP: 'u32' } } as const;
  const few = (by: string) => severalRows(sized, 'few_rows', `few_rows_${by}`);
  return {
    free: {
      row: kernel(`${name}_row`, { ...sized, parts: [...sized.parts, 'row_products', finish] }),
      few: kernel(`${name}_few`, severalRows(sized, 'few_products', finish)),
      tile: kernel(`${name}_tile`, severalRows(sized, 'tile_products', finish)),
    },
    team: teamKernels(name, sized),
    few: {
      workgroup: kernel(`${name}_few_workgroup`, few('workgroup')),
      subgroup: kernel(`${name}_few_subgroup`, { ...few('subgroup'), enable: 'subgroups' }),
    },
    tile: kernel(`${name}_tile_workgroup`, severalRows(spec, 'block_products')),
  };
}

/** The kernels `name_row_*` by which a team makes products of one row. */
export const teamKernels = (name: string, spec: KernelSpec): TeamKernels => ({
  workgroup: kernel(`${name}_row_workgroup`, fourRows(spec, 'workgroup')),
  cluster: kernel(`${name}_row_cluster`, fourRows(spec, 'cluster')),
});

/** `spec` with products of several rows of x. */
function severalRows(spec: KernelSpec, ...parts: string[]): KernelSpec {
  return { ...spec, parts: [...spec.parts, 'x_rows', ...parts], consts: { ...spec.consts, X_BY_SLOT: 'bool' } };
}

/** `spec` with products of four rows of the matrix, in units, by a team. */
function fourRows(spec: KernelSpec, by: keyof TeamKernels): KernelSpec {
  const parts = spec.parts.map(part => (part === 'weights' ? 'units' : part));
  return {
    ...spec,
    parts: [...parts, 'four_rows', `four_rows_${by}`],
    consts: { ...spec.consts, CLUSTER: 'u32' },
    ...(by === 'cluster' && { enable: 'subgroups' }),
  };
}

/** All kernels of a product. */
export const allOf = ({ free, team, few, tile }: ProductKernels): Kernel[] => [
  ...Object.values(free),
  ...Object.values(team),
  ...Object.values(few),
  tile,
];

/** The kernel of a product for an adapter and a number of rows, with its sizes and its grid for a part of the matrix; null for the naive twins. */
export function productWork(c: PlanContext, product: Product, kernels: ProductKernels): Work | null {
  switch (c.kernelClass) {
    case 'naive':
      return null;
    case 'barrier_free':
      return FREE[c.rows](kernels.free[c.rows], product.outputs);
    case 'workgroup':
    case 'subgroup':
      return onGpu(c, c.kernelClass, product, kernels);
    default:
      return c.kernelClass satisfies never;
  }
}

/** A thread owns eight outputs of one row, of four rows and of eight. */
const FREE: Readonly<Record<Rows, (kernel: Kernel, outputs: number) => Work>> = {
  row: (kernel, n) => ({ kernel, sizes: { WORKGROUP: 8 }, grid: [Math.ceil(n / 64), perRow, 1] }),
  few: (kernel, n) => ({ kernel, sizes: { WORKGROUP: 8 }, grid: [Math.ceil(n / 64), { rowsPer: 4 }, 1] }),
  tile: (kernel, n) => ({ kernel, sizes: { WORKGROUP: 4 }, grid: [Math.ceil(n / 32), { rowsPer: 8 }, 1] }),
};

function onGpu(c: PlanContext, by: 'workgroup' | 'subgroup', product: Product, kernels: ProductKernels): Work {
  const { outputs } = product;
  switch (c.rows) {
    case 'row':
      return teamWork(c, product, kernels.team);
    case 'few':
      return { kernel: kernels.few[by], sizes: { WORKGROUP: 64 }, grid: foldGroups(outputs, 4, { rowsPer: 8 }) };
    case 'tile':
      return { kernel: kernels.tile, sizes: {}, grid: [Math.ceil(outputs / 64), { rowsPer: 64 }, 1] };
    default:
      return c.rows satisfies never;
  }
}
