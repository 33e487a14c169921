// Seeds of several draws at once.
import { freshSeed } from '../../lib/rng.ts';
import { lockedSeed, MAX_SEED } from '../../stores/run/settings.ts';
import type { Stores } from '../../stores/stores.ts';

/** The locked seed, or a fresh one, and the numbers after it, the first again behind the last. */
export function seedsOf({ settings }: Pick<Stores, 'settings'>, count: number): number[] {
  const seed = lockedSeed(settings.getState()) ?? freshSeed();
  return Array.from({ length: count }, (_, i) => (seed <= MAX_SEED - i ? seed + i : i - 1 - (MAX_SEED - seed)));
}
