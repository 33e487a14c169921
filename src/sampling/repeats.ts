// Repetitions in a text: which tokens would go on with one, and how long it is by then. Linear in the length of the text.

type BytesOf = (id: number) => Uint8Array | undefined;

/**
 * For each id that stands somewhere in the text behind what the text ends in: the length of the longest such end, in tokens, if it is `allowed` or more.
 * An end reaches back no further than behind the last breaker, and an id whose bytes have a breaker in them is not given.
 * @param breakers strings, as bytes, that no repetition goes on across.
 */
export function repeatedEnds(
  ids: Uint32Array,
  allowed: number,
  breakers: readonly Uint8Array[],
  bytesOf: BytesOf,
): Map<number, number> {
  const found = new Map<number, number>();
  if (ids.length <= allowed) return found;
  const most = behindBreaker(ids, breakers, bytesOf);
  if (most < allowed) return found;
  const backwards = ids.slice().reverse();
  const shared = prefixes(backwards);
  for (let k = 1; k < backwards.length; k++) {
    const length = Math.min(shared[k]!, most);
    const next = backwards[k - 1]!;
    if (length >= allowed && length > (found.get(next) ?? 0)) found.set(next, length);
  }
  for (const id of found.keys()) if (breakers.some(breaker => within(bytesOf(id), breaker))) found.delete(id);
  return found;
}

/** The Z-function: how long a prefix of the list each place begins with; at 0 the length of the list. */
function prefixes(list: Uint32Array): Uint32Array {
  const found = new Uint32Array(list.length);
  found[0] = list.length;
  let [left, right] = [0, 0]; // the stretch [left, right) that reaches furthest and is a prefix
  for (let k = 1; k < list.length; k++) {
    let length = k < right ? Math.min(right - k, found[k - left]!) : 0;
    while (k + length < list.length && list[length] === list[k + length]) length++;
    found[k] = length;
    if (k + length > right) [left, right] = [k, k + length];
  }
  return found;
}

/** How many tokens stand behind the breaker that begins last; all of them where there is none. */
function behindBreaker(ids: Uint32Array, breakers: readonly Uint8Array[], bytesOf: BytesOf): number {
  const longest = breakers.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest === 0) return ids.length;
  /** Bytes from the token on, as many as a breaker that begins in it may take, and where each token behind it ends. */
  for (let i = ids.length - 1; i >= 0; i--) {
    const own = bytesOf(ids[i]!)?.length ?? 0;
    const bytes: number[] = [];
    const ends: number[] = [];
    for (let j = i; j < ids.length && bytes.length < own + longest - 1; j++) {
      for (const byte of bytesOf(ids[j]!) ?? []) bytes.push(byte);
      ends.push(bytes.length);
    }
    const last = breakers.flatMap(breaker => lastPlace(bytes, breaker, own).map(at => at + breaker.length));
    if (last.length === 0) continue;
    const end = last.reduce((most, at) => Math.max(most, at), 0);
    return ids.length - 1 - (i + ends.findIndex(at => at >= end));
  }
  return ids.length;
}

/** Where `part` stands in `bytes` the last time that it begins before `before`: one place, or none. */
function lastPlace(bytes: readonly number[], part: Uint8Array, before: number): number[] {
  for (let at = Math.min(before - 1, bytes.length - part.length); at >= 0; at--) {
    if (part.every((byte, i) => byte === bytes[at + i])) return [at];
  }
  return [];
}

function within(bytes: Uint8Array | undefined, part: Uint8Array): boolean {
  return bytes !== undefined && lastPlace([...bytes], part, bytes.length).length > 0;
}
