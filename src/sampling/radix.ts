// Ids by falling logit: a stable radix sort on the bits of the floats. Sorting objects costs ten times as much.

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const MASK = BUCKETS - 1;

/**
 * Unsigned keys that rise as the floats fall. A positive float orders as its bits, a negative one against them; -0 counts as 0.
 * NaN has no place: the caller has looked for it.
 */
function fallingKeys(logits: Float32Array): Uint32Array {
  // + 0 turns -0 into 0; the copy also gives offset 0 whatever the view's own.
  const floats = new Float32Array(logits.length);
  for (let i = 0; i < logits.length; i++) floats[i] = logits[i]! + 0;
  const keys = new Uint32Array(floats.buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]!;
    keys[i] = bits & 0x8000_0000 ? bits : ~bits & 0x7fff_ffff;
  }
  return keys;
}

/** [V] ids by falling logit, ties by the lower id first. Three stable passes of 11 bits, starting from id order. */
export function rankIds(logits: Float32Array): Uint32Array<ArrayBuffer> {
  const n = logits.length;
  const keys = fallingKeys(logits);
  const counts = [new Uint32Array(BUCKETS), new Uint32Array(BUCKETS), new Uint32Array(BUCKETS)] as const;
  for (let i = 0; i < n; i++) {
    const key = keys[i]!;
    counts[0][key & MASK]!++;
    counts[1][(key >>> DIGIT_BITS) & MASK]!++;
    counts[2][key >>> (2 * DIGIT_BITS)]!++;
  }
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  counts.forEach((places, pass) => {
    let start = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = places[bucket]!;
      places[bucket] = start;
      start += count;
    }
    const shift = pass * DIGIT_BITS;
    for (let i = 0; i < n; i++) {
      const id = from[i]!;
      const digit = (keys[id]! >>> shift) & MASK;
      to[places[digit]!++] = id;
    }
    [from, to] = [to, from];
  });
  return from;
}
