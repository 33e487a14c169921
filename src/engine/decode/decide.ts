// Proves a draw from the record that the GPU left of it, in double precision: the token that `sampling/` draws from the whole row, or null where the record
// cannot tell and the row must be seen.
//
// Listed logits are exact, so sums over them are those of `sampling/`. What is not listed is known as sums in f32, each within ERROR of itself.
import type { DrawRecord, DrawSetting, LogitChange } from '../../gpu/draw-record.ts';
import type { Adjusted } from '../../sampling/adjust.ts';
import { drawKept } from '../../sampling/draw.ts';
import type { Ranking } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { sum } from '../../sampling/slice.ts';
import { isOff, STEPS, type StepName } from '../../sampling/steps.ts';
import { ERROR, type Listed, listedAfter, listedOf } from './listed.ts';
import { type Prediction, TOP } from './prediction.ts';

/** How far a probability that is shown may be from that of the whole row. */
const SHOWN = 2e-6;
/** Places where a nucleus may end, of which each is tried. */
const ENDS = 8;

/** Cuts that the GPU makes, beside temperature. */
const ON_GPU: ReadonlySet<StepName> = new Set<StepName>(['temperature', 'top_k', 'top_p', 'min_p']);

/** Whether the GPU draws by these settings. */
export function drawsOnGpu(settings: GenerationSettings): boolean {
  return STEPS.every(step => step.kind === 'logit' || ON_GPU.has(step.key) || isOff(step, settings));
}

/** `change`: what is done to single logits first. */
export function settingFor(settings: GenerationSettings, u: number, change: LogitChange | null): DrawSetting {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, order } = settings;
  if (temperature === 0) return { cutTemperature: 1, drawTemperature: 1, topK: 1, topP: 1, minP: 0, u, change };
  const cuts = topK > 0 || topP < 1 || minP > 0;
  const cutTemperature = cuts && order === 'llama.cpp' ? 1 : temperature;
  return { cutTemperature, drawTemperature: temperature, topK, topP, minP, u, change };
}

/** What the steps on logits do to a row of which some logits are known. */
type Adjust = (logitOf: (id: number) => number | undefined) => Adjusted;

/** The prediction and the draw by `setting`; null where the record does not prove it. `V`: ids of the row. */
export function decide(record: DrawRecord, setting: DrawSetting, V: number, adjust: Adjust): Prediction | null {
  const { ids, logits } = record;
  if (!record.sound || ids.length < Math.min(TOP, V)) return null;
  const listed = setting.change ? listedAfter(record, setting, adjust) : listedOf(record);
  if (listed === null) return null;
  const drawn = drawnFromList(listed, setting) ?? drawnFromRow(record, setting);
  if (drawn === null) return null;
  const place = ids.indexOf(drawn.id);
  // Of an id that is not listed, the GPU has counted what comes before the one that it drew.
  if (place < 0 && record.guess !== drawn.id) return null;
  const shown = Math.min(TOP, ids.length);
  return {
    ...drawn,
    ...partition(record),
    logit: logits[place] ?? record.logit,
    rank: (place < 0 ? record.before : place) + 1,
    topIds: ids.slice(0, shown),
    topLogits: logits.slice(0, shown),
  };
}

type Drawn = Pick<Prediction, 'id' | 'pAfter'>;

function partition({ logits, tail }: DrawRecord): Pick<Prediction, 'logZ' | 'entropy'> {
  const top = logits[0] ?? Number.NaN;
  let { sum: total, weighted } = tail;
  for (const logit of logits) {
    const below = logit - top;
    const weight = Math.exp(below);
    total += weight;
    weighted += weight * below;
  }
  const logTotal = Math.log(total);
  return { logZ: top + logTotal, entropy: Math.max(0, logTotal - weighted / total) };
}

/** At a temperature: as `Slice` has them, bit by bit. */
function weightsAt({ logits }: Ranking, temperature: number): Float64Array {
  const top = logits[0] ?? Number.NaN;
  return Float64Array.from(logits, logit => Math.exp((logit - top) / temperature));
}

/** Where all that can be drawn is listed. */
function drawnFromList(listed: Listed, setting: DrawSetting): Drawn | null {
  const { ranking } = listed;
  const cutWeights = weightsAt(ranking, setting.cutTemperature);
  const range = keptRange(listed, setting, cutWeights);
  if (range === null) return null;
  const { cutTemperature, drawTemperature, u } = setting;
  const weights = cutTemperature === drawTemperature ? cutWeights : weightsAt(ranking, drawTemperature);
  const draws: Drawn[] = [];
  for (let kept = range.least; kept <= range.most; kept++) {
    const id = drawKept(ranking.ids.subarray(0, kept), weights.subarray(0, kept), u);
    const weight = weights[ranking.ids.indexOf(id)] ?? Number.NaN;
    draws.push({ id, pAfter: weight / sum(weights, 0, kept) });
  }
  const [first, last] = [draws[0], draws.at(-1)];
  if (first === undefined || last === undefined) return null;
  const same = draws.every(({ id }) => id === first.id) && first.pAfter - last.pAfter <= SHOWN;
  return same ? first : null;
}

interface KeptRange {
  readonly least: number;
  readonly most: number;
}

/** How many of the list are kept, at least and at most; null where that may go on past the list. */
function keptRange(
  { ranking, all, tail, slack }: Listed,
  { topK, topP, minP }: DrawSetting,
  weights: Float64Array,
): KeptRange | null {
  const listed = ranking.ids.length;
  const size = topK > 0 ? Math.min(topK, all) : all;
  let range: KeptRange | null = size <= listed ? { least: size, most: size } : null;
  if (topP < 1) {
    // Of a top-k that ends past the list the total is not known.
    if (range === null && size < all) return null;
    const total = sum(weights, 0, Math.min(size, listed));
    const [others, off] = range === null ? [tail, slack + total * 1e-12] : [0, 0];
    const least = nucleus(weights, topP * (total + others - off), Math.min(size, listed), range !== null);
    const most = nucleus(weights, topP * (total + others + off), Math.min(size, listed), range !== null);
    range = least === null || most === null || most - least >= ENDS ? null : { least, most };
  }
  if (minP <= 0) return range;
  const above = atLeast(weights, minP);
  if (range !== null) return { least: Math.min(range.least, above), most: Math.min(range.most, above) };
  return above < listed && topP >= 1 ? { least: Math.min(size, above), most: Math.min(size, above) } : null;
}

/** The first so many that reach `enough`, at least one; of a list that is all there is, all of them where rounding leaves them short. */
function nucleus(weights: Float64Array, enough: number, size: number, all: boolean): number | null {
  let count = 1;
  let reached = weights[0] ?? 0;
  for (; count < size && reached < enough; count++) reached += weights[count] ?? 0;
  return reached >= enough || all ? count : null;
}

/** How many of falling weights are `share` or more; at least one. */
function atLeast(weights: Float64Array, share: number): number {
  let count = 1;
  while (count < weights.length && (weights[count] ?? 0) >= share) count++;
  return count;
}

/** Where nothing is changed or cut: the guess, if u falls into its interval with room on both sides. */
function drawnFromRow(record: DrawRecord, { drawTemperature, u, change }: DrawSetting): Drawn | null {
  const { guess, whole, ids, logits, cutTail } = record;
  if (guess === null || !whole || change !== null) return null;
  const weights = weightsAt(record, drawTemperature);
  const total = sum(weights, 0, weights.length) + cutTail.sum;
  let low = record.below;
  for (const [place, id] of ids.entries()) if (id < guess) low += weights[place] ?? 0;
  const weight = Math.exp((record.logit - (logits[0] ?? Number.NaN)) / drawTemperature);
  const slack = 2 * ERROR * cutTail.sum + 1e-12 * total;
  const proven = u * total - low >= slack && low + weight - u * total >= slack;
  return proven ? { id: guess, pAfter: weight / total } : null;
}
