// Tokens as a reload keeps them: columns instead of objects, the settings of draws once each; and their careful reading.
import * as v from 'valibot';
import { defined } from '../../lib/assert.ts';
import type { ModelIdentity } from '../../lib/model-source.ts';
import { oneLine } from '../../lib/shapeless.ts';
import { type GenerationSettings, readSettings } from '../../sampling/settings.ts';
import { ANSWERERS, type Draw, type TokenOrigin, type Told } from '../document/types.ts';

export const MOST_TOKENS = 2_000_000;
const MOST_DRAW_SETTINGS = 256;
const MOST_DRAW_MODELS = 255;
const MOST_TOLD = 4096;
/** Characters of a name. */
const MOST_NAME = 300;

/** A token without its bytes and numbers: the tokenizer gives the former, one prefill the latter. */
export interface SavedToken {
  readonly id: number;
  readonly origin: TokenOrigin;
  readonly draw?: Draw;
  readonly told?: Told;
}

export interface TokenColumns {
  readonly ids: Uint32Array;
  /** 0 typed, 1 drawn, 2 chosen, 3 external. */
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
  /** Milliseconds since 1970; 0 where nobody said. Absent in what was written before draws had a time. */
  readonly drawnAt?: Float64Array;
  /** Index into `told` + 1; 0 where there is none. Absent where no token is external. */
  readonly toldOf?: Uint16Array;
  readonly told?: readonly Told[];
}

const ORIGINS: readonly TokenOrigin[] = ['typed', 'drawn', 'chosen', 'external'];

export function writeTokens(tokens: readonly SavedToken[]): TokenColumns {
  const drawSettings: GenerationSettings[] = [];
  let lastSettings = 0;
  const settingsIndex = (settings: GenerationSettings): number => {
    if (drawSettings[lastSettings - 1] === settings) return lastSettings;
    const known = drawSettings.indexOf(settings);
    lastSettings = known >= 0 || drawSettings.length >= MOST_DRAW_SETTINGS ? known + 1 : drawSettings.push(settings);
    return lastSettings;
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
  const drawnAt = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const { id, origin, draw } = defined(tokens[i], 'a token');
    ids[i] = id;
    origins[i] = ORIGINS.indexOf(origin);
    if (draw === undefined) continue;
    drawOf[i] = settingsIndex(draw.settings);
    seeds[i] = draw.seed;
    us[i] = draw.u;
    pAfters[i] = draw.pAfter;
    outdated[i] = Number(draw.outdated);
    drawnBy[i] = modelIndex(draw.model);
    drawnAt[i] = draw.at ?? 0;
  }
  return {
    ...toldColumns(tokens),
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
    drawnAt,
  };
}

/** The answers of external tokens, once each; nothing where there are none. */
function toldColumns(tokens: readonly SavedToken[]): Pick<TokenColumns, 'told' | 'toldOf'> {
  const all = new Set<Told>();
  for (const token of tokens) if (token.told !== undefined) all.add(token.told);
  const told = [...all].slice(0, MOST_TOLD);
  if (told.length === 0) return {};
  const places = new Map(told.map((each, i) => [each, i + 1]));
  const toldOf = Uint16Array.from(tokens, token => (token.told && places.get(token.told)) ?? 0);
  return { told, toldOf };
}

/** A whole number from 0 that is exact: a seed, a count, a time. */
export const WHOLE = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const PROBABILITY = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Text of at most `most` characters; more of it is cut. */
export function shortText(most: number) {
  return v.pipe(
    v.string(),
    v.transform(text => text.slice(0, most)),
  );
}

/** A name or a few words that stand within a line. */
export function lineText(most: number) {
  return v.pipe(
    v.string(),
    v.transform(text => oneLine(text, most)),
  );
}

/** An answer from outside, as it is written everywhere. */
export const TOLD = v.object({
  command: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{0,63}$/)),
  purpose: v.fallback(lineText(MOST_NAME), ''),
  by: v.picklist(ANSWERERS),
  source: v.fallback(shortText(4000), ''),
  path: v.fallback(shortText(MOST_NAME), ''),
  ms: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1e12)), 0),
  at: v.fallback(WHOLE, 0),
});

const DRAWER = v.object({ name: lineText(MOST_NAME), digest: shortText(80) });

/** One entry a token in all of them. What was written before draws named their model lacks the last ones. */
const COLUMNS = v.pipe(
  v.object({
    ids: v.instance(Uint32Array),
    origins: v.instance(Uint8Array),
    drawOf: v.instance(Uint16Array),
    seeds: v.instance(Float64Array),
    us: v.instance(Float64Array),
    pAfters: v.instance(Float64Array),
    outdated: v.instance(Uint8Array),
    drawSettings: v.array(v.unknown()),
    drawnBy: v.fallback(v.optional(v.instance(Uint8Array)), undefined),
    drawnAt: v.fallback(v.optional(v.instance(Float64Array)), undefined),
    toldOf: v.fallback(v.optional(v.instance(Uint16Array)), undefined),
    told: v.fallback(v.optional(v.array(v.fallback(v.nullable(TOLD), null)), []), []),
    drawModels: v.fallback(v.optional(v.array(v.fallback(v.nullable(DRAWER), null)), []), []),
  }),
  v.check(({ ids, origins, drawOf, seeds, us, pAfters, outdated }) => {
    const { length } = ids;
    return (
      length <= MOST_TOKENS && [origins, drawOf, seeds, us, pAfters, outdated].every(each => each.length === length)
    );
  }),
);

/** All columns sound and of one length, or no tokens at all. */
export function readTokens(stored: unknown): SavedToken[] {
  const columns = v.safeParse(COLUMNS, stored);
  if (!columns.success) return [];
  const { ids, origins, drawOf, seeds, us, pAfters, outdated, drawSettings, drawnBy, drawModels, drawnAt } =
    columns.output;
  const { told, toldOf } = columns.output;
  // A step that was not there yet was off when they were drawn.
  const settings = drawSettings.slice(0, MOST_DRAW_SETTINGS).map(each => readSettings(each).settings);
  const models = drawnBy?.length === ids.length ? drawModels.slice(0, MOST_DRAW_MODELS) : [];
  return Array.from(ids, (id, i) => {
    const origin = ORIGINS[origins[i] ?? 0] ?? 'typed';
    const answer = origin === 'external' ? told[(toldOf?.[i] ?? 0) - 1] : null;
    if (answer) return { id, origin, told: answer };
    const made = settings[(drawOf[i] ?? 0) - 1];
    const [seed, u, pAfter] = [seeds[i], us[i], pAfters[i]];
    if (origin !== 'drawn' || made === undefined) return { id, origin };
    if (!v.is(WHOLE, seed) || !v.is(PROBABILITY, u) || !v.is(PROBABILITY, pAfter)) return { id, origin };
    const model = models[(drawnBy?.[i] ?? 0) - 1] ?? null;
    const at = drawnAt?.[i] ?? 0;
    const draw = { settings: made, seed, u, pAfter, outdated: outdated[i] !== 0, model };
    return { id, origin, draw: v.is(WHOLE, at) && at > 0 ? { ...draw, at } : draw };
  });
}
