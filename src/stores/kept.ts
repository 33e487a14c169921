// What a reload keeps, and its careful reading: an old, damaged or hostile value gives defaults, never an error.
import type { ModelSource } from '../lib/model-source.ts';
import { clampSettings, type GenerationSettings } from '../sampling/settings.ts';
import { parseModelName } from './catalogue.ts';
import type { DocumentToken, Draw, Selection, TokenOrigin } from './document-types.ts';
import { FOLLOW_STEPS, INSPECTOR_PANELS, SIDES, THEMES, TINTS, type ViewChoices } from './view.ts';

/** Another number: the value was written by another version and is not read. */
export const KEPT_VERSION = 1;

/** Bounds of what is read back. */
export const MOST_TEXT = 400_000;
export const MOST_TOKENS = 100_000;
const MOST_DRAW_SETTINGS = 256;

/** A token without its bytes and numbers: the tokenizer gives the former, one prefill the latter. */
export interface KeptToken {
  readonly id: number;
  readonly origin: TokenOrigin;
  readonly draw?: Draw;
}

export interface Kept {
  readonly text: string;
  /** Empty when there was no tokenizer. */
  readonly tokens: readonly KeptToken[];
  /** Of the tokenizer the ids belong to. */
  readonly fingerprint: string;
  /** Of the model that drew: key and commit. */
  readonly model: string;
  readonly selection: Selection;
  readonly settings: GenerationSettings;
  readonly seed: string;
  readonly lastSeed: number | null;
  readonly view: Partial<ViewChoices>;
  /** Null: the shipped default. */
  readonly source: ModelSource | null;
}

/** As it lies in the store: columns instead of objects, settings of draws once each. */
interface Stored extends Omit<Kept, 'tokens'> {
  readonly version: number;
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
}

const ORIGINS: readonly TokenOrigin[] = ['typed', 'drawn', 'chosen'];

/** The value for the store. */
export function writeKept(kept: Omit<Kept, 'tokens'> & { readonly tokens: readonly DocumentToken[] }): unknown {
  const { tokens, ...others } = kept;
  const drawSettings: GenerationSettings[] = [];
  const settingsIndex = (settings: GenerationSettings): number => {
    const known = drawSettings.indexOf(settings);
    return known >= 0 || drawSettings.length >= MOST_DRAW_SETTINGS ? known + 1 : drawSettings.push(settings);
  };
  const stored: Stored = {
    ...others,
    version: KEPT_VERSION,
    ids: Uint32Array.from(tokens, token => token.id),
    origins: Uint8Array.from(tokens, token => ORIGINS.indexOf(token.origin)),
    drawOf: Uint16Array.from(tokens, token => (token.draw === undefined ? 0 : settingsIndex(token.draw.settings))),
    seeds: Float64Array.from(tokens, token => token.draw?.seed ?? 0),
    us: Float64Array.from(tokens, token => token.draw?.u ?? 0),
    pAfters: Float64Array.from(tokens, token => token.draw?.pAfter ?? 0),
    outdated: Uint8Array.from(tokens, token => Number(token.draw?.outdated ?? false)),
    drawSettings,
  };
  return stored;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The value of the store; null when there is nothing to bring back. Never throws. */
export function readKept(value: unknown): Kept | null {
  try {
    return read(fieldsOf(value));
  } catch {
    return null;
  }
}

function read(stored: Fields): Kept | null {
  const { text } = stored;
  if (stored.version !== KEPT_VERSION || typeof text !== 'string' || text.length > MOST_TEXT) return null;
  return {
    text,
    tokens: readTokens(stored),
    fingerprint: typeof stored.fingerprint === 'string' ? stored.fingerprint.slice(0, 64) : '',
    model: typeof stored.model === 'string' ? stored.model.slice(0, 300) : '',
    selection: readSelection(stored.selection, text.length),
    settings: clampSettings(stored.settings),
    seed: typeof stored.seed === 'string' && /^\d{1,16}$/.test(stored.seed) ? stored.seed : '',
    lastSeed: isSeed(stored.lastSeed) ? stored.lastSeed : null,
    view: readView(stored.view),
    source: readSource(stored.source),
  };
}

function isSeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isProbability(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 1;
}

/** All columns sound and of one length, or no tokens at all: the text alone is then brought back. */
function readTokens(stored: Fields): KeptToken[] {
  const { ids, origins, drawOf, seeds, us, pAfters, outdated, drawSettings } = stored;
  if (!(ids instanceof Uint32Array) || !(origins instanceof Uint8Array) || !(drawOf instanceof Uint16Array)) return [];
  if (!(seeds instanceof Float64Array) || !(us instanceof Float64Array) || !(pAfters instanceof Float64Array))
    return [];
  if (!(outdated instanceof Uint8Array) || !Array.isArray(drawSettings)) return [];
  const columns = [origins, drawOf, seeds, us, pAfters, outdated];
  if (ids.length > MOST_TOKENS || columns.some(column => column.length !== ids.length)) return [];
  const settings = drawSettings.slice(0, MOST_DRAW_SETTINGS).map(clampSettings);
  return Array.from(ids, (id, i) => {
    const origin = ORIGINS[origins[i] ?? 0] ?? 'typed';
    const made = settings[(drawOf[i] ?? 0) - 1];
    const [seed, u, pAfter] = [seeds[i], us[i], pAfters[i]];
    if (origin !== 'drawn' || made === undefined) return { id, origin };
    if (!isSeed(seed) || !isProbability(u) || !isProbability(pAfter)) return { id, origin };
    return { id, origin, draw: { settings: made, seed, u, pAfter, outdated: outdated[i] !== 0 } };
  });
}

function readSelection(value: unknown, length: number): Selection {
  const { start, end, focus } = fieldsOf(value);
  const sound = Number.isInteger(start) && Number.isInteger(end) && Number(start) >= 0 && Number(start) <= Number(end);
  if (!sound || Number(end) > length) return { start: length, end: length, focus: 'end' };
  return { start: Number(start), end: Number(end), focus: focus === 'start' ? 'start' : 'end' };
}

function readView(value: unknown): Partial<ViewChoices> {
  const { theme, tint, side, wide, panel, followStep, borders, whitespace } = fieldsOf(value);
  const found = {
    theme: THEMES.find(each => each === theme),
    tint: TINTS.find(each => each === tint),
    side: SIDES.find(each => each === side),
    wide: readBoolean(wide),
    panel: INSPECTOR_PANELS.find(each => each === panel),
    followStep: FOLLOW_STEPS.find(each => each === followStep),
    borders: readBoolean(borders),
    whitespace: readBoolean(whitespace),
  };
  return Object.fromEntries(Object.entries(found).filter(([, choice]) => choice !== undefined));
}

function readBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function readSource(value: unknown): ModelSource | null {
  const { kind, id, repo, revision, name } = fieldsOf(value);
  if (kind === 'shipped' && typeof id === 'string' && /^[a-z0-9-]{1,64}$/.test(id)) return { kind, id };
  if (kind === 'hub' && typeof repo === 'string' && typeof revision === 'string') {
    return parseModelName(`${repo}@${revision}`);
  }
  if (kind === 'local' && typeof name === 'string' && /^[A-Za-z0-9._-]{1,96}$/.test(name)) return { kind, name };
  return null;
}
