// A text as it leaves the page and comes back: ids with origins and draws, settings and seeds, the model and the adapter it came from.
import * as v from 'valibot';
import { type CachedModel, type ModelIdentity, type ModelSource, sourceKey } from '../../lib/model-source.ts';
import { inLine } from '../../lib/shapeless.ts';
import { type FormatChoice, splitDigest } from '../../lib/weight-format.ts';
import type { AdapterDescription } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { parseModelName } from '../../stores/model/model-name.ts';
import type { ModelState } from '../../stores/model/types.ts';
import type { RunStatus } from '../../stores/run/generation-types.ts';
import type { SavedToken } from '../../stores/saved/saved-tokens.ts';
import type { Stores } from '../../stores/stores.ts';
import { FLAG, fields, oneOf, text, unsound } from './reading.ts';

export interface SharedModel {
  /** `shipped/nucleus-3m`, `hub/owner/name@revision`, `local/name`. */
  readonly key: string;
  /** Of the files; '' where nobody said. */
  readonly commit: string;
  readonly name: string;
  /** Of its content, as `ModelIdentity` has it; '' in what was written before it was known. */
  readonly digest: string;
}

type SharedAdapter = Pick<
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
  /** Why it ends where it ends, in OpenAI's words: `length` where the most tokens or the context were reached. */
  readonly finish: 'stop' | 'length';
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
  stores.document.getState().finish();
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
    finish: finishOf(stores.generation.getState().status),
  };
}

function finishOf(status: RunStatus): RunToShare['finish'] {
  const full = status.kind === 'finished' && (status.reason === 'length' || status.reason === 'context_full');
  return full ? 'length' : 'stop';
}

const WORDS = text(MOST_WORDS);
const NAME = v.pipe(WORDS, v.transform(inLine));

export const ADAPTER = fields({
  vendor: WORDS,
  architecture: WORDS,
  device: WORDS,
  description: WORDS,
  software: FLAG,
  kernels: oneOf(['barrier_free', 'workgroup', 'subgroup']),
});

const DIGEST = v.pipe(WORDS, v.regex(/^(?:[0-9a-f]{64}(?::(?:f32|f16|int8|int4))?)?$/, 'is no digest'));

export const MODEL = fields({
  key: v.pipe(
    WORDS,
    v.check(key => sourceOfKey(key) !== null, 'names no model'),
  ),
  commit: v.pipe(WORDS, v.regex(/^[0-9A-Za-z._-]*$/, 'is no commit')),
  name: NAME,
  digest: v.optional(DIGEST, ''),
});

/** Who drew a token. */
export const DRAWER = fields({ name: NAME, digest: DIGEST });

/** The source a key of a model stands for; null for what is none. */
function sourceOfKey(key: string): ModelSource | null {
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

/** How what was shared differs from what is here: said before it is run again. */
export interface SharedDifferences {
  /** Another model; its name. */
  readonly model: string | null;
  /** Other weights under the same name. */
  readonly commit: boolean;
  /** The same files with weights in another format: that of what was shared. */
  readonly format: FormatChoice | null;
  /** Other token ids: only the text can be taken over. */
  readonly vocabulary: boolean;
  readonly adapter: boolean;
}

/** By content where both say theirs; else by key and commit, which for opened files say nothing. */
function filesAgree(shared: SharedModel, here: SharedModel): boolean {
  if (shared.digest !== '') return splitDigest(shared.digest).files === splitDigest(here.digest).files;
  return shared.key === here.key && shared.commit === here.commit && !shared.key.startsWith('local/');
}

/** The stored model of the same content; else the source that its key stands for, if its content may be that. */
export function neededSource(shared: SharedModel, stored: readonly CachedModel[]): ModelSource | null {
  const { files } = splitDigest(shared.digest);
  const same = files === '' ? undefined : stored.find(({ digest }) => digest === files);
  if (same !== undefined) return same.source;
  const source = sourceOfKey(shared.key);
  return source?.kind === 'local' && shared.digest !== '' ? null : source;
}

/** How the weights were stored; undefined where nobody said. */
export function formatNeeded({ digest }: SharedModel): FormatChoice | undefined {
  return digest === '' ? undefined : splitDigest(digest).format;
}

/** The way to the model of a shared text: load it, from the cache where it is `stored`; or a person has to open its files. */
export type WayToModel =
  | { readonly kind: 'load'; readonly source: ModelSource; readonly stored: boolean }
  | { readonly kind: 'files' };

export function wayToModel(shared: SharedModel, models: readonly CachedModel[]): WayToModel {
  const source = neededSource(shared, models);
  if (source === null) return { kind: 'files' };
  const stored = models.some(each => each.key === sourceKey(source) && each.complete);
  return source.kind === 'local' && !stored ? { kind: 'files' } : { kind: 'load', source, stored };
}

/** Null while no model is loaded. */
export function differencesOf(run: SharedRun, { load }: Pick<ModelState, 'load'>): SharedDifferences | null {
  if (load.status !== 'ready') return null;
  const { model, tokenizer } = load;
  const sameFiles = filesAgree(run.model, model);
  const sameModel = sameFiles || model.key === run.model.key;
  const format = formatNeeded(run.model);
  const { vendor, architecture, software, kernels } = model.adapter;
  return {
    model: sameModel ? null : run.model.name || run.model.key,
    commit: sameModel && !sameFiles,
    format: format !== undefined && sameFiles && format !== model.format ? format : null,
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
  const toldWithin = run.tokens.findIndex(token => token.told !== undefined && token.origin !== 'external');
  if (toldWithin >= 0) unsound(`token ${toldWithin}`, 'answers a command but is not external');
  return run;
}

/** Who drew, where a draw does not say: what was written before draws named their model. What can be drawn again was drawn by the model of the run. */
export function drawerUnnamed(outdated: boolean, { name, digest }: SharedModel): ModelIdentity | null {
  return outdated ? null : { name, digest };
}
