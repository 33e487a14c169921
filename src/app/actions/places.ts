// What there is to go to, as actions: documents, branches, models that are here, presets. Read when the palette opens.
import { type Preset, shippedSettings } from '../../features/presets/preset.ts';
import { SHIPPED } from '../../features/presets/shipped.ts';
import { type PresetsStore, type PresetsStoreState, presetsStore } from '../../features/presets/store.ts';
import { type CachedModel, sourceKey, sourceName } from '../../lib/model-source.ts';
import { labelOf } from '../../stores/document/branches.ts';
import { DEFAULT_SOURCE } from '../../stores/model/sources.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { titleOf } from '../../stores/saved/title.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Action } from './action.ts';

async function documentActions({ documents }: Stores): Promise<Action[]> {
  const { acts, id: open } = documents.getState();
  const listed = (await acts?.list().catch(() => [])) ?? [];
  return listed.map(({ id, title, words, readable }) => ({
    id: `document:${id}`,
    title: `Open: ${titleOf(title, words)}`,
    words: `document ${words}`,
    group: 'Documents',
    hindrance: () => (id === open ? 'It is open' : readable ? null : 'Its record cannot be read'),
    act: stores => void stores.documents.getState().acts?.open(id),
  }));
}

function modelAction({ source, name }: Pick<CachedModel, 'source' | 'name'>): Action {
  return {
    id: `model:${sourceKey(source)}`,
    title: `Load ${name}`,
    words: 'model',
    group: 'Models',
    hindrance: ({ model }) => {
      const { load } = model.getState();
      if (isComing(model.getState())) return 'Another model is being loaded';
      const inUse = load.status === 'ready' && sourceKey(load.model.source) === sourceKey(source);
      return inUse ? 'It is in use' : null;
    },
    act: ({ model }) => void model.getState().loadModel(source),
  };
}

async function modelActions({ model }: Stores): Promise<Action[]> {
  if (model.getState().cache.status === 'unknown') await model.getState().listCache();
  const stored = model.getState().cache.models.filter(each => each.complete && each.source.kind !== 'shipped');
  return [{ source: DEFAULT_SOURCE, name: sourceName(DEFAULT_SOURCE) }, ...stored].map(modelAction);
}

function branchActions({ document }: Stores): Action[] {
  const { branches, branch: active } = document.getState();
  if (branches.length < 2) return [];
  return branches.map(({ id, name }) => ({
    id: `branch:${id}`,
    title: `Switch to ${labelOf({ id, name })}`,
    words: 'branch',
    group: 'Text',
    hindrance: ({ document: store }) =>
      active === id && store.getState().branch === id ? 'It is the one in the text' : null,
    act: stores => stores.document.getState().switchBranch(id),
  }));
}

/** Those of a person, once they have been read. */
function keptPresets(store: PresetsStore): Promise<readonly Preset[]> {
  return new Promise(resolve => {
    const look = ({ presets }: PresetsStoreState): void => {
      if (presets === null) return;
      end();
      resolve(presets);
    };
    const end = store.subscribe(look);
    look(store.getState());
  });
}

/** A text comes as a document of its own. */
async function presetActions(stores: Stores): Promise<Action[]> {
  const store = presetsStore.of(stores);
  const kept = await keptPresets(store);
  const shipped = SHIPPED.map(each => ({ ...each, id: `shipped:${each.name}`, settings: shippedSettings(each) }));
  return [...kept, ...shipped].map(preset => ({
    id: `use:${preset.id}`,
    title: `Use the preset ${preset.name}`,
    words: `settings ${preset.text ?? ''}`,
    group: 'Settings',
    act: () => void store.getState().use(preset),
  }));
}

export async function placesOf(stores: Stores): Promise<readonly Action[]> {
  const read = [documentActions(stores), modelActions(stores), presetActions(stores)];
  const [documents = [], models = [], presets = []] = await Promise.all(read);
  return [...documents, ...branchActions(stores), ...models, ...presets];
}
