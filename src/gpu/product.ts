// A product of a few rows with a part of a matrix, and the team of threads that makes four of its outputs.
import type { Storage } from './storage/storage.ts';

/** A part of a matrix as a row kernel sees it. */
export interface Product {
  /** `gated`: with the gate over its halves. */
  readonly op: 'linear' | 'gated';
  readonly outputs: number;
  /** Columns, filled up to a multiple of four. */
  readonly stride: number;
  readonly storage: Storage;
}

/** A workgroup makes four outputs, or every cluster of so many of its lanes does. */
export interface Team {
  readonly WORKGROUP: number;
  /** Lanes; 0 for the whole workgroup, whose threads meet at a barrier. */
  readonly CLUSTER: number;
}

/** Teams that were measured to be the quickest, by the name of the product. */
export type Tuned = ReadonlyMap<string, Team>;

/** `linear row 2304x768 f16`: op, kind of rows, outputs and columns, storage. */
export const productName = ({ op, outputs, stride, storage }: Product): string =>
  `${op} row ${outputs}x${stride} ${storage.name}`;

export const sameTeam = (a: Team, b: Team): boolean => a.WORKGROUP === b.WORKGROUP && a.CLUSTER === b.CLUSTER;
