// What does not fit the context: which turns or ids go, as pure functions on counts and ids.

/** Tokens [from, to). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** UTF-16 units of one message. */
export const MOST_MESSAGE = 200_000;

/** Tokens for the reply: what a run adds at most, but no more than a quarter of the context. */
export function replyRoom(allowed: number, wanted: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(allowed / 4)));
}

/** Tokens before each turn, and at the end those of all. [turns + 1] */
export function sumsOf(sizes: readonly number[]): readonly number[] {
  const sums = [0];
  for (const size of sizes) sums.push((sums.at(-1) ?? 0) + size);
  return sums;
}

/**
 * How many of the oldest turns have to go so that the rest fits; whole exchanges, from one of `begins` to the next, so that roles still alternate and a call
 * stays with its result. `sizes`: tokens of each turn with its markup; the last exchange stays. Null where even that is too much.
 */
export function turnsToDrop(
  fixed: number,
  sizes: readonly number[],
  begins: readonly number[],
  from: number,
  room: number,
): number | null {
  const sums = sumsOf(sizes);
  const after = (dropped: number) => fixed + (sums.at(-1) ?? 0) - (sums[dropped] ?? 0);
  return [from, ...begins.filter(begin => begin > from)].find(dropped => after(dropped) <= room) ?? null;
}

/** Where exchanges begin: with what a user says. */
export function exchangesOf(turns: readonly { readonly role: string }[]): readonly number[] {
  return turns.flatMap(({ role }, i) => (role === 'user' ? i : []));
}

/**
 * Ids [from, to) that go so that `room` are left: the first ones stay, and as many of the last as fit. What stands in one of `together` goes
 * whole. Null where nothing would be left behind them.
 */
export function windowOf(
  tokens: number,
  first: number,
  room: number,
  together: readonly Range[] = [],
): { readonly from: number; readonly to: number } | null {
  if (tokens <= room) return { from: 0, to: 0 };
  const from = Math.max(0, Math.min(first, tokens));
  if (from >= room) return null;
  const to = tokens - (room - from);
  const cut = together.find(each => each.from < to && to < each.to);
  return { from, to: cut?.to ?? to };
}
