// The kernels draw_pieces and draw as one plain loop after the other, weights in f32 and sums in f64: what they are compared with, and what Node draws by.
import { LISTED, RAISED, RECORD_WORDS, ROOM } from '../../src/gpu/draw-record.ts';

const f = Math.fround;
const HEADER = RECORD_WORDS - 2 * LISTED - 2 * RAISED;

interface Setting {
  readonly width: number;
  readonly pieces: number;
  readonly cutRate: number;
  readonly drawRate: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly u: number;
  readonly touched: number;
  readonly pending: boolean;
  readonly repetition: number;
  readonly frequency: number;
  readonly presence: number;
  readonly typicalP: number;
}

function settingOf(words: Uint32Array): Setting {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const [width = 0, pieces = 0, , , topK = 0, , , , touched = 0, pending = 0] = words;
  const [, , cutRate = 1, drawRate = 1, , topP = 1, minP = 0, u = 0] = floats;
  const [repetition = 1, frequency = 0, presence = 0, typicalP = 1] = floats.subarray(10);
  const change = { touched, pending: pending > 0, repetition, frequency, presence, typicalP };
  return { width, pieces, cutRate, drawRate, topK, topP, minP, u, ...change };
}

const weight = (below: number, rate: number): number => f(Math.exp(Math.max(f(f(below) * rate), -200)));

/** Sums of exp(a) and a exp(a), at temperature 1 and at that of the cuts. */
type Sums = [number, number, number, number];

function add(sums: Sums, below: number, rate: number): void {
  const a = Math.max(f(below), -200);
  const c = Math.max(f(f(below) * rate), -200);
  const [e, ec] = [f(Math.exp(a)), f(Math.exp(c))];
  sums[0] += e;
  sums[1] += a * e;
  sums[2] += ec;
  sums[3] += c * ec;
}

/** What of the settings is not in its words. */
export interface TwinTable {
  /** Four words an entry. */
  readonly touched: Uint32Array;
  /** What the step before drew. */
  readonly pending: number;
}

/** The record of a row and a setting, as the kernels leave it; its sums are off by `error`, as those of a GPU may be. */
export function drawTwin(
  logits: Float32Array,
  words: Uint32Array,
  error = 0,
  table: TwinTable | null = null,
): Float32Array<ArrayBuffer> {
  const setting = settingOf(words);
  const record = new Uint32Array(RECORD_WORDS);
  const floats = new Float32Array(record.buffer);
  const row = logits.subarray(0, setting.width);
  const finiteIds = [...row.keys()].filter(id => Number.isFinite(row[id]!));
  const sound = finiteIds.length > 0 && row.every(l => Number.isFinite(l) || l === Number.NEGATIVE_INFINITY);
  if (!sound) return floats;
  const highest = finiteIds.reduce((most, id) => Math.max(most, row[id]!), Number.NEGATIVE_INFINITY);
  const maxima = Array.from({ length: setting.pieces }, () => f(-3.4e38));
  for (const id of finiteIds) maxima[id % setting.pieces] = Math.max(maxima[id % setting.pieces]!, row[id]!);
  const bound = maxima.toSorted((a, b) => b - a)[Math.min(LISTED, setting.pieces) - 1]!;
  const found = finiteIds.filter(id => row[id]! >= bound).sort((a, b) => row[b]! - row[a]! || a - b);
  const tail: Sums = [0, 0, 0, 0];
  for (const id of finiteIds) if (row[id]! < bound) add(tail, row[id]! - highest, setting.cutRate);
  for (const id of found.slice(LISTED)) add(tail, row[id]! - highest, setting.cutRate);
  const listed = found.slice(0, LISTED);
  record[2] = listed.length;
  record[3] = finiteIds.length;
  const LIST_AT = HEADER + 2 * RAISED;
  floats.set(
    tail.map(total => total * (1 + error)),
    6,
  );
  record.set(listed, LIST_AT);
  for (const [i, id] of listed.entries()) floats[LIST_AT + LISTED + i] = row[id]!;
  const whole = listed.length === finiteIds.length;
  const change = table ? touch(row, listed, whole, setting, table, highest) : null;
  const left = change ? change.list : listed.map((id): Entry => ({ id, logit: row[id]! }));
  const raised = change?.raised ?? [];
  record[13] = raised.length;
  for (const [i, id] of raised.slice(0, RAISED).entries()) {
    record[HEADER + i] = id;
    floats[HEADER + RAISED + i] = row[id]!;
  }
  floats[11] = (change?.added ?? 0) * (1 - error);
  floats[12] = change?.moved ?? 0;
  if (left.length === 0) return floats;
  const room = found.length <= ROOM && raised.length <= RAISED;
  record[1] = 1 | (room ? 0 : 2);
  if (!room) return floats;
  const all = change && whole ? left.length : finiteIds.length;
  const top = left[0]!.logit;
  const rest = (tail[2] + (change?.added ?? 0)) * Math.exp(Math.min(f((highest - top) * setting.cutRate), 80));
  const kept = cut(
    left.map(({ logit }) => weight(logit - top, setting.cutRate)),
    all,
    setting,
    rest,
  );
  const { topK, topP, minP } = setting;
  const uncut = (topK === 0 || topK >= all) && topP >= 1 && minP <= 0 && !change && setting.typicalP >= 1;
  const nucleus =
    (topK === 0 || topK >= all) &&
    minP <= 0 &&
    !change &&
    setting.typicalP >= 1 &&
    setting.cutRate === setting.drawRate;
  if (kept === 0) record[1] |= uncut ? 4 : nucleus ? 16 : 8;
  if (kept === 0 && !uncut && !nucleus) return floats;
  const outside = new Set(finiteIds);
  for (const id of listed) outside.delete(id);
  const end = kept === 0 && !uncut ? endOfNucleus(row, listed, [...outside], setting, tail[2]) : null;
  if (end) record[13] = end.near.length;
  for (const [i, id] of (end?.near ?? []).slice(0, RAISED).entries()) {
    record[HEADER + i] = id;
    floats[HEADER + RAISED + i] = row[id]!;
  }
  const isKept = (id: number) => !end || !outside.has(id) || row[id]! >= end.least;
  const isSure = (id: number) => outside.has(id) && (!end || end.sure.has(id));
  const heavy = finiteIds.reduce(
    (mass, id) => (isSure(id) ? mass + weight(row[id]! - top, setting.drawRate) : mass),
    0,
  );
  floats[14] = heavy * (1 + error);
  if (end) floats[11] = end.sureBelow;
  floats[15] = (end?.near ?? []).reduce((mass, id) => mass + weight(row[id]! - top, setting.drawRate), 0);
  const byId = (a: Entry, b: Entry) => a.id - b.id;
  const from =
    kept === 0
      ? finiteIds.filter(isKept).map((id): Entry => ({ id, logit: row[id]! }))
      : typical(left.slice(0, kept), setting).sort(byId);
  const weights = from.map(({ logit }) => weight(logit - top, setting.drawRate));
  const wanted = setting.u * weights.reduce((sum, w) => sum + w, 0);
  let [low, below] = [0, 0];
  record[0] = left[0]!.id;
  for (const [i, { id }] of from.entries()) {
    const w = weights[i]!;
    if (low <= wanted && wanted < low + w) {
      record[0] = id;
      if (kept === 0) floats[5] = below * (1 - error);
      break;
    }
    low += w;
    if (isSure(id)) below += w;
  }
  const guess = record[0]!;
  floats[10] = row[guess]!;
  if (outside.has(guess)) {
    record[4] = finiteIds.filter(id => row[id]! > row[guess]! || (row[id] === row[guess] && id < guess)).length;
  }
  return floats;
}

/** Where a nucleus ends past the list: the last logit that it takes, ids that it surely takes, and those about its end. */
function endOfNucleus(row: Float32Array, listed: readonly number[], outside: number[], setting: Setting, tail: number) {
  const top = row[listed[0]!]!;
  let reached = listed.reduce((mass, id) => mass + weight(row[id]! - top, setting.cutRate), 0);
  const enough = setting.topP * (reached + tail);
  outside.sort((a, b) => row[b]! - row[a]! || a - b);
  let count = 0;
  for (; reached < enough && count < outside.length; count++)
    reached += weight(row[outside[count]!]! - top, setting.cutRate);
  const least = row[outside[count - 1]!]!;
  const masses = outside.map(id => weight(row[id]! - top, setting.cutRate));
  let [first, last] = [count - 1, count - 1];
  for (let room = 2 ** -15 * tail; first > 0 && room > 0; first--) room -= masses[first]!;
  for (let room = 2 ** -15 * tail; last < outside.length - 1 && room > 0; last++) room -= masses[last]!;
  const [highest, lowest] = [row[outside[first]!]!, row[outside[last]!]!];
  const near = outside.filter(id => row[id]! <= highest && row[id]! >= lowest);
  const sure = new Set(outside.filter(id => row[id]! > highest));
  return { least, near, sure, sureBelow: (row[listed.at(-1)!]! - highest) * setting.cutRate };
}

interface Entry {
  readonly id: number;
  readonly logit: number;
}

/** The list after the steps on single logits. */
function touch(
  row: Float32Array,
  listed: readonly number[],
  whole: boolean,
  setting: Setting,
  { touched, pending }: TwinTable,
  highest: number,
) {
  const floats = new Float32Array(touched.buffer, touched.byteOffset, touched.length);
  const entries = Array.from({ length: setting.touched }, (_, i) => {
    const [id = 0, seen = 0, drawn = 0] = touched.subarray(4 * i);
    return { id, seen, drawn, bias: floats[4 * i + 3]! };
  });
  if (setting.pending) {
    const there = entries.find(({ id }) => id === pending);
    if (there) [there.seen, there.drawn] = [there.seen + 1, there.drawn + 1];
    else entries.push({ id: pending, seen: 1, drawn: 1, bias: 0 });
  }
  const own = new Set(listed);
  const last: Entry = { id: listed.at(-1)!, logit: row[listed.at(-1)!]! };
  const list: Entry[] = [];
  const raised: number[] = [];
  let [added, moved] = [0, 0];
  for (const { id, seen, drawn, bias } of entries) {
    const raw = row[id]!;
    if (!Number.isFinite(raw)) continue;
    const isListed = own.has(id);
    own.delete(id);
    const removed = isListed ? 0 : weight(raw - highest, setting.cutRate);
    let logit = f(raw + bias);
    if (seen > 0) logit = f(logit < 0 ? logit * setting.repetition : logit / setting.repetition);
    logit = f(logit - f(f(setting.frequency * drawn) + (drawn > 0 ? setting.presence : 0)));
    const reaches = whole || logit > last.logit || (logit === last.logit && id <= last.id);
    const out = logit === Number.NEGATIVE_INFINITY || reaches ? 0 : weight(logit - highest, setting.cutRate);
    added += out - removed;
    moved += out + removed;
    if (logit === Number.NEGATIVE_INFINITY || !reaches) continue;
    list.push({ id, logit });
    if (!isListed) raised.push(id);
  }
  for (const id of own) list.push({ id, logit: row[id]! });
  list.sort((a, b) => b.logit - a.logit || a.id - b.id);
  return { list, raised, added, moved };
}

/** What typical-p keeps: outward from the mean of the logarithms, as far as the mass asks. */
function typical(kept: Entry[], { cutRate, typicalP }: Setting): Entry[] {
  if (typicalP >= 1) return kept;
  const top = kept[0]!.logit;
  const scaled = kept.map(({ logit }) => Math.max((logit - top) * cutRate, -200));
  const weights = kept.map(({ logit }) => weight(logit - top, cutRate));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = scaled.reduce((sum, a, i) => sum + a * weights[i]!, 0) / total;
  let right = scaled.filter(a => a >= mean).length;
  let left = right;
  for (let reached = 0; reached < typicalP * total && (left > 0 || right < kept.length); ) {
    const above = left > 0 ? scaled[left - 1]! - mean : Number.POSITIVE_INFINITY;
    const below = right < kept.length ? mean - scaled[right]! : Number.POSITIVE_INFINITY;
    reached += weights[above <= below ? --left : right++]!;
  }
  return kept.slice(left, right);
}

/** As in the kernel. */
function cut(weights: readonly number[], all: number, setting: Setting, tail: number): number {
  const listed = weights.length;
  let most = setting.topK > 0 ? Math.min(setting.topK, all) : all;
  let total = weights.slice(0, most).reduce((sum, w) => sum + w, 0);
  if (most > listed) total += tail;
  if (setting.topP < 1) {
    let reached = 0;
    for (let i = 0; i < Math.min(most, listed); i++) {
      reached += weights[i]!;
      if (reached >= setting.topP * total) most = i + 1;
    }
  }
  for (let i = 1; i < Math.min(most, listed); i++) if (weights[i]! < setting.minP) most = i;
  return most > listed ? 0 : most;
}
