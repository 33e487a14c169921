// Tokens as a reload keeps them: columns instead of objects, the settings of draws once each; and their careful reading.
import type { ModelIdentity } from '../../lib/model-source.ts';
import { type GenerationSettings, readSettings } from '../../sampling/settings.ts';
import type { DocumentToken, Draw, TokenOrigin } from '../document/types.ts';

export const MOST_TOKENS = 2_000_000;
const MOST_DRAW_SETTINGS = 256;
const MOST_DRAW_MODELS = 255;
/** Characters of a name. */
const MOST_NAME = 300;

/** A token without its bytes and numbers: the tokenizer gives the former, one prefill the latter. */
export interface SavedToken {
  readonly id: number;
  readonly origin: TokenOrigin;
  readonly draw?: Draw;
}

export interface TokenColumns {
  readonly ids: Uint32Array;
  /** 0 typed, 1 drawn, 2 chosen. */
  readonly origins: Uint8Array;
  /** Index into `drawSettings` + 1; 0 where there is no draw. */
  readonly drawOf: Uint16Array;
  readonly seeds: Float64Array;
  readonly us: Float64Array;
  readonly pAfters: Float64Array;
  readonly outdated: Uint8Array;
  readonly drawSettings: readonly GenerationSettings[];
  /** Index into `drawModels` + 1; 0 where nobody said. Absent in what was written before draws named their model. */
  readonly drawnBy?: Uint8Array;
  readonly drawModels?: readonly ModelIdentity[];
}

const ORIGINS: readonly TokenOrigin[] = ['typed', 'drawn', 'chosen'];

export function writeTokens(tokens: readonly DocumentToken[]): TokenColumns {
  const drawSettings: GenerationSettings[] = [];
  const settingsIndex = (settings: GenerationSettings): number => {
    const known = drawSettings.indexOf(settings);
    return known >= 0 || drawSettings.length >= MOST_DRAW_SETTINGS ? known + 1 : drawSettings.push(settings);
  };
  const drawModels: ModelIdentity[] = [];
  const modelIndex = (model: ModelIdentity | null): number => {
    if (model === null) return 0;
    const known = drawModels.findIndex(({ name, digest }) => name === model.name && digest === model.digest);
    if (known >= 0) return known + 1;
    return drawModels.length < MOST_DRAW_MODELS ? drawModels.push({ name: model.name, digest: model.digest }) : 0;
  };
  const { length } = tokens;
  const ids = new Uint32Array(length);
  const origins = new Uint8Array(length);
  const drawOf = new Uint16Array(length);
  const [seeds, us, pAfters] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  const outdated = new Uint8Array(length);
  const drawnBy = new Uint8Array(length);
  for (const [i, { id, origin, draw }] of tokens.entries()) {
    ids[i] = id;
    origins[i] = ORIGINS.indexOf(origin);
    if (draw === undefined) continue;
    drawOf[i] = settingsIndex(draw.settings);
    seeds[i] = draw.seed;
    us[i] = draw.u;
    pAfters[i] = draw.pAfter;
    outdated[i] = Number(draw.outdated);
    drawnBy[i] = modelIndex(draw.model);
  }
  return {
    ids,
    origins,
    drawOf,
    seeds,
    us,
    pAfters,
    outdated,
    drawSettings,
    drawnBy,
    drawModels,
  };
}

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a value that is an object; else none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A whole number from 0 that is exact: a seed, a count, a time. */
export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isProbability(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 1;
}

/** All columns sound and of one length, or no tokens at all. */
export function readTokens(stored: Fields): SavedToken[] {
  const { ids, origins, drawOf, seeds, us, pAfters, outdated, drawSettings } = stored;
  if (!(ids instanceof Uint32Array) || !(origins instanceof Uint8Array) || !(drawOf instanceof Uint16Array)) return [];
  if (!(seeds instanceof Float64Array) || !(us instanceof Float64Array) || !(pAfters instanceof Float64Array))
    return [];
  if (!(outdated instanceof Uint8Array) || !Array.isArray(drawSettings)) return [];
  const columns = [origins, drawOf, seeds, us, pAfters, outdated];
  if (ids.length > MOST_TOKENS || columns.some(column => column.length !== ids.length)) return [];
  // A step that was not there yet was off when they were drawn.
  const settings = drawSettings.slice(0, MOST_DRAW_SETTINGS).map(each => readSettings(each).settings);
  const drawerOf = readDrawers(stored, ids.length);
  return Array.from(ids, (id, i) => {
    const origin = ORIGINS[origins[i] ?? 0] ?? 'typed';
    const made = settings[(drawOf[i] ?? 0) - 1];
    const [seed, u, pAfter] = [seeds[i], us[i], pAfters[i]];
    if (origin !== 'drawn' || made === undefined) return { id, origin };
    if (!isWhole(seed) || !isProbability(u) || !isProbability(pAfter)) return { id, origin };
    return { id, origin, draw: { settings: made, seed, u, pAfter, outdated: outdated[i] !== 0, model: drawerOf(i) } };
  });
}

/** Which model drew a token; null for all of them where the columns are absent or unsound. */
function readDrawers({ drawnBy, drawModels }: Fields, count: number): (i: number) => ModelIdentity | null {
  if (!(drawnBy instanceof Uint8Array) || drawnBy.length !== count || !Array.isArray(drawModels)) return () => null;
  const models = drawModels.slice(0, MOST_DRAW_MODELS).map(readDrawer);
  return i => models[(drawnBy[i] ?? 0) - 1] ?? null;
}

function readDrawer(value: unknown): ModelIdentity | null {
  const { name, digest } = fieldsOf(value);
  return typeof name === 'string' && typeof digest === 'string'
    ? { name: name.slice(0, MOST_NAME), digest: digest.slice(0, 64) }
    : null;
}
