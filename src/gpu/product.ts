// A product of a few rows with a part of a matrix, and the team of threads that makes four of its outputs.
import type { Storage } from './storage/storage.ts';

/** A part of a matrix as a row kernel sees it. */
export interface Product {
  /** `gated`: with the gate over its halves; `head`: with the reduction that a draw goes by. */
  readonly op: 'linear' | 'gated' | 'head';
  readonly outputs: number;
  /** Columns, filled up to a multiple of four. */
  readonly stride: number;
  /** Whose rows are whole units. */
  readonly storage: Storage;
}

/** Every cluster of so many neighbouring threads of a workgroup makes four outputs; one may be the whole of it. */
export interface Team {
  readonly WORKGROUP: number;
  readonly CLUSTER: number;
  /** Of a head: the reduction is a dispatch of its own. */
  readonly apart?: true | undefined;
}

/** Teams that were measured to be the quickest, by the name of the product. */
export type Tuned = ReadonlyMap<string, Team>;

/** `linear row 2304x768 f16`: op, kind of rows, outputs and columns, storage. */
export const productName = ({ op, outputs, stride, storage }: Product): string =>
  `${op} row ${outputs}x${stride} ${storage.name}`;

export const sameTeam = (a: Team, b: Team): boolean =>
  a.WORKGROUP === b.WORKGROUP && a.CLUSTER === b.CLUSTER && a.apart === b.apart;
