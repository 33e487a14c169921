// What does not fit the context: which turns or ids go, as pure functions on counts and ids.

/** Tokens for the reply: what a run adds at most, but no more than a quarter of the context. */
export function replyRoom(allowed: number, wanted: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(allowed / 4)));
}

/**
 * How many of the oldest turns have to go so that the rest fits; whole exchanges, so that roles still alternate. `sizes`: tokens of each turn with its markup;
 * the last one stays. Null where even that is too much.
 */
export function turnsToDrop(fixed: number, sizes: readonly number[], from: number, room: number): number | null {
  let sum = fixed + sizes.slice(from).reduce((all, size) => all + size, 0);
  let dropped = from;
  while (sum > room && dropped + 2 < sizes.length) {
    sum -= (sizes[dropped] ?? 0) + (sizes[dropped + 1] ?? 0);
    dropped += 2;
  }
  return sum > room ? null : dropped;
}

/** Ids [from, to) that go so that `room` are left: the first ones stay, and as many of the last as fit. Null where nothing would be left behind them. */
export function windowOf(
  tokens: number,
  first: number,
  room: number,
): { readonly from: number; readonly to: number } | null {
  if (tokens <= room) return { from: 0, to: 0 };
  const from = Math.max(0, Math.min(first, tokens));
  return from >= room ? null : { from, to: tokens - (room - from) };
}
