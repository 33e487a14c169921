// What the cache of keys and values saves: the time of one more token with the others cached, and with all of them computed again.
//
// Both ways end in the same row of logits, through the kernels of every run; both write to scratch slots, so that the session's states stay.
import type { Row } from '../../gpu/runner.ts';
import { assert, defined } from '../../lib/assert.ts';
import { median } from '../../lib/median.ts';
import type { CacheMeasuredEvent } from '../../protocol/probe-events.ts';
import { rankRow } from '../../sampling/row.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import type { ProbeContext } from './context.ts';
import { stateBefore } from './scratch.ts';

/** Rounds of each way, fewer once they have taken so many milliseconds together. One more before them warms up and is not counted. */
const ROUNDS = 5;
const ENOUGH_MS = 400;

export type CacheMeasured = Omit<CacheMeasuredEvent, 'type' | 'run'>;

/** A row of logits with the milliseconds it took. */
interface Timed {
  readonly ms: number;
  readonly logits: Float32Array<ArrayBuffer>;
}

/** One measurement for each of `lengths`, 1 to the length of `ids`. Throws as Session.prefill; `cancelled` between two steps of work. */
export async function* measureCache(
  context: ProbeContext,
  ids: Uint32Array,
  lengths: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<CacheMeasured> {
  context.session.check(ids);
  for (const length of lengths) {
    assert(Number.isInteger(length) && length >= 1 && length <= ids.length, 'a length of the text');
    // The sequence is looked up for each length: other work may run between two.
    const sequence = await context.session.sequence(ids.subarray(0, length), signal);
    const scratch = await context.room.scratch(length);
    try {
      const state = await stateBefore(context, ids, sequence, length - 1);
      const cached = await timedRounds(
        () => withCache(context, ids, sequence.slots, scratch.slots, length, state),
        signal,
      );
      const uncached = await timedRounds(() => withoutCache(context, ids, scratch.slots, length, signal), signal);
      const difference = largestDifference(cached.logits, uncached.logits);
      yield { length, cachedMs: cached.ms, uncachedMs: uncached.ms, difference };
    } finally {
      scratch.release();
    }
  }
}

/** One decode step: the last token alone, in a scratch slot, the others as the session has them. */
async function withCache(
  context: ProbeContext,
  ids: Uint32Array,
  own: readonly number[],
  scratch: readonly number[],
  length: number,
  state: Pick<Row, 'state'>,
): Promise<Timed> {
  const slots = [...own.slice(0, length - 1), defined(scratch[0], 'slot')];
  context.runner.writeTable({ sequence: context.table, from: 0, slots: Uint32Array.from(slots) });
  const row = { ...rowAt(context, ids, slots, length - 1), ...state };
  return timed(() => context.runner.step(row));
}

/** All tokens anew, in steps as a prefill takes them, then the head. */
async function withoutCache(
  context: ProbeContext,
  ids: Uint32Array,
  slots: readonly number[],
  length: number,
  signal?: AbortSignal,
): Promise<Timed> {
  const { runner, table } = context;
  runner.writeTable({ sequence: table, from: 0, slots: Uint32Array.from(slots) });
  const rows = Array.from({ length }, (_, position) => rowAt(context, ids, slots, position));
  return timed(async () => {
    for (let begin = 0; begin < length; begin += runner.maxRows) {
      throwIfCancelled(signal, 'the measurement');
      await runner.prefill(rows.slice(begin, begin + runner.maxRows));
    }
    return runner.logits(defined(rows.at(-1), 'a row').slot);
  });
}

function rowAt({ table }: ProbeContext, ids: Uint32Array, slots: readonly number[], position: number): Row {
  const id = defined(ids[position], 'id');
  return { id, position, slot: defined(slots[position], 'slot'), sequence: table };
}

async function timed(work: () => Promise<Float32Array<ArrayBuffer>>): Promise<Timed> {
  const begin = performance.now();
  const logits = await work();
  return { ms: performance.now() - begin, logits };
}

/** The median of some rounds; a slow way has fewer, at least one. */
async function timedRounds(round: () => Promise<Timed>, signal?: AbortSignal): Promise<Timed> {
  throwIfCancelled(signal, 'the measurement');
  let last = await round();
  const times: number[] = [];
  // Where one round takes long enough, the first is as good as any.
  if (last.ms > ENOUGH_MS) return last;
  for (let spent = 0; times.length < ROUNDS && spent < ENOUGH_MS; spent += last.ms) {
    throwIfCancelled(signal, 'the measurement');
    last = await round();
    times.push(last.ms);
  }
  return { ms: median(times), logits: last.logits };
}

/** Of the log-probabilities of two rows. Throws `nan_logits`. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  const [one, other] = [rankRow(a), rankRow(b)];
  let most = 0;
  for (const [id, logit] of a.entries()) {
    most = Math.max(most, Math.abs(logit - one.logZ - (defined(b[id], 'a logit') - other.logZ)));
  }
  return most;
}
