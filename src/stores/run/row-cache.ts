// Rows that were fetched, the latest used kept: a few dozen, bounded by count and by bytes.
import { sameIds } from '../document/sequence.ts';
import type { LogitsRow } from './rows-types.ts';

export const MOST_ROWS = 48;
export const MOST_BYTES = 32 * 1024 * 1024;

/** FNV-1a over the ids; rows of equal hash are told apart by their ids. */
export function keyOfIds(ids: Uint32Array): string {
  let hash = 0x811c9dc5;
  for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193) >>> 0;
  return `${ids.length}:${hash.toString(36)}`;
}

/** Bytes a ranked row holds on to: its logits, its order, and the sorted logits. */
export function bytesOf(row: LogitsRow): number {
  const { logits, order, finite } = row.ranked;
  return logits.byteLength + order.byteLength + finite.logits.byteLength + row.ids.byteLength;
}

export class RowCache {
  /** In the order of their last use. */
  readonly #rows = new Map<string, LogitsRow>();
  #bytes = 0;

  get size(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The row that follows `ids`, if it is here; it becomes the latest used. */
  get(ids: Uint32Array): LogitsRow | null {
    const key = keyOfIds(ids);
    const row = this.#rows.get(key);
    if (row === undefined || !sameIds(row.ids, ids)) return null;
    this.#rows.delete(key);
    this.#rows.set(key, row);
    return row;
  }

  /** Keeps a row and drops the least used beyond the bounds; the newest always stays. */
  put(row: LogitsRow): void {
    this.#drop(row.key);
    this.#rows.set(row.key, row);
    this.#bytes += bytesOf(row);
    for (const key of this.#rows.keys()) {
      if (this.#rows.size <= 1 || (this.#rows.size <= MOST_ROWS && this.#bytes <= MOST_BYTES)) break;
      this.#drop(key);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#bytes -= bytesOf(row);
    this.#rows.delete(key);
  }
}
