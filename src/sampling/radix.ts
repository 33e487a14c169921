// Ids by falling logit: a stable radix sort on the bits of the floats. Sorting objects costs ten times as much.

/** Rows of so many logits and more are sorted by two digits of 16 bits, shorter ones by three of 11: the buckets cost as much as 65,536 numbers. */
const LONG = 32_768;

/** Between rows: keys, and pairs of a key and its id on their way. Fresh pages of memory would cost as much as a pass. */
let scratch = { keys: new Uint32Array(0), pairs: new Uint32Array(0) };

function scratchFor(n: number): typeof scratch {
  if (scratch.keys.length < n) scratch = { keys: new Uint32Array(n), pairs: new Uint32Array(2 * n) };
  return scratch;
}

/**
 * Unsigned keys that rise as the floats fall. A positive float orders as its bits, a negative one against them; -0 counts as 0.
 * NaN has no place: the caller has looked for it.
 */
function writeFallingKeys(logits: Float32Array, keys: Uint32Array<ArrayBuffer>): void {
  const floats = new Float32Array(keys.buffer, 0, logits.length);
  for (let i = 0; i < logits.length; i++) floats[i] = logits[i]! + 0; // + 0 turns -0 into 0
  for (let i = 0; i < logits.length; i++) {
    const bits = keys[i]! | 0;
    keys[i] = bits ^ (~(bits >> 31) & 0x7fff_ffff);
  }
}

/** Where the keys of each value of a digit begin in their order. */
function digitStarts(keys: Uint32Array, n: number, shift: number, bits: number): Uint32Array {
  const places = new Uint32Array(1 << bits);
  const mask = places.length - 1;
  for (let i = 0; i < n; i++) places[(keys[i]! >>> shift) & mask]!++;
  let start = 0;
  for (let digit = 0; digit < places.length; digit++) {
    const count = places[digit]!;
    places[digit] = start;
    start += count;
  }
  return places;
}

/** [V] ids by falling logit, ties by the lower id first. Stable passes from the lowest digit up, starting from id order; keys move with their ids. */
export function rankIds(logits: Float32Array): Uint32Array<ArrayBuffer> {
  const n = logits.length;
  const bits = n < LONG ? 11 : 16;
  const mask = (1 << bits) - 1;
  const { keys, pairs } = scratchFor(n);
  writeFallingKeys(logits, keys);
  const ids = new Uint32Array(n);
  const first = digitStarts(keys, n, 0, bits);
  const middle = bits === 11 ? digitStarts(keys, n, bits, bits) : null;
  const last = digitStarts(keys, n, middle ? 2 * bits : bits, bits);
  // Key and id side by side: a place of a pass is one line of the processor's cache, not two.
  for (let id = 0; id < n; id++) {
    const key = keys[id]!;
    const to = 2 * first[key & mask]!++;
    pairs[to] = key;
    pairs[to + 1] = id;
  }
  if (middle === null) {
    for (let i = 0; i < 2 * n; i += 2) ids[last[pairs[i]! >>> bits]!++] = pairs[i + 1]!;
    return ids;
  }
  const again = new Uint32Array(n);
  for (let i = 0; i < 2 * n; i += 2) {
    const key = pairs[i]!;
    const to = middle[(key >>> bits) & mask]!++;
    keys[to] = key;
    again[to] = pairs[i + 1]!;
  }
  for (let i = 0; i < n; i++) ids[last[keys[i]! >>> (2 * bits)]!++] = again[i]!;
  return ids;
}
