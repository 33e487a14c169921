// Proves a draw from the record that the GPU left of it, in double precision: the token that `sampling/` draws from the whole row, or null where the record
// cannot tell and the row must be seen.
//
// Listed logits are exact, so sums over them are those of `sampling/`. What is not listed is known as sums whose error has a bound: in f32, or in whole shares.
import type { DrawRecord, DrawSetting, LogitChange } from '../../gpu/draw-record.ts';
import { massError, massOf } from '../../gpu/row-shares.ts';
import type { Adjusted } from '../../sampling/adjust.ts';
import { drawKept } from '../../sampling/draw.ts';
import type { Ranking } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { Slice, sum } from '../../sampling/slice.ts';
import type { Step } from '../../sampling/steps/step.ts';
import { typicalP } from '../../sampling/steps/typical_p.ts';
import { isOff, STEPS, type StepName } from '../../sampling/steps.ts';
import { type Listed, listedAfter, listedOf } from './listed.ts';
import { type Prediction, TOP } from './prediction.ts';

/** How far a probability that is shown may be from that of the whole row. */
const SHOWN = 2e-6;
/** Places where a nucleus may end, of which each is tried. */
const ENDS = 16;

/** Steps that the GPU knows: what changes single logits, and what cuts. */
const ON_GPU: ReadonlySet<StepName> = new Set<StepName>([
  'end_of_text',
  'logit_bias',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
]);

/** Whether the GPU draws by these settings: not where typical-p comes before other cuts. */
export function drawsOnGpu(settings: GenerationSettings): boolean {
  if (settings.order === 'llama.cpp' && !isOff(typicalP, settings)) return false;
  return STEPS.every(step => isOff(step, settings) || (ON_GPU.has(step.key) && besideUnset(step, settings)));
}

/** Whether the settings beside a step are as if there were none, which is all that the GPU knows of them. */
function besideUnset({ beside }: Step<StepName>, settings: GenerationSettings): boolean {
  const values = new Map<string, unknown>(Object.entries(settings));
  return beside.every(({ key, unnamed }) => values.get(key) === unnamed);
}

/** `change`: what is done to single logits first. */
export function settingFor(settings: GenerationSettings, u: number, change: LogitChange | null): DrawSetting {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, typical_p, order } = settings;
  if (temperature === 0)
    return { cutTemperature: 1, drawTemperature: 1, topK: 1, topP: 1, minP: 0, typicalP: 1, u, change };
  const cuts = topK > 0 || topP < 1 || minP > 0;
  const cutTemperature = cuts && order === 'llama.cpp' ? 1 : temperature;
  return { cutTemperature, drawTemperature: temperature, topK, topP, minP, typicalP: typical_p, u, change };
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

/** Of all that is listed, at a temperature. */
const weightsAt = (listed: Ranking, temperature: number): Float64Array =>
  new Slice(listed, 0, listed.ids.length, temperature).weights;

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
    const all = new Slice(ranking, 0, kept, drawTemperature, weights.subarray(0, kept));
    const slice = setting.typicalP < 1 ? all.nearestToEntropy(setting.typicalP) : all;
    const ids = ranking.ids.subarray(slice.lo, slice.hi);
    const id = drawKept(ids, slice.weights, u);
    draws.push({ id, pAfter: (slice.weights[ids.indexOf(id)] ?? Number.NaN) / slice.total });
  }
  const [first] = draws;
  if (first === undefined) return null;
  const same = draws.every(({ id, pAfter }) => id === first.id && Math.abs(pAfter - first.pAfter) <= SHOWN);
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

/** Of ids that are not listed, relative to the weight of the likeliest, and how far each of these sums may be off. */
interface Masses {
  readonly below: number;
  readonly kept: number;
  readonly near: number;
  readonly others: number;
  readonly error: number;
}

function massesOf({ logits, finite, whole, ...shares }: DrawRecord, temperature: number): Masses {
  const top = logits[0] ?? Number.NaN;
  const kept = massOf(shares.kept, top, temperature);
  const others = whole ? kept : massOf(shares.others, top, temperature);
  return {
    below: massOf(shares.below, top, temperature),
    kept,
    near: massOf(shares.near, top, temperature),
    others,
    error: massError(others, finite, temperature),
  };
}

/** Where what is kept goes on past the list: the guess, if u falls into its interval with room on both sides, wherever the nucleus may end. */
function drawnFromRow(record: DrawRecord, setting: DrawSetting): Drawn | null {
  const { guess, whole, past, ids, logits } = record;
  const { drawTemperature, u, change } = setting;
  if (guess === null || !(whole || past) || change !== null || setting.typicalP < 1) return null;
  // A setting can be off, or two temperatures the same, in f32 alone.
  if (whole ? setting.topP < 1 || setting.minP > 0 : setting.cutTemperature !== drawTemperature) return null;
  const top = logits[0] ?? Number.NaN;
  const weights = weightsAt(record, drawTemperature);
  const list = sum(weights, 0, weights.length);
  const masses = massesOf(record, drawTemperature);
  const ends = past ? endsOf(record, setting, list, masses) : EVERYTHING;
  if (ends === null) return null;
  let below = masses.below;
  for (const [place, id] of ids.entries()) if (id < guess) below += weights[place] ?? 0;
  const weight = Math.exp((record.logit - top) / drawTemperature);
  const slack = 2 * masses.error + 1e-12 * list;
  let [most, least, pAfter] = [0, 1, 0];
  for (const near of ends.among) {
    if (ends.near.some(({ id }) => id === guess) && !near.some(({ id }) => id === guess)) return null;
    const total = near.reduce((mass, each) => mass + each.weight, list + masses.kept);
    const low = near.reduce((mass, each) => (each.id < guess ? mass + each.weight : mass), below);
    if (u * total - low - ends.unsure < slack || low + weight - u * (total + ends.unsure) < slack) return null;
    pAfter = weight / total;
    most = Math.max(most, weight / (total - masses.error));
    least = Math.min(least, weight / (total + ends.unsure + masses.error));
  }
  return most - least <= SHOWN ? { id: guess, pAfter } : null;
}

/** Where a nucleus may end: what it takes of the ids near its end, id by id, or a mass that it may take. */
interface Ends {
  readonly near: readonly Weighed[];
  readonly among: readonly (readonly Weighed[])[];
  readonly unsure: number;
}

const EVERYTHING: Ends = { near: [], among: [[]], unsure: 0 };

/** Null where it may end before or behind what is near. */
function endsOf(record: DrawRecord, setting: DrawSetting, list: number, masses: Masses): Ends | null {
  const { raised, raisedIds, ids, guess, sure } = record;
  if (raised === raisedIds.length) {
    const each = nearEnd(record, setting.drawTemperature);
    const ends = endsAmong(each, list, masses, setting);
    if (ends === null) return null;
    const counts = Array.from({ length: ends.most - ends.least + 1 }, (_, i) => ends.least + i);
    return { near: each, among: counts.map(count => each.slice(0, count)), unsure: 0 };
  }
  if (guess !== null && !ids.includes(guess) && !sure) return null;
  const { kept, near, others, error } = masses;
  const slack = 2 * error + 1e-12 * list;
  const enough = setting.topP * (list + others);
  const within = list + kept < enough - slack && list + kept + near > enough + slack;
  return within ? { near: [], among: [[]], unsure: near + error } : null;
}

interface Weighed {
  readonly id: number;
  readonly weight: number;
}

/** The ids near the end of a nucleus past the list, the likeliest first. */
function nearEnd({ logits, raisedIds, raisedLogits }: DrawRecord, temperature: number): Weighed[] {
  const top = logits[0] ?? Number.NaN;
  const near = Array.from(raisedIds, (id, i) => ({ id, logit: raisedLogits[i] ?? Number.NaN }));
  near.sort((a, b) => b.logit - a.logit || a.id - b.id);
  return near.map(({ id, logit }) => ({ id, weight: Math.exp((logit - top) / temperature) }));
}

/** How many of them the nucleus takes, at least and at most; null where it may end before or behind them. */
function endsAmong(
  near: readonly Weighed[],
  list: number,
  { kept, others, error }: Masses,
  { topP }: DrawSetting,
): KeptRange | null {
  const slack = error + 1e-12 * list;
  const total = list + others;
  const first = (enough: number, from: number): number => {
    let reached = from;
    return near.findIndex(({ weight }) => {
      const before = reached;
      reached += weight;
      return before < enough && reached >= enough;
    });
  };
  const least = first(topP * (total - slack), list + kept + slack);
  const most = first(topP * (total + slack), list + kept - slack);
  return least < 0 || most < 0 ? null : { least: least + 1, most: most + 1 };
}
