// The presets of a person: kept, renamed, deleted and brought back, used, in and out as files.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { freshId } from '../../lib/fresh-id.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { Stores } from '../../stores/stores.ts';
import { databaseRecord, type KeptRecord } from '../shared/keptRecord.ts';
import {
  MOST_PRESETS,
  MOST_TEXT,
  nameOf,
  type Preset,
  type ReadPresets,
  readPresetFile,
  readPresets,
  writePresets,
} from './preset.ts';

/** What was done last and can be taken back. */
export type Done =
  | { readonly kind: 'deleted'; readonly preset: Preset; readonly at: number }
  /** `before`: the settings that gave way in `document`. */
  | { readonly kind: 'used'; readonly name: string; readonly document: string; readonly before: GenerationSettings };

interface PresetsState {
  /** Null until they have been read. */
  readonly presets: readonly Preset[] | null;
  readonly done: Done | null;
  /** The browser does not keep them, or there are too many. */
  readonly failed: '' | 'storage' | 'full' | 'long';
}

interface PresetsActions {
  /** Keeps the settings as they stand, with the text or without it. False for a name that says nothing. */
  save(name: string, withText: boolean): Promise<boolean>;
  rename(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Takes back what was done last. */
  takeBack(): Promise<void>;
  dismiss(): void;
  /** Takes the settings; with a text, in a new document that begins with it. Where that cannot be opened nothing changes. */
  use(preset: Pick<Preset, 'name' | 'text' | 'settings'>): Promise<void>;
  /** One of them, or all, as a file. */
  exported(id: string | 'all'): string;
  imported(json: string): Promise<ReadPresets>;
}

export type PresetsStoreState = PresetsState & PresetsActions;
export type PresetsStore = StoreApi<PresetsStoreState>;

/** One a page. */
export const presetsStore = defineFeatureStore<PresetsStore>(stores =>
  createPresetsStore(stores, databaseRecord('nucleus-presets', 'presets')),
);

export function createPresetsStore(stores: Stores, record: KeptRecord): Made<PresetsStore> {
  const keeper = new Keeper(stores, record);
  const store: PresetsStore = createStore<PresetsStoreState>()(set => ({
    presets: null,
    done: null,
    failed: '',
    save: (name, withText) => keeper.save(name, withText),
    rename: (id, name) => keeper.rename(id, name),
    remove: id => keeper.remove(id),
    takeBack: () => keeper.takeBack(),
    dismiss: () => set({ done: null, failed: '' }),
    use: preset => keeper.use(preset),
    exported: id => writePresets((keeper.list ?? []).filter(each => id === 'all' || each.id === id)),
    imported: json => keeper.imported(json),
  }));
  keeper.store = store;
  void keeper.bring();
  // Settings that gave way are those of the document they stood in.
  const dispose = stores.documents.subscribe(({ id }) => {
    const { done } = store.getState();
    if (done?.kind === 'used' && done.document !== id) store.setState({ done: null });
  });
  return { store, dispose };
}

type Change = (presets: readonly Preset[]) => readonly Preset[];

class Keeper {
  store!: PresetsStore;
  readonly #stores: Stores;
  readonly #record: KeptRecord;

  constructor(stores: Stores, record: KeptRecord) {
    this.#stores = stores;
    this.#record = record;
  }

  get list(): readonly Preset[] | null {
    return this.store.getState().presets;
  }

  async bring(): Promise<void> {
    try {
      this.store.setState({ presets: readPresets(await this.#record.read()) });
    } catch {
      this.store.setState({ presets: [], failed: 'storage' });
    }
  }

  async save(typed: string, withText: boolean): Promise<boolean> {
    const name = nameOf(typed);
    if (name === null) return false;
    const { text } = this.#stores.document.getState();
    if (withText && text.length > MOST_TEXT) {
      this.store.setState({ failed: 'long' });
      return false;
    }
    const { settings } = this.#stores.settings.getState();
    return this.#change(list => [{ id: freshId(), name, text: withText ? text : null, settings }, ...list]);
  }

  async rename(id: string, typed: string): Promise<void> {
    const name = nameOf(typed);
    if (name !== null) await this.#change(list => list.map(each => (each.id === id ? { ...each, name } : each)));
  }

  async remove(id: string): Promise<void> {
    const at = this.list?.findIndex(each => each.id === id) ?? -1;
    const preset = this.list?.[at];
    if (preset === undefined) return;
    if (await this.#change(list => list.filter(each => each.id !== id)))
      this.store.setState({ done: { kind: 'deleted', preset, at } });
  }

  async takeBack(): Promise<void> {
    const { done } = this.store.getState();
    if (done === null) return;
    this.store.setState({ done: null });
    if (done.kind === 'used') {
      this.#stores.settings.getState().change(done.before);
      return;
    }
    const { preset, at } = done;
    await this.#change(list => [...list.slice(0, at), preset, ...list.slice(at)]);
  }

  async use({ name, text, settings }: Pick<Preset, 'name' | 'text' | 'settings'>): Promise<void> {
    if (text !== null && !(await this.#opened(text))) return;
    const store = this.#stores.settings.getState();
    const { id } = this.#stores.documents.getState();
    this.store.setState({ done: { kind: 'used', name, document: id, before: store.settings } });
    store.change(settings);
  }

  /** `text` as a new document; the settings of the one before stay its own. False where it could not be opened. */
  async #opened(text: string): Promise<boolean> {
    const { documents, document } = this.#stores;
    const { acts } = documents.getState();
    if (acts !== null) return acts.create({ text });
    document.getState().setText(text);
    return true;
  }

  async imported(json: string): Promise<ReadPresets> {
    const read = readPresetFile(json);
    if (!read.ok) return read;
    // Those that are there already come in beside them.
    const added = read.presets.map(each => ({ ...each, id: freshId() }));
    const kept = await this.#change(list => [...added, ...list]);
    return kept ? read : { ok: true, presets: [], unreadable: read.presets.length + read.unreadable };
  }

  /** Of the list as it lies now, whoever wrote it. False where it was not kept. */
  async #change(change: Change): Promise<boolean> {
    let outcome: { readonly list: readonly Preset[]; readonly full: boolean } = { list: [], full: false };
    try {
      await this.#record.update(kept => {
        const list = readPresets(kept);
        const made = change(list);
        const full = made.length > MOST_PRESETS;
        outcome = { list: full ? list : made, full };
        return outcome.list;
      });
    } catch {
      this.store.setState({ failed: 'storage' });
      return false;
    }
    this.store.setState({ presets: outcome.list, failed: outcome.full ? 'full' : '' });
    return !outcome.full;
  }
}
