// The kernels draw_pieces and draw as one plain loop after the other, weights in f32 and sums in f64: what they are compared with, and what Node draws by.
import { LISTED, RECORD_WORDS, ROOM } from '../../src/gpu/draw-record.ts';

const f = Math.fround;
const HEADER = RECORD_WORDS - 2 * LISTED;

interface Setting {
  readonly width: number;
  readonly pieces: number;
  readonly cutRate: number;
  readonly drawRate: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly u: number;
}

function settingOf(words: Uint32Array): Setting {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const [width = 0, pieces = 0, , , topK = 0] = words;
  const [, , cutRate = 1, drawRate = 1, , topP = 1, minP = 0, u = 0] = floats;
  return { width, pieces, cutRate, drawRate, topK, topP, minP, u };
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

/** The record of a row and a setting, as the kernels leave it; its sums are off by `error`, as those of a GPU may be. */
export function drawTwin(logits: Float32Array, words: Uint32Array, error = 0): Float32Array<ArrayBuffer> {
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
  const room = found.length <= ROOM;
  record[2] = listed.length;
  record[3] = finiteIds.length;
  floats.set(
    tail.map(total => total * (1 + error)),
    6,
  );
  record.set(listed, HEADER);
  floats.set(
    listed.map(id => row[id]!),
    HEADER + LISTED,
  );
  record[1] = 1 | (room ? 0 : 2);
  if (!room) return floats;
  const kept = cut(listed, finiteIds.length, row, setting, tail[2]);
  const { topK, topP, minP } = setting;
  const uncut = (topK === 0 || topK >= finiteIds.length) && topP >= 1 && minP <= 0;
  if (kept === 0) record[1] |= uncut ? 4 : 8;
  if (kept === 0 && !uncut) return floats;
  const outside = new Set(finiteIds);
  for (const id of listed) outside.delete(id);
  const from = kept === 0 ? finiteIds : listed.slice(0, kept).sort((a, b) => a - b);
  const weights = from.map(id => weight(row[id]! - highest, setting.drawRate));
  const wanted = setting.u * weights.reduce((sum, w) => sum + w, 0);
  let [low, below] = [0, 0];
  record[0] = listed[0]!;
  for (const [i, id] of from.entries()) {
    const w = weights[i]!;
    if (low <= wanted && wanted < low + w) {
      record[0] = id;
      if (kept === 0) floats[5] = below * (1 - error);
      break;
    }
    low += w;
    if (outside.has(id)) below += w;
  }
  const guess = record[0]!;
  floats[10] = row[guess]!;
  if (kept === 0)
    record[4] = finiteIds.filter(id => row[id]! > row[guess]! || (row[id] === row[guess] && id < guess)).length;
  return floats;
}

/** As in the kernel. */
function cut(listed: readonly number[], finite: number, row: Float32Array, setting: Setting, tail: number): number {
  const weights = listed.map(id => weight(row[id]! - row[listed[0]!]!, setting.cutRate));
  let most = setting.topK > 0 ? Math.min(setting.topK, finite) : finite;
  let total = weights.slice(0, most).reduce((sum, w) => sum + w, 0);
  if (most > listed.length) total += tail;
  if (setting.topP < 1) {
    let reached = 0;
    for (let i = 0; i < Math.min(most, listed.length); i++) {
      reached += weights[i]!;
      if (reached >= setting.topP * total) most = i + 1;
    }
  }
  for (let i = 1; i < Math.min(most, listed.length); i++) if (weights[i]! < setting.minP) most = i;
  return most > listed.length ? 0 : most;
}
