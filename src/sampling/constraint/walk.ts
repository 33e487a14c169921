// A machine on its way through bytes. Sets of states, each with the calls it is in, are made when first met and remembered: a walk is then a look in a table.

import type { Machine } from './machine.ts';
import { badConstraint } from './pattern.ts';

/** Places that are remembered; all are forgotten when there would be more. */
const MOST_PLACES = 8_192;
/** States looked at for the bytes of one mask; some seconds on a slow machine. */
const MOST_STEPS = 4_000_000;
/** States of one place. */
const MOST_STATES_AT_ONCE = 100_000;

const UNKNOWN = -2;
/** No text goes on from here. */
export const DEAD = -1;

/** States behind which a rule was called, the innermost first. Equal ones are one object. */
interface Calls {
  readonly number: number;
  readonly to: number;
  readonly outer: Calls | null;
}

interface Item {
  readonly state: number;
  readonly calls: Calls | null;
}

/** All that the machine may be in after some bytes. */
interface Place {
  readonly items: readonly Item[];
  /** The text may end here. */
  readonly ends: boolean;
  /** Number of the place behind each byte. [256] */
  readonly next: Int32Array;
}

export class Walk {
  readonly #machine: Machine;
  readonly #places: Place[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #calls = new Map<string, Calls>();
  #steps = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#begin();
  }

  /** The place before all text is number 0. */
  #begin(): void {
    const [start = 0] = this.#machine.starts;
    this.#add(this.#closed([{ state: start, calls: null }]));
  }

  /** Forgets all places where there are too many of them; true when it did, and their numbers mean nothing any more. */
  tidy(): boolean {
    this.#steps = 0;
    if (this.#places.length <= MOST_PLACES) return false;
    this.#places.length = 0;
    this.#numbers.clear();
    this.#calls.clear();
    this.#begin();
    return true;
  }

  ends(place: number): boolean {
    return this.#places[place]?.ends === true;
  }

  /** The place behind a byte, or DEAD. Throws `bad_constraint` where that takes too much work since `tidy`. */
  after(place: number, byte: number): number {
    const at = this.#places[place];
    if (at === undefined) return DEAD;
    const known = at.next[byte] ?? DEAD;
    if (known !== UNKNOWN) return known;
    const made = this.#made(at, byte);
    at.next[byte] = made;
    return made;
  }

  #made({ items }: Place, byte: number): number {
    const reached: Item[] = [];
    for (const { state, calls } of items) {
      const edges = this.#machine.onBytes[state] ?? [];
      this.#spend(1 + edges.length / 3);
      for (let i = 0; i < edges.length; i += 3)
        if (byte >= (edges[i] ?? 256) && byte <= (edges[i + 1] ?? -1))
          reached.push({ state: edges[i + 2] ?? 0, calls });
    }
    return reached.length === 0 ? DEAD : this.#add(this.#closed(reached));
  }

  #add(place: Place): number {
    if (place.items.length === 0 && !place.ends) return DEAD;
    const key = `${place.ends ? 1 : 0} ${place.items.map(({ state, calls }) => `${state}.${calls?.number ?? -1}`).join(' ')}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#places.push(place) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  /** All that is reached without a byte; only what has edges on bytes is kept. */
  #closed(from: readonly Item[]): Place {
    const { onBytes, onNothing, calls: called, starts, ends } = this.#machine;
    const seen = new Set<number>();
    const items: Item[] = [];
    const open = [...from];
    let over = false;
    for (let item = open.pop(); item !== undefined; item = open.pop()) {
      const { state, calls } = item;
      const key = ((calls?.number ?? -1) + 1) * onBytes.length + state;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#spend(1);
      if (seen.size > MOST_STATES_AT_ONCE) throw tooMuch();
      if ((onBytes[state]?.length ?? 0) > 0) items.push(item);
      for (const to of onNothing[state] ?? []) open.push({ state: to, calls });
      const rules = called[state] ?? [];
      for (let i = 0; i < rules.length; i += 2) {
        const [rule = 0, to = 0] = [rules[i], rules[i + 1]];
        // What ends with a call needs no way back to itself.
        open.push({ state: starts[rule] ?? 0, calls: ends[to] === 1 ? calls : this.#callsOf(to, calls) });
      }
      if (ends[state] !== 1) continue;
      if (calls === null) over = true;
      else open.push({ state: calls.to, calls: calls.outer });
    }
    items.sort((a, b) => a.state - b.state || (a.calls?.number ?? -1) - (b.calls?.number ?? -1));
    return { items, ends: over, next: new Int32Array(256).fill(UNKNOWN) };
  }

  #callsOf(to: number, outer: Calls | null): Calls {
    const key = `${to}.${outer?.number ?? -1}`;
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const made = { number: this.#calls.size, to, outer };
    this.#calls.set(key, made);
    return made;
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS || this.#places.length > 4 * MOST_PLACES) throw tooMuch();
  }
}

const tooMuch = (): Error =>
  badConstraint('it can be matched in too many ways at once to be followed in a few seconds', '');
