// The kernels draw_pieces and draw as one plain loop after the other, weights in f32 and sums in f64, past the list in shares: what they are compared with, and what Node draws by.
import { HEADER, LISTED, RAISED, RECORD_WORDS, ROOM } from '../../src/gpu/draw-record.ts';
import type { ShareScale } from '../../src/gpu/row-shares.ts';
import { depthOf, powerOf, shareOf, sumOfShares } from './row-shares-twin.ts';

const f = Math.fround;

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
  readonly shares: ShareScale;
  /** top-p and u in 2^-32. */
  readonly shareP: number;
  readonly shareU: number;
}

function settingOf(words: Uint32Array): Setting {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const [width = 0, pieces = 0, , , topK = 0, , , , touched = 0, pending = 0] = words;
  const [, , cutRate = 1, drawRate = 1, , topP = 1, minP = 0, u = 0] = floats;
  const [repetition = 1, frequency = 0, presence = 0, typicalP = 1] = floats.subarray(10);
  const change = { touched, pending: pending > 0, repetition, frequency, presence, typicalP };
  const [scale = 1] = floats.subarray(14);
  const [rate = 0, shift = 1, shareP = 0, shareU = 0, room = 1] = words.subarray(15);
  const shares = { shares: { scale, rate, shift, room }, shareP, shareU };
  return { width, pieces, cutRate, drawRate, topK, topP, minP, u, ...change, ...shares };
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
  record[5] = raised.length;
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
  const guess =
    kept > 0
      ? drawnFromList(typical(left.slice(0, kept), setting), setting)
      : pastTheList(row, { listed, finiteIds, all, top, change }, setting, record);
  record[0] = guess;
  floats[10] = row[guess]!;
  if (finiteIds.includes(guess) && !listed.includes(guess))
    record[4] = finiteIds.filter(id => row[id]! > row[guess]! || (row[id] === row[guess] && id < guess)).length;
  return floats;
}

function drawnFromList(kept: readonly Entry[], { u, drawRate }: Setting): number {
  const top = kept.reduce((most, { logit }) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const byId = kept.toSorted((a, b) => a.id - b.id);
  const weights = byId.map(({ logit }) => weight(logit - top, drawRate));
  const wanted = u * weights.reduce((sum, w) => sum + w, 0);
  let low = 0;
  for (const [i, { id }] of byId.entries()) {
    if (low <= wanted && wanted < low + weights[i]!) return id;
    low += weights[i]!;
  }
  return kept[0]!.id;
}

const MOST_STEP = 224 * 2 ** 23;

/** The guess where what is kept goes on past the list; writes what the record tells of it. */
function pastTheList(
  row: Float32Array,
  {
    listed,
    finiteIds,
    all,
    top,
    change,
  }: { listed: readonly number[]; finiteIds: readonly number[]; all: number; top: number; change: object | null },
  setting: Setting,
  record: Uint32Array,
): number {
  const { topK, topP, minP, cutRate, drawRate, shares, typicalP } = setting;
  const nucleus = (topK === 0 || topK >= all) && minP <= 0;
  const able = change === null && typicalP >= 1 && Math.abs(top) * shares.scale <= MOST_STEP;
  const uncut = nucleus && topP >= 1;
  if (!able || !(uncut || (nucleus && cutRate === drawRate))) {
    record[1]! |= 8;
    return listed[0]!;
  }
  record[1]! |= uncut ? 4 : 16;
  const own = new Set(listed);
  const shared = finiteIds.map((id): Shared => {
    const power = powerOf(row[id]!, top, shares);
    return { id, isListed: own.has(id), depth: depthOf(power), share: shareOf(power) };
  });
  const others = shared.filter(({ isListed }) => !isListed);
  const end = uncut ? EVERYTHING : endOfNucleus(others, shareSum(shared.filter(({ isListed }) => isListed)), setting);
  const near = others.filter(({ depth }) => depth >= end.sure && depth < end.may);
  record[5] = near.length;
  const floats = new Float32Array(record.buffer);
  for (const [i, { id }] of near.slice(0, RAISED).entries()) {
    record[HEADER + i] = id;
    floats[HEADER + RAISED + i] = row[id]!;
  }
  const isSure = ({ isListed, depth }: Shared): boolean => !isListed && depth < end.sure;
  const nearKept = new Set(
    near.length > RAISED ? near.filter(({ depth }) => depth < end.guess) : leading(near, row, end),
  );
  const from = shared.filter(each => each.isListed || isSure(each) || nearKept.has(each));
  const wanted = (shareSum(from) * BigInt(setting.shareU)) >> 32n;
  let low = 0n;
  const place = from.findIndex(({ share }) => {
    low += BigInt(share);
    return wanted < low;
  });
  const drawn = from[place]!;
  const noted = [from.slice(0, place).filter(isSure), others.filter(isSure), near, uncut ? [] : others].map(shareSum);
  for (const [i, sum] of noted.entries()) record.set([Number(sum & 0xffff_ffffn), Number(sum >> 32n)], 13 + 2 * i);
  if (isSure(drawn)) record[1]! |= 32;
  return drawn.id;
}

interface Shared {
  readonly id: number;
  readonly isListed: boolean;
  readonly depth: number;
  readonly share: number;
}

const NOWHERE = 0xffff_ffff;
const EVERYTHING = { sure: NOWHERE, guess: NOWHERE, may: NOWHERE, missing: 0n };
const shareSum = (shared: readonly Shared[]): bigint => sumOfShares(shared.map(({ share }) => share));

/**
 * Depths before which ids are surely kept, are kept by the guess where many are near the end, and may be kept: edges and the middle of bins of 2^14 in
 * the one of 2^23 where the nucleus ends; and the shares that those which are surely kept lack.
 */
function endOfNucleus(others: readonly Shared[], list: bigint, { shareP, shares }: Setting) {
  const all = list + shareSum(others);
  const wanted = (all * BigInt(shareP)) >> 32n;
  const room = all >> BigInt(shares.room);
  const coarse = reachedAfter(others, list, depth => Math.floor(depth / 2 ** 23));
  const bin = coarse.filter(reached => reached < wanted).length;
  const begin = bin * 2 ** 23;
  const within = others.filter(({ depth }) => Math.floor(depth / 2 ** 23) === bin);
  const fine = reachedAfter(within, coarse[bin - 1] ?? list, depth => Math.floor((depth - begin) / 2 ** 14));
  const count = (isBefore: (reached: bigint) => boolean): number => begin + fine.filter(isBefore).length * 2 ** 14;
  const sure = count(reached => reached + room < wanted);
  return {
    sure,
    missing: wanted - list - shareSum(others.filter(({ depth }) => depth < sure)),
    guess: count(reached => reached < wanted) + 0x2000,
    may: Math.min(count(reached => reached < wanted + room) + 2 ** 14, NOWHERE),
  };
}

/** Of ids near the end, in their order, as many as give what is missing. */
function leading(near: readonly Shared[], row: Float32Array, { missing }: { missing: bigint }): Shared[] {
  const inOrder = near.toSorted((a, b) => row[b.id]! - row[a.id]! || a.id - b.id);
  let reached = 0n;
  return inOrder.filter(({ share }) => {
    const isKept = reached < missing;
    reached += BigInt(share);
    return isKept;
  });
}

/** Sums up to the end of each of 511 bins; the last one ends nowhere. */
function reachedAfter(others: readonly Shared[], before: bigint, binOf: (depth: number) => number): bigint[] {
  const bins = Array.from({ length: 512 }, (): number[] => []);
  for (const { depth, share } of others) bins[binOf(depth)]!.push(share);
  let reached = before;
  return bins.slice(0, -1).map(shares => {
    reached += sumOfShares(shares);
    return reached;
  });
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
