// Accounts for the pool of cache slots: which sequence holds which token ids in which slots. Pure; the planes live elsewhere.
//
// A slot is one position's keys, values and final state in all layers. Sequences that share a prefix share its slots.
import { assert, defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';

export interface Sequence {
  /** Row of the table of slots on the GPU. */
  readonly index: number;
  /** Token ids whose states are in the cache, by position. */
  readonly ids: readonly number[];
  /** Slot of every position. */
  readonly slots: readonly number[];
}

interface OwnSequence extends Sequence {
  readonly ids: number[];
  readonly slots: number[];
  /** Tick of the last use; the smallest is dropped first. */
  used: number;
}

/** Slots of the table row of `sequence` that changed: write them to the GPU before the next step. */
export interface TableWrite {
  readonly sequence: number;
  readonly from: number;
  readonly slots: Uint32Array<ArrayBuffer>;
}

/** No id: nothing is found by it. */
const UNNAMED = -1;

export class KvCache {
  #capacity: number;
  readonly #free: number[] = [];
  /** How many sequences hold a slot. */
  #holders: Uint16Array;
  /** By table; those before the first one are another's. */
  readonly #sequences: (OwnSequence | null)[];
  readonly #firstTable: number;
  #tick = 0;

  /**
   * `capacity` slots, of which more may come; `sequences` tables. Over slots that another cache has `lent`, which never grow, with the tables from number
   * `table` on.
   */
  constructor(
    capacity: number,
    sequences: number,
    lent?: { readonly slots: readonly number[]; readonly table: number },
  ) {
    this.#capacity = capacity;
    const slots = lent?.slots ?? Array.from({ length: capacity }, (_, slot) => slot);
    this.#holders = new Uint16Array(slots.reduce((most, slot) => Math.max(most, slot + 1), 0));
    for (const slot of slots.toReversed()) this.#free.push(slot);
    this.#firstTable = lent?.table ?? 0;
    this.#sequences = new Array<OwnSequence | null>(this.#firstTable + sequences).fill(null);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** The pool has `capacity` slots now, more than before. */
  grow(capacity: number): void {
    assert(capacity >= this.#capacity, 'a pool never shrinks');
    const holders = new Uint16Array(capacity);
    holders.set(this.#holders);
    this.#holders = holders;
    for (let slot = capacity - 1; slot >= this.#capacity; slot--) this.#free.push(slot);
    this.#capacity = capacity;
  }

  /** Sequences that it can hold. */
  get tables(): number {
    return this.#sequences.length;
  }

  /** Slots that no sequence holds. */
  get free(): number {
    return this.#free.length;
  }

  /** The sequence is still in the cache: it was not dropped to make room. */
  holds(sequence: Sequence): boolean {
    return this.#sequences[sequence.index] === sequence;
  }

  /** How many leading positions of `ids` some sequence holds. */
  reusable(ids: ArrayLike<number>): number {
    return this.#sequences.reduce((best, s) => (s ? Math.max(best, sharedPrefix(s.ids, ids)) : best), 0);
  }

  /**
   * A sequence for `ids`: what is cached of them is shared, slots for the rest are taken. Positions `reused` and on must be
   * computed now; the sequence may go on past `ids`. Sequences unused longest are dropped when slots or tables run out. `ids` must fit the capacity.
   * Of what is cached `most` positions are used at most: what a model with running states can go on from.
   */
  open(ids: ArrayLike<number>, most = ids.length): { sequence: Sequence; reused: number; write: TableWrite | null } {
    assert(ids.length <= this.capacity, 'the sequence fits the pool');
    const { best, length } = this.#longestMatch(ids);
    const reused = Math.min(most, length);
    if (best && reused === ids.length) {
      // All of it is there, perhaps with more behind it that some other text goes on with.
      best.used = ++this.#tick;
      return { sequence: best, reused, write: null };
    }
    const extend = best !== null && reused === best.ids.length;
    const sequence = extend ? best : this.#branch(best, reused);
    sequence.used = ++this.#tick;
    const from = extend ? reused : 0;
    for (let position = reused; position < ids.length; position++) {
      sequence.slots.push(this.#take(sequence));
      sequence.ids.push(defined(ids[position], 'id'));
    }
    const slots = Uint32Array.from(sequence.slots.slice(from));
    return { sequence, reused, write: slots.length > 0 ? { sequence: sequence.index, from, slots } : null };
  }

  /**
   * A free slot for the position behind each of `sequences`, whose id is not known yet: to be named, or truncated. Null where one of them would leave a
   * trace: a sequence is there twice or went meanwhile, another one goes on from the same ids, or too few slots are free.
   */
  extend(sequences: readonly Sequence[]): TableWrite[] | null {
    const own = sequences.flatMap(each => (this.holds(each) ? (this.#sequences[each.index] ?? []) : []));
    if (new Set(own).size < sequences.length || this.#free.length < sequences.length) return null;
    if (own.some(each => this.#goesOn(each))) return null;
    return own.map(each => {
      const slot = this.#take(each);
      each.slots.push(slot);
      each.ids.push(UNNAMED);
      return { sequence: each.index, from: each.ids.length - 1, slots: Uint32Array.of(slot) };
    });
  }

  /** Another sequence goes on from the same ids. */
  #goesOn({ ids }: OwnSequence): boolean {
    return this.#sequences.some(s => s !== null && s.ids.length > ids.length && leads(ids, s.ids));
  }

  /** The last position of `sequence` has the id `id`. */
  name(sequence: Sequence, id: number): void {
    const own = defined(this.#sequences[sequence.index], 'sequence');
    assert(own.ids.at(-1) === UNNAMED, 'a position without an id');
    own.ids[own.ids.length - 1] = id;
    own.used = ++this.#tick;
  }

  /** Forgets positions from `length` on: their states were never computed, or are in doubt. */
  truncate(sequence: Sequence, length: number): void {
    const own = defined(this.#sequences[sequence.index], 'sequence');
    for (const slot of own.slots.splice(length)) this.#release(slot);
    own.ids.length = Math.min(length, own.ids.length);
  }

  /**
   * `count` slots that belong to no sequence, for a probe: to be given back. Sequences unused longest make room; the one used last stays.
   * Throws `out_of_memory` when the pool has no such room.
   */
  scratch(count: number): { readonly slots: readonly number[]; release(): void } {
    const newest = this.#newest();
    while (this.#free.length < count) {
      const oldest = this.#oldest(newest);
      if (!oldest) throw noRoom(count, this.#capacity);
      this.#drop(oldest);
    }
    const slots = this.#free.splice(-count);
    const release = () => {
      for (const slot of slots.splice(0)) this.#free.push(slot);
    };
    return { slots, release };
  }

  /** Drops everything. */
  clear(): void {
    for (const sequence of this.#sequences) if (sequence) this.#drop(sequence);
  }

  /** `length`: positions that it shares with `ids`. */
  #longestMatch(ids: ArrayLike<number>): { readonly best: OwnSequence | null; readonly length: number } {
    const least = this.#likelyMatch(ids);
    let best: OwnSequence | null = null;
    let length = 0;
    for (const sequence of this.#sequences) {
      // Those that share less are found by one id.
      if (!sequence || (least > 0 && sequence.ids[least - 1] !== ids[least - 1])) continue;
      const shared = sharedPrefix(sequence.ids, ids);
      const whole = shared === sequence.ids.length;
      // Of equal prefixes the sequence that ends there is extended rather than branched from.
      if (shared > length || (shared === length && shared > 0 && whole)) [best, length] = [sequence, shared];
    }
    return { best, length };
  }

  /** So many positions at least are shared with a sequence: what the longest one has that ends in the id that the text has there. A text that goes on is all of its own. */
  #likelyMatch(ids: ArrayLike<number>): number {
    let likely: OwnSequence | null = null;
    for (const sequence of this.#sequences) {
      if (sequence === null || sequence.ids.length <= (likely?.ids.length ?? 0)) continue;
      if (sequence.ids.at(-1) === ids[sequence.ids.length - 1]) likely = sequence;
    }
    return likely === null ? 0 : sharedPrefix(likely.ids, ids);
  }

  /** A new sequence that shares the first `length` slots of `parent`. */
  #branch(parent: OwnSequence | null, length: number): OwnSequence {
    const slots = parent ? parent.slots.slice(0, length) : [];
    const ids = parent ? parent.ids.slice(0, length) : [];
    for (const slot of slots) this.#holders[slot]!++;
    const index = this.#freeIndex(parent);
    const sequence: OwnSequence = { index, ids, slots, used: ++this.#tick };
    this.#sequences[index] = sequence;
    return sequence;
  }

  /** A table for a new sequence; the parent makes room only when there is no other (its shared slots are held already). */
  #freeIndex(parent: OwnSequence | null): number {
    const empty = this.#sequences.indexOf(null, this.#firstTable);
    if (empty >= 0) return empty;
    const oldest = defined(this.#oldest(parent) ?? parent, 'a sequence to drop');
    this.#drop(oldest);
    return oldest.index;
  }

  #take(forSequence: OwnSequence): number {
    while (this.#free.length === 0) this.#drop(defined(this.#oldest(forSequence), 'a sequence to drop'));
    const slot = defined(this.#free.pop(), 'a free slot');
    this.#holders[slot] = 1;
    return slot;
  }

  #newest(): OwnSequence | null {
    let newest: OwnSequence | null = null;
    for (const sequence of this.#sequences) if (sequence && sequence.used > (newest?.used ?? -1)) newest = sequence;
    return newest;
  }

  #oldest(except: OwnSequence | null): OwnSequence | null {
    let oldest: OwnSequence | null = null;
    for (const sequence of this.#sequences) {
      if (sequence && sequence !== except && (!oldest || sequence.used < oldest.used)) oldest = sequence;
    }
    return oldest;
  }

  #drop(sequence: OwnSequence): void {
    this.#sequences[sequence.index] = null;
    for (const slot of sequence.slots) this.#release(slot);
  }

  #release(slot: number): void {
    this.#holders[slot]!--;
    if (this.#holders[slot] === 0) this.#free.push(slot);
  }
}

function noRoom(count: number, capacity: number): NucleusError {
  const message = `no room for ${count} positions beside the text in a pool of ${capacity}`;
  return new NucleusError('out_of_memory', message, { positions: count });
}

/** `whole` begins with `head`; looked at from its end, where texts that begin alike differ first. */
function leads(head: readonly number[], whole: readonly number[]): boolean {
  for (let i = head.length - 1; i >= 0; i--) if (head[i] !== whole[i]) return false;
  return true;
}

/** Length of the longest shared prefix of two lists of ids. */
export function sharedPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
