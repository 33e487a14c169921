// One model's conversation with the GPU: what is cached is shared, what is missing is computed, rows come out.

import type { DrawSetting } from '../gpu/draw-record.ts';
import type { KvCache, Sequence } from '../gpu/kv-cache.ts';
import type { Lent } from '../gpu/readback.ts';
import { type Row, type Runner, SCORE_ROWS } from '../gpu/runner.ts';
import type { HeldState, StateCache } from '../gpu/state-cache.ts';
import type { RowStatistics } from '../gpu/statistics.ts';
import { defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import type { Dims } from '../model/ir/graph.ts';
import { advance } from './advance.ts';
import { QueuedDraw } from './decode/queued-draw.ts';
import type { TouchedWrite } from './decode/touched.ts';
import { Pace } from './pace.ts';
import type { Room } from './room.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';

export interface PrefillCounts {
  /** Positions found in the cache, and positions computed now. */
  readonly reused: number;
  readonly computed: number;
}

/** What of a runner a session needs. */
export type SessionRunner = Pick<
  Runner,
  | 'maxRows'
  | 'prefill'
  | 'step'
  | 'logits'
  | 'draw'
  | 'prepareDraw'
  | 'score'
  | 'writeTable'
  | 'writeTouched'
  | 'turnFor'
  | 'turnsAsBefore'
>;

export interface SessionParts {
  readonly runner: SessionRunner;
  readonly cache: KvCache;
  readonly room: Pick<Room, 'allowed' | 'need' | 'spare'>;
  /** Of a model with running states. */
  readonly states: StateCache | null;
  readonly dims: Dims;
}

/** A text whose last row is computed next, or is there: `row` is null then. */
export interface OpenText {
  readonly sequence: Sequence;
  readonly row: Row | null;
  readonly slot: number;
}

export class Session {
  readonly dims: Dims;
  readonly #runner: SessionRunner;
  readonly #cache: KvCache;
  readonly #room: SessionParts['room'];
  readonly #states: StateCache | null;
  readonly #pace: Pace;

  constructor({ runner, cache, room, states, dims }: SessionParts) {
    this.dims = dims;
    this.#states = states;
    this.#room = room;
    this.#runner = runner;
    this.#cache = cache;
    this.#pace = new Pace(runner.maxRows);
  }

  /** Tokens that a text may have now. */
  get allowed(): number {
    return this.#room.allowed;
  }

  /** Texts that one step can take, beside the one that all of them begin with, which may go on another way. */
  get widest(): number {
    return Math.max(1, Math.min(this.#runner.maxRows, this.#cache.tables - 2));
  }

  /** How many leading positions of `ids` need no computing: of a model with running states, up to the last one that is held. */
  reusable(ids: Uint32Array): number {
    if (!this.#runner.turnsAsBefore(ids.length)) return 0;
    const cached = this.#cache.reusable(ids);
    if (this.#states === null || cached === ids.length) return cached;
    return this.#states.find(ids, cached)?.length ?? 0;
  }

  /** Makes the model ready for texts of `length` positions: some turn their heads otherwise in long ones, and forget all keys then. */
  turnFor(length: number): void {
    if (this.#runner.turnsAsBefore(length)) return;
    this.#cache.clear();
    this.#states?.clear();
    this.#runner.turnFor(length);
  }

  /**
   * Makes sure the states of all `ids` [1 .. allowed] are in the cache. Throws `empty_prompt`, `prompt_too_long`, `bad_token`,
   * `cancelled` (between two steps; what was computed stays) or `device_lost`.
   */
  async prefill(ids: Uint32Array, signal?: AbortSignal): Promise<PrefillCounts> {
    const { reused } = await this.#fill(ids, signal);
    return { reused, computed: ids.length - reused };
  }

  /** The sequence that holds the states of all `ids`, computed where the cache lacks them; for probes. Throws as `prefill`. */
  async sequence(ids: Uint32Array, signal?: AbortSignal): Promise<Sequence> {
    return (await this.#fill(ids, signal)).sequence;
  }

  /** Logits [V] of the last of `ids`: the prediction of the token after them. Computes what the cache lacks; throws as `prefill`. */
  async next(ids: Uint32Array, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    const last = ids.length - 1;
    if (last >= 1 && this.reusable(ids) === last) return this.#step(ids);
    const { sequence } = await this.#fill(ids, signal);
    return this.#runner.logits(defined(sequence.slots[last], 'slot'));
  }

  /**
   * The row after the last of `ids` with a draw on it, submitted, where the GPU `canDraw`. Computes what the cache lacks; throws as `prefill`. It has to
   * be read or dropped.
   */
  async draw(ids: Uint32Array, setting: DrawSetting, signal?: AbortSignal): Promise<QueuedDraw> {
    const last = ids.length - 1;
    const step = last >= 1 && this.reusable(ids) === last;
    if (!step) {
      const { sequence } = await this.#fill(ids, signal);
      const slot = defined(sequence.slots[last], 'slot');
      const record = this.#runner.draw({ row: null, slot, follows: false, setting });
      return this.queued(sequence, ids.length, record);
    }
    const { sequence, at } = await this.#open(ids);
    const { result } = await advance({ states: this.#states, at, ids, rows: [rowAt(sequence, last)] }, async rows => {
      const row = defined(rows[0], 'a row');
      return this.#runner.draw({ row, slot: row.slot, follows: false, setting });
    });
    return this.queued(sequence, ids.length, result);
  }

  /**
   * Whether the GPU can draw; compiles what that needs when it is first asked. A driver that refuses the kernel leaves the whole rows, which a lost device
   * refuses in its own words.
   */
  async canDraw(): Promise<boolean> {
    return this.#runner.prepareDraw().then(
      () => true,
      () => false,
    );
  }

  /** Ids whose logits the settings change, for the draws to come. */
  writeTouched({ from, words }: TouchedWrite): void {
    this.#runner.writeTouched(from, words);
  }

  /** The step after `queued`, submitted before it is known what that draws: its row begins with the id that the GPU drew. Null where it has to wait. */
  drawBehind(queued: QueuedDraw, setting: DrawSetting): QueuedDraw | null {
    const { sequence, length } = queued;
    const states = this.#states;
    const at = states?.find(sequence.ids, length) ?? null;
    if (states && at?.length !== length) return null;
    const [row] = this.rowsBehind([queued]) ?? [];
    if (row === undefined) return null;
    const running = states && at && { states, state: states.behind(at) };
    const moved = running ? { ...row, state: { from: at.row, to: running.state.row } } : row;
    const record = this.#runner.draw({ row: moved, slot: row.slot, follows: true, setting });
    return new QueuedDraw(this.#cache, sequence, length + 1, record, running);
  }

  /**
   * Rows for the tokens of draws that are not known yet, one behind each; running states are the caller's to move. Null where they have to wait, since
   * one of them would leave a trace if nobody wanted it: texts that are still the same go on from one sequence.
   */
  rowsBehind(queued: readonly QueuedDraw[]): Row[] | null {
    const waits = queued.some(
      ({ sequence: { ids }, length }) =>
        length >= this.allowed || ids.length !== length || !this.#runner.turnsAsBefore(length + 1),
    );
    const writes = waits ? null : this.#cache.extend(queued.map(({ sequence }) => sequence));
    if (writes === null) return null;
    return writes.map(write => {
      this.#runner.writeTable(write);
      return { id: 0, position: write.from, slot: defined(write.slots[0], 'slot'), sequence: write.sequence };
    });
  }

  /** A draw that was submitted after `length` tokens of a text, to be read or dropped. */
  queued(sequence: Sequence, length: number, record: Lent): QueuedDraw {
    return new QueuedDraw(this.#cache, sequence, length, record);
  }

  /**
   * What the model thought of `ids[from ...]`, `from` at least 1, in tiles as they come: entry i of a tile is about the token at
   * `from + i` of the tile. Throws as `prefill`.
   */
  async *score(
    ids: Uint32Array,
    from: number,
    signal?: AbortSignal,
  ): AsyncGenerator<{ from: number; rows: RowStatistics[] }> {
    for (let begin = Math.max(1, from); begin < ids.length; begin += SCORE_ROWS) {
      // The sequence is looked up for each tile: other work may run between two.
      const { sequence } = await this.#fill(ids, signal);
      const end = Math.min(begin + SCORE_ROWS, ids.length);
      const rows = Array.from({ length: end - begin }, (_, i) => ({
        slot: defined(sequence.slots[begin + i - 1], 'slot'),
        id: defined(ids[begin + i], 'id'),
      }));
      yield { from: begin, rows: await this.#runner.score(rows) };
    }
  }

  /**
   * Texts for a step of all of them: of each the last row is there or to be computed; what is missing before it is computed now. Null for texts that have to
   * wait until there is room beside the others, or that turn their heads otherwise than the first. Throws as `prefill`. For models without running states.
   */
  async openTogether(texts: readonly Uint32Array[], signal?: AbortSignal): Promise<(OpenText | null)[]> {
    const first = defined(texts[0], 'a text');
    this.check(first);
    this.turnFor(first.length);
    const turned = texts.filter(ids => this.#runner.turnsAsBefore(ids.length));
    await this.#room.spare(turned.reduce((sum, ids) => sum + ids.length - this.reusable(ids), 0));
    if (first.length > this.#cache.capacity) {
      await this.#room.need(first.length);
      this.check(first);
    }
    const alike = new Set(turned.filter(ids => ids.length <= this.#cache.capacity));
    for (const ids of alike) if (this.reusable(ids) < ids.length - 1) await this.#fill(ids, signal, true);
    const opened = texts.map(ids => (alike.has(ids) ? this.#openLast(ids) : null));
    // One that was opened later may have taken the room of an earlier one.
    return opened.map(text => (text && this.#cache.holds(text.sequence) ? text : null));
  }

  /** A text of which all but the last position are there; null where they are not any more. */
  #openLast(ids: Uint32Array): OpenText | null {
    const last = ids.length - 1;
    const { sequence, reused, write } = this.#cache.open(ids);
    if (write) this.#runner.writeTable(write);
    if (reused < last) {
      this.#cache.truncate(sequence, reused);
      return null;
    }
    const row = reused === last ? rowAt(sequence, last) : null;
    return { sequence, row, slot: defined(sequence.slots[last], 'slot') };
  }

  /** Texts whose step has failed: the rows that it was to compute are in doubt. */
  forget(texts: readonly OpenText[]): void {
    for (const { sequence, row } of texts)
      if (row && this.#cache.holds(sequence)) this.#cache.truncate(sequence, row.position);
  }

  /** One decode step: all of `ids` but the last are cached. */
  async #step(ids: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
    const { sequence, reused, at } = await this.#open(ids);
    try {
      const step = { states: this.#states, at, ids, rows: [rowAt(sequence, reused)] };
      return (await advance(step, ([row]) => this.#runner.step(defined(row, 'a row')))).result;
    } catch (error) {
      this.#cache.truncate(sequence, reused);
      throw error;
    }
  }

  /** `beside`: of several texts, of which others may wait; the pool as it is has room for it. */
  async #fill(ids: Uint32Array, signal?: AbortSignal, beside = false): Promise<{ sequence: Sequence; reused: number }> {
    const { sequence, reused, at } = await this.#open(ids, beside);
    const states = this.#states;
    let [done, state] = [reused, at];
    if (state) states?.keep(state);
    try {
      while (done < ids.length) {
        throwIfCancelled(signal, 'prefill');
        const count = Math.min(this.#pace.rows, ids.length - done, states?.room(done) ?? this.#pace.rows);
        const begin = performance.now();
        const rows = Array.from({ length: count }, (_, i) => rowAt(sequence, done + i));
        const step = { states, at: state, ids: ids.subarray(0, done + count), rows };
        state = (await advance(step, moved => this.#runner.prefill(moved))).state;
        const most = Math.min(this.#runner.maxRows, states?.room(0) ?? Number.POSITIVE_INFINITY);
        this.#pace.took(count, performance.now() - begin, most);
        done += count;
      }
      if (state) states?.keep(state);
    } finally {
      if (done < ids.length) this.#cache.truncate(sequence, done);
    }
    return { sequence, reused };
  }

  /** The sequence of `ids`, how much of it is there, and the running state that the rest goes on from. */
  async #open(ids: Uint32Array, beside = false): Promise<{ sequence: Sequence; reused: number; at: HeldState | null }> {
    this.check(ids);
    this.turnFor(ids.length);
    // Where all of it is free anyway, nobody need count what is there.
    if (!beside && this.#cache.free < ids.length) {
      await this.#room.need(ids.length - this.reusable(ids));
      this.check(ids); // memory may have given out
    }
    const most = this.reusable(ids);
    const { sequence, reused, write } = this.#cache.open(ids, most);
    if (write) this.#runner.writeTable(write);
    return { sequence, reused, at: this.#states?.find(ids, reused) ?? null };
  }

  /** Throws `empty_prompt`, `prompt_too_long` or `bad_token` for ids that are no text of this model. */
  check(ids: Uint32Array): void {
    const { vocab_size } = this.dims;
    const { allowed } = this;
    if (ids.length === 0) throw new NucleusError('empty_prompt', 'there is no token to start from');
    if (ids.length > allowed) {
      const message = `${ids.length} tokens do not fit a context of ${allowed}`;
      throw new NucleusError('prompt_too_long', message, {
        tokens: ids.length,
        limit: allowed,
        excess: ids.length - allowed,
      });
    }
    const bad = ids.find(id => id >= vocab_size);
    if (bad !== undefined) {
      const message = `token id ${bad} is outside the vocabulary of ${vocab_size}`;
      throw new NucleusError('bad_token', message, { id: bad, vocab_size });
    }
  }
}

function rowAt(sequence: Sequence, position: number): Row {
  return {
    id: defined(sequence.ids[position], 'id'),
    position,
    slot: defined(sequence.slots[position], 'slot'),
    sequence: sequence.index,
  };
}
