// Times of rounds in which subjects take turns: the middle one, the best, how far they spread, and ratios within a round.
import { defined } from '../../src/lib/assert.ts';

/** Milliseconds. */
export interface Timing {
  readonly min: number;
  readonly median: number;
  /** From the first to the third quartile, as a share of the median. */
  readonly spread: number;
  /** Of each round that counts, in order. */
  readonly each: readonly number[];
}

export interface Turns {
  /** Rounds that count. */
  readonly rounds: number;
  /** A subject takes no further round after so many milliseconds. */
  readonly cellMs: number;
}

/** Null for no times. */
export function timingOf(each: readonly number[]): Timing | null {
  if (each.length === 0) return null;
  const median = quantile(each, 0.5);
  const spread = (quantile(each, 0.75) - quantile(each, 0.25)) / median;
  return { min: Math.min(...each), median, spread, each };
}

/** Between neighbours in proportion, so that a half is the mean of the two in the middle. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = defined(sorted[Math.floor(at)], 'a value');
  return low + (at - Math.floor(at)) * (defined(sorted[Math.ceil(at)], 'a value') - low);
}

/** How many times as long `own` takes: the middle one of the ratios within each round that both have. Null where they share none. */
export function ratioOf(own: Timing | null | undefined, first: Timing | null | undefined): number | null {
  const ratios = (own?.each ?? []).flatMap((ms, round) => {
    const other = first?.each[round];
    return other === undefined ? [] : [ms / other];
  });
  return ratios.length === 0 ? null : quantile(ratios, 0.5);
}

/**
 * Rounds in which every subject takes its turn, so that what else the machine does hits all of them; a subject returns its milliseconds. The first round
 * warms up and is not counted, unless it is the only one.
 */
export async function inTurns(
  subjects: readonly (((round: number) => Promise<number>) | null)[],
  { rounds, cellMs }: Turns,
): Promise<(Timing | null)[]> {
  const times = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const own = defined(times[i], 'times');
      if (subject === null || own.reduce((sum, ms) => sum + ms, 0) > cellMs) continue;
      own.push(await subject(round));
    }
  }
  return times.map(own => timingOf(own.length > 1 ? own.slice(1) : own));
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
