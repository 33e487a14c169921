// Test support: what a stranger makes of a sound file, byte by byte and value by value; the same for the same seed.

/** Whole numbers below `below`, by a small generator of 32 bits. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % 0xffffffff) % below;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T | undefined => list[random(list.length)];

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/** One to four changes: a byte, eight bytes of a huge number, a cut, a stretch twice, a stretch gone. */
export function changedBytes(sound: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = Uint8Array.from(sound);
  for (let times = 1 + random(4); times > 0 && bytes.length > 0; times--) {
    const at = random(bytes.length);
    const end = Math.min(bytes.length, at + 1 + random(16));
    const kind = random(10);
    if (kind < 4) bytes[at] = random(256);
    else if (kind < 6) bytes[at] = pick(random, EXTREMES) ?? 0;
    else if (kind === 6) bytes.fill(pick(random, EXTREMES) ?? 0, at, Math.min(bytes.length, at + 8));
    else if (kind === 7) bytes = bytes.slice(0, at);
    else if (kind === 8) bytes = Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(at)]);
    else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)]);
  }
  return bytes;
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 31,
  1e308,
  '',
  'x',
  '\u202e\u0000\ud800',
  '__proto__',
  'a'.repeat(5000),
  [],
  {},
  [[[[[]]]]],
  { a: { a: { a: {} } } },
  new Array(300).fill(7),
];

/** A copy of plain values, in a fifth of the time that `structuredClone` takes for small ones. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copied((value as Record<string, unknown>)[key]);
  return copy;
}

/** The value with one to three of its parts gone, strange, doubled or in the place of another. */
export function changedValue(sound: unknown, random: Random): unknown {
  const whole: unknown = copied(sound);
  for (let times = 1 + random(3); times > 0; times--) {
    const places = placesOf(whole);
    const place = pick(random, places);
    if (place === undefined) return pick(random, STRANGE);
    const { holder, key } = place;
    const kind = random(5);
    if (kind === 0 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (kind === 0) delete holder[key];
    else if (kind === 1 && Array.isArray(holder)) holder.push(holder[Number(key)]);
    else if (kind === 1) holder[`${key}'`] = holder[key];
    else if (kind === 2) {
      const other = pick(random, places);
      holder[key] = copied(other?.holder[other.key] ?? null);
    } else holder[key] = copied(pick(random, STRANGE));
  }
  return whole;
}

interface Part {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Parts within parts, at most some thousands of them. */
function placesOf(whole: unknown): Part[] {
  const found: Part[] = [];
  const open: unknown[] = [whole];
  for (let next = open.pop(); next !== undefined && found.length < 2000; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const holder = next as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      found.push({ holder, key });
      open.push(holder[key]);
    }
  }
  return found;
}

/** The text with some characters changed, doubled or gone. */
export function changedText(sound: string, random: Random): string {
  let text = sound;
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(text.length + 1);
    const kind = random(4);
    const put =
      pick(random, ['{', '}', '"', "'", '(', ')', '%', '[', ']', '|', '\\', '-', '9', '\u0000', '\ud800', ' ']) ?? '';
    if (kind === 0) text = text.slice(0, at) + put + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + put + text.slice(at + 1);
    else if (kind === 2) text = text.slice(0, at) + text.slice(at + 1 + random(20));
    else text = text.slice(0, at) + text.slice(Math.max(0, at - random(40)));
  }
  return text;
}
