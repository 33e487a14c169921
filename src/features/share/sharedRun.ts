// A text as it leaves the page and comes back: ids with origins and draws, settings and seeds, the model and the adapter it came from.
import type { CachedModel, ModelSource } from '../../lib/model-source.ts';
import type { AdapterDescription } from '../../protocol/events.ts';
import { clampSettings, type GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { parseModelName } from '../../stores/model/catalogue.ts';
import type { ModelState } from '../../stores/model/types.ts';
import type { SavedToken } from '../../stores/saved/saved-tokens.ts';
import type { Stores } from '../../stores/stores.ts';
import { choiceAt, objectAt, textAt, unsound } from './strict.ts';

export interface SharedModel {
  /** `shipped/nucleus-3m`, `hub/owner/name@revision`, `local/name`. */
  readonly key: string;
  /** Of the files; '' where nobody said. */
  readonly commit: string;
  readonly name: string;
  /** Of its content, as `ModelIdentity` has it; '' in what was written before it was known. */
  readonly digest: string;
}

export type SharedAdapter = Pick<
  AdapterDescription,
  'vendor' | 'architecture' | 'device' | 'description' | 'software' | 'kernels'
>;

interface Around {
  readonly text: string;
  /** Of the tokenizer the ids belong to. */
  readonly fingerprint: string;
  readonly model: SharedModel;
  readonly adapter: SharedAdapter;
  /** As the controls stand; each draw has its own beside it. */
  readonly settings: GenerationSettings;
  /** Digits of a locked seed, else ''. */
  readonly seed: string;
  readonly lastSeed: number | null;
}

/** What is written. */
export interface RunToShare extends Around {
  readonly tokens: readonly DocumentToken[];
}

export interface SharedToken extends SavedToken {
  /** Before sampling, nats; null where it was not written. */
  readonly logprob: number | null;
}

/** What was read. */
export interface SharedRun extends Around {
  readonly tokens: readonly SharedToken[];
}

/** Characters of keys, names, descriptions. */
const MOST_WORDS = 300;

/** The page's text now; null while there is no model, whose ids it would be. */
export function runToShare(stores: Pick<Stores, 'document' | 'settings' | 'generation' | 'model'>): RunToShare | null {
  const { text, tokens, tokenizer } = stores.document.getState();
  const { load } = stores.model.getState();
  if (tokenizer === null || load.status !== 'ready') return null;
  const { key, commit, name, digest, adapter } = load.model;
  const { vendor, architecture, device, description, software, kernels } = adapter;
  return {
    text,
    tokens,
    fingerprint: tokenizer.fingerprint,
    model: { key, commit, name, digest },
    adapter: { vendor, architecture, device, description, software, kernels },
    settings: stores.settings.getState().settings,
    seed: stores.settings.getState().seed,
    lastSeed: stores.generation.getState().seed,
  };
}

const KERNELS = ['barrier_free', 'workgroup', 'subgroup'] as const;

export function adapterAt(value: unknown, where: string): SharedAdapter {
  const fields = objectAt(value, where);
  const words = (name: string): string => textAt(fields[name], `${where}.${name}`, MOST_WORDS);
  const { software } = fields;
  if (typeof software !== 'boolean') unsound(`${where}.software`, 'is neither true nor false');
  return {
    vendor: words('vendor'),
    architecture: words('architecture'),
    device: words('device'),
    description: words('description'),
    software,
    kernels: choiceAt(fields.kernels, `${where}.kernels`, KERNELS),
  };
}

export function modelAt(value: unknown, where: string): SharedModel {
  const fields = objectAt(value, where);
  const words = (name: string): string => textAt(fields[name], `${where}.${name}`, MOST_WORDS);
  const digest = fields.digest === undefined ? '' : words('digest');
  const model = { key: words('key'), commit: words('commit'), name: words('name'), digest };
  if (sourceOfKey(model.key) === null) unsound(`${where}.key`, 'names no model');
  if (!/^[0-9A-Za-z._-]*$/.test(model.commit)) unsound(`${where}.commit`, 'is no commit');
  if (!/^(?:[0-9a-f]{64})?$/.test(digest)) unsound(`${where}.digest`, 'is no digest');
  return model;
}

/** The source a key of a model stands for; null for what is none. */
export function sourceOfKey(key: string): ModelSource | null {
  const [, kind, name = ''] = /^(shipped|hub|local)\/(.+)$/.exec(key) ?? [];
  if (kind === 'shipped') return /^[a-z0-9-]{1,64}$/.test(name) ? { kind, id: name } : null;
  if (kind === 'local') return /^[A-Za-z0-9._-]{1,96}$/.test(name) ? { kind, name } : null;
  if (kind !== 'hub') return null;
  try {
    return parseModelName(name);
  } catch {
    return null;
  }
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

/** Settings of which every value is one that the setting can have. */
export function settingsAt(value: unknown, where: string): GenerationSettings {
  const fields = objectAt(value, where);
  const settings = clampSettings(fields);
  for (const [name, setting] of Object.entries(settings)) {
    if (!same(fields[name], setting)) unsound(`${where}.${name}`, 'is not a value that this setting can have');
  }
  return settings;
}

export function seedDigitsAt(value: unknown, where: string): string {
  const digits = textAt(value, where, 16);
  if (!/^\d*$/.test(digits) || !Number.isSafeInteger(Number(digits))) unsound(where, 'is no seed');
  return digits;
}

/** How what was shared differs from what is here: said before it is run again. */
export interface SharedDifferences {
  /** Another model; its name. */
  readonly model: string | null;
  /** Other weights under the same name. */
  readonly commit: boolean;
  /** Other token ids: only the text can be taken over. */
  readonly vocabulary: boolean;
  readonly adapter: boolean;
}

/** By content where both say theirs; else by key and commit, which for opened files say nothing. */
function weightsAgree(shared: SharedModel, here: SharedModel): boolean {
  if (shared.digest !== '') return shared.digest === here.digest;
  return shared.key === here.key && shared.commit === here.commit && !shared.key.startsWith('local/');
}

/** The stored model of the same content; else the source that its key stands for, if its content may be that. */
export function neededSource(shared: SharedModel, stored: readonly CachedModel[]): ModelSource | null {
  const same = shared.digest === '' ? undefined : stored.find(({ digest }) => digest === shared.digest);
  if (same !== undefined) return same.source;
  const source = sourceOfKey(shared.key);
  return source?.kind === 'local' && shared.digest !== '' ? null : source;
}

/** Null while no model is loaded. */
export function differencesOf(run: SharedRun, { load }: Pick<ModelState, 'load'>): SharedDifferences | null {
  if (load.status !== 'ready') return null;
  const { model, tokenizer } = load;
  const sameWeights = weightsAgree(run.model, model);
  const sameModel = sameWeights || model.key === run.model.key;
  const { vendor, architecture, software, kernels } = model.adapter;
  return {
    model: sameModel ? null : run.model.name || run.model.key,
    commit: sameModel && !sameWeights,
    vocabulary: tokenizer.fingerprint !== run.fingerprint,
    adapter:
      vendor !== run.adapter.vendor ||
      architecture !== run.adapter.architecture ||
      software !== run.adapter.software ||
      kernels !== run.adapter.kernels,
  };
}

/** Fields of a draw as both formats write them. */
export function soundRun<T extends SharedRun>(run: T): T {
  const drawnWithout = run.tokens.findIndex(token => token.draw !== undefined && token.origin !== 'drawn');
  if (drawnWithout >= 0) unsound(`token ${drawnWithout}`, 'has a draw but was not drawn');
  return run;
}
