// Accounts for the pool of running states of models that have any: which row holds the state after which token ids. Pure; the planes live elsewhere.
//
// A running state holds all that came before in one place, so it cannot be cut: an edit goes on from the longest state that its text begins
// with. A state is advanced where it lies, unless it is kept: then the next one goes to a row of its own, and texts that branch share the one before.
// The state after a token that is not known yet has a row of its own, too, so that the one before is there if nobody wants it.
import { assert, defined } from '../lib/assert.ts';

/** The state after some token ids. */
export interface HeldState {
  readonly row: number;
  /** How many they are. */
  readonly length: number;
}

/** Rows of the pool: what a step begins with, and where the state after it goes. */
export interface StateMove {
  readonly from: number;
  readonly to: number;
}

interface OwnState extends HeldState {
  readonly ids: number[];
  /** A probe made it: it goes first. */
  readonly probe: boolean;
  kept: boolean;
  /** Tick of the last use. */
  used: number;
  /** The state that it was queued behind, while the last of its tokens is not known. */
  behind: OwnState | null;
}

/** The row that probes write to; what it holds is nobody's. */
export const SCRATCH_STATE = 0;
/** Rows of a pool at least: scratch, the state that is advanced, the one it goes on from, and one for a probe. */
export const LEAST_STATES = 4;
/** The state after every so many positions is kept, so that an edit goes on from there. */
const STATE_SPACING = 64;

export class StateCache {
  /** By row; the first is scratch. */
  readonly #states: (OwnState | null)[];
  /** The one that the session reached last. */
  #latest: OwnState | null = null;
  #tick = 0;

  constructor(rows: number) {
    assert(rows >= LEAST_STATES, `a pool of ${LEAST_STATES} states or more`);
    this.#states = new Array<OwnState | null>(rows).fill(null);
  }

  /** The longest state of leading ids, `most` of them at most; null where there is none but the one before the first. */
  find(ids: ArrayLike<number>, most: number): HeldState | null {
    const fitting = this.#known().filter(({ length }) => length <= most);
    return fitting.sort((a, b) => b.length - a.length).find(state => begins(state.ids, ids)) ?? null;
  }

  /** Positions from `position` on that one step may take, so that it ends where a state is kept. */
  room(position: number): number {
    return STATE_SPACING - (position % STATE_SPACING);
  }

  /** Keeps a state: a run ends or begins here, and others may begin here too. */
  keep(state: HeldState): void {
    this.#own(state).kept = true;
  }

  /**
   * Where the state goes that follows `at`: the same row, or one of its own where `at` is kept, or where a `probe` asks. Say `reached` once
   * the step is done, or `drop` if it failed.
   */
  next(at: HeldState | null, probe = false): HeldState {
    const own = at === null ? null : this.#own(at);
    if (own && own.length % STATE_SPACING === 0) own.kept = true;
    return own && !own.kept && own.probe === probe ? own : this.#after(own, probe);
  }

  /** The state that follows `at` and a token that is not known yet, in a row of its own. Say `named` once it is known, or `drop` if nobody wants it. */
  behind(at: HeldState): HeldState {
    const own = this.#own(at);
    const state = this.#after(own, false);
    state.behind = own;
    return state;
  }

  /** The token that `state` was queued without; the one before has done its service. Nothing where its row was needed meanwhile. */
  named(state: HeldState, id: number): void {
    if (!this.holds(state)) return;
    const own = this.#own(state);
    const before = defined(own.behind ?? undefined, 'a state before');
    own.behind = null;
    const passed = this.holds(before) && before.length === own.length && !before.kept && !before.probe;
    if (passed && before.length % STATE_SPACING > 0) this.drop(before);
    own.ids.push(id);
    this.#latest = own;
  }

  /** It is still in its row. */
  holds(state: HeldState): boolean {
    return this.#states[state.row] === state;
  }

  /** The state in its row is that of all `ids` now. */
  reached(state: HeldState, ids: ArrayLike<number>): void {
    const own = this.#own(state);
    for (let i = own.ids.length; i < ids.length; i++) own.ids.push(defined(ids[i], 'id'));
    if (!own.probe) this.#latest = own;
  }

  /** What its row holds is in doubt. */
  drop(state: HeldState): void {
    const own = this.#own(state);
    if (this.#latest === own) this.#latest = null;
    this.#states[own.row] = null;
  }

  /** Drops everything. */
  clear(): void {
    this.#states.fill(null);
    this.#latest = null;
  }

  #own(state: HeldState): OwnState {
    const own = defined(this.#states[state.row] ?? undefined, 'a state');
    assert(own === state, 'the state is still there');
    return own;
  }

  #all(): OwnState[] {
    return this.#states.filter(state => state !== null);
  }

  /** Those of which all tokens are known. */
  #known(): OwnState[] {
    return this.#all().filter(({ behind }) => behind === null);
  }

  /** A row of its own for what follows `own`. */
  #after(own: OwnState | null, probe: boolean): OwnState {
    if (own) own.used = ++this.#tick;
    const row = this.#freeRow(own);
    const state = new Held(row, own?.ids.slice() ?? [], probe, ++this.#tick);
    this.#states[row] = state;
    return state;
  }

  /** A free row, or that of the state that is missed least; never that of `except` or of the latest. */
  #freeRow(except: OwnState | null): number {
    const free = this.#states.indexOf(null, SCRATCH_STATE + 1);
    if (free >= 0) return free;
    const others = this.#all().filter(state => state !== except && state !== this.#latest);
    const worth = new Map(others.map(state => [state, this.#worth(state)]));
    const least = others.reduce((a, b) => ((worth.get(b) ?? 0) < (worth.get(a) ?? 0) ? b : a));
    return least.row;
  }

  /** Positions that would have to be computed again without it, the less the longer it was not used. */
  #worth(state: OwnState): number {
    if (state.probe) return 0;
    if (state.behind) return Number.POSITIVE_INFINITY;
    const before = this.#known().filter(other => other !== state && other.length <= state.length);
    const shared = before.filter(other => begins(other.ids, state.ids));
    const gain = shared.reduce((least, { length }) => Math.min(least, state.length - length), state.length);
    return gain / (1 + this.#tick - state.used);
  }
}

class Held implements OwnState {
  kept = false;
  behind: OwnState | null = null;
  readonly row: number;
  readonly ids: number[];
  readonly probe: boolean;
  used: number;

  constructor(row: number, ids: number[], probe: boolean, used: number) {
    this.row = row;
    this.ids = ids;
    this.probe = probe;
    this.used = used;
  }

  get length(): number {
    return this.ids.length;
  }
}

/** Whether `ids` begin with all of `head`. */
function begins(head: readonly number[], ids: ArrayLike<number>): boolean {
  return head.length <= ids.length && head.every((id, i) => id === ids[i]);
}
