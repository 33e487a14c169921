// What a reload keeps, and its careful reading: an old, damaged or hostile value gives defaults, never an error.
import type { ModelSource } from '../../lib/model-source.ts';
import { clampSettings, type GenerationSettings } from '../../sampling/settings.ts';
import type { BranchSet, DocumentToken, Selection } from '../document/types.ts';
import { parseModelName } from '../model/model-name.ts';
import { MOST_PINS, type SavedPins } from '../run/pins-types.ts';
import { BAR_SCALES, FOLLOW_STEPS, INSPECTOR_PANELS, SIDES, THEMES, TINTS, type ViewChoices } from '../view.ts';
import { readBranches, type SavedBranches, type StoredBranches, writeBranches } from './saved-branches.ts';
import {
  type Fields,
  fieldsOf,
  isWhole,
  readTokens,
  type SavedToken,
  type TokenColumns,
  writeTokens,
} from './saved-tokens.ts';

/** Another number: the value was written by another version and is not read. */
export const SAVED_VERSION = 1;

/** Characters of what is read back. */
export const MOST_TEXT = 4_000_000;

export interface Saved {
  readonly text: string;
  /** Empty when there was no tokenizer. */
  readonly tokens: readonly SavedToken[];
  /** All branches with the active one; null where there is only one, without a name. */
  readonly set: SavedBranches | null;
  /** Of the tokenizer the ids belong to. */
  readonly fingerprint: string;
  /** Of the model that the numbers are of: its digest. */
  readonly model: string;
  readonly selection: Selection;
  readonly settings: GenerationSettings;
  readonly seed: string;
  readonly lastSeed: number | null;
  readonly view: Partial<ViewChoices>;
  readonly pins: SavedPins;
  /** Null: the shipped default. */
  readonly source: ModelSource | null;
}

/** As it lies in the store. */
interface Stored extends Omit<Saved, 'tokens' | 'set'>, TokenColumns {
  readonly version: number;
  /** Absent in what was written before there were branches. */
  readonly branches?: StoredBranches;
}

/** What is to be kept, with whole tokens. */
export interface ToSave extends Omit<Saved, 'tokens' | 'set'> {
  readonly tokens: readonly DocumentToken[];
  /** Null while there is no tokenizer. */
  readonly set: Pick<BranchSet, 'branches' | 'branch'> | null;
}

/** The value for the store. */
export function writeSaved(saved: ToSave): unknown {
  const { tokens, set, ...others } = saved;
  const branches = set === null ? null : writeBranches(set);
  const stored: Stored = {
    ...others,
    version: SAVED_VERSION,
    ...writeTokens(tokens),
    ...(branches === null ? {} : { branches }),
  };
  return stored;
}

/** The value of the store; null when there is nothing to bring back. Never throws. */
export function readSaved(value: unknown): Saved | null {
  try {
    return read(fieldsOf(value));
  } catch {
    return null;
  }
}

function read(stored: Fields): Saved | null {
  const { text } = stored;
  if (stored.version !== SAVED_VERSION || typeof text !== 'string' || text.length > MOST_TEXT) return null;
  const tokens = readTokens(stored);
  return {
    text,
    tokens,
    set: readBranches(stored.branches, tokens),
    fingerprint: typeof stored.fingerprint === 'string' ? stored.fingerprint.slice(0, 64) : '',
    model: typeof stored.model === 'string' ? stored.model.slice(0, 300) : '',
    selection: readSelection(stored.selection, text.length),
    settings: clampSettings(stored.settings),
    seed: typeof stored.seed === 'string' && /^\d{1,16}$/.test(stored.seed) ? stored.seed : '',
    lastSeed: isWhole(stored.lastSeed) ? stored.lastSeed : null,
    view: readView(stored.view),
    pins: readPins(stored.pins),
    source: readSource(stored.source),
  };
}

function readSelection(value: unknown, length: number): Selection {
  const { start, end, focus } = fieldsOf(value);
  const sound = Number.isInteger(start) && Number.isInteger(end) && Number(start) >= 0 && Number(start) <= Number(end);
  if (!sound || Number(end) > length) return { start: length, end: length, focus: 'end' };
  return { start: Number(start), end: Number(end), focus: focus === 'start' ? 'start' : 'end' };
}

function readView(value: unknown): Partial<ViewChoices> {
  const { theme, tint, side, wide, panel, followStep, borders, whitespace, barScale } = fieldsOf(value);
  const found = {
    theme: THEMES.find(each => each === theme),
    tint: TINTS.find(each => each === tint),
    side: SIDES.find(each => each === side),
    wide: readBoolean(wide),
    panel: INSPECTOR_PANELS.find(each => each === panel),
    followStep: FOLLOW_STEPS.find(each => each === followStep),
    borders: readBoolean(borders),
    whitespace: readBoolean(whitespace),
    barScale: BAR_SCALES.find(each => each === barScale),
  };
  return Object.fromEntries(Object.entries(found).filter(([, choice]) => choice !== undefined));
}

/** Ids of a vocabulary, each once; whether it is today's is seen when the tokenizer is there. */
function readPins(value: unknown): SavedPins {
  const { ids, fingerprint } = fieldsOf(value);
  if (!Array.isArray(ids) || typeof fingerprint !== 'string') return { ids: [], fingerprint: '' };
  const sound = ids.slice(0, MOST_PINS).filter(id => Number.isInteger(id) && id >= 0 && id < 2 ** 32);
  return { ids: [...new Set(sound.map(Number))], fingerprint: fingerprint.slice(0, 64) };
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
