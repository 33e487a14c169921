// Columns on one text: run one or all, each with its settings, seed, prompt and model; what each drew, and its rows.
import { createStore } from 'zustand/vanilla';
import { freshSeed } from '../../lib/rng.ts';
import { answered } from '../../stores/document/answered.ts';
import { labelOf } from '../../stores/document/branches.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import type { Stores } from '../../stores/stores.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
import { ColumnRuns } from './column-runs.ts';
import { changedColumn, columnOf, emptyColumn, withColumn, withoutColumn } from './columns.ts';
import type { ColumnSetup, CompareState, CompareStore, CompareStoreState } from './types.ts';

/** One a page. */
export const compareStore = defineFeatureStore(createCompareStore);

/** The settings and the seed of the page. */
function setupOfPage({ settings }: Pick<Stores, 'settings'>, seed: number): ColumnSetup {
  const state = settings.getState();
  return { prompt: null, settings: state.settings, seed: lockedSeed(state) ?? seed, model: null, branch: null };
}

function createCompareStore(stores: Stores): Made<CompareStore> {
  const first = setupOfPage(stores, freshSeed());
  const store: CompareStore = createStore<CompareStoreState>()(() => ({
    columns: [emptyColumn(1, first), emptyColumn(2, { ...first, settings: hotter(first.settings) })],
    reference: 1,
    place: null,
    working: 'no',
    asking: null,
    keepRows: false,
    error: null,
    ...listActions(stores, () => store),
    setReference: reference => store.setState({ reference }),
    setKeepRows: keepRows => store.setState({ keepRows }),
    run: columns => runs.run(columns),
    answer: yes => runs.answer(yes),
    stop: () => runs.stop(),
    look: place => runs.look(place),
    measure: () => runs.measure(),
  }));
  const runs = new ColumnRuns(stores, store);
  const endWatch = runs.watch();
  return {
    store,
    dispose: () => {
      endWatch();
      runs.stop();
    },
  };
}

/** A second column that is worth a look beside the first. */
const hotter = (settings: ColumnSetup['settings']): ColumnSetup['settings'] => ({
  ...settings,
  temperature: settings.temperature >= 1 ? 0.5 : 1.2,
});

type ListActions = Pick<
  CompareStoreState,
  'add' | 'addBranch' | 'duplicate' | 'remove' | 'change' | 'takeSettings' | 'toBranch' | 'toDocument'
>;

function listActions(stores: Stores, get: () => CompareStore): ListActions {
  const change = (make: (state: CompareState) => Partial<CompareState> | null): void => {
    const part = make(get().getState());
    if (part !== null) get().setState(part);
  };
  return {
    add: () => change(state => withColumn(state, setupOfPage(stores, freshSeed()), null)),
    addBranch: branch => change(state => withColumn(state, { ...setupOfPage(stores, freshSeed()), branch }, null)),
    duplicate: id =>
      change(state => {
        const { setup } = columnOf(state, id) ?? {};
        return setup === undefined ? null : withColumn(state, setup, id);
      }),
    remove: id => change(state => (state.working === 'no' ? withoutColumn(state, id) : null)),
    change: (id, part) =>
      change(state => {
        const column = columnOf(state, id);
        if (column === undefined || column.status === 'running') return null;
        return { columns: changedColumn(state.columns, id, { setup: { ...column.setup, ...part } }) };
      }),
    takeSettings: id => {
      const { settings } = stores.settings.getState();
      get().getState().change(id, { settings });
    },
    toBranch: id => {
      const result = columnOf(get().getState(), id)?.result;
      const { tokenizer, branchOff } = stores.document.getState();
      if (!result || tokenizer?.fingerprint !== result.tokenizer.fingerprint) return;
      branchOff('answers', (set, birth) => answered(set, result.base, [result.tokens], 0, birth));
    },
    toDocument: async id => {
      const state = get().getState();
      const column = columnOf(state, id);
      const { tokenizer, branches } = stores.document.getState();
      const { acts } = stores.documents.getState();
      if (!column?.result || acts === null) return;
      const { base, tokens, tokenizer: own } = column.result;
      const all = base.concat(tokens);
      const text = tokenText(concatBytes(all.map(({ bytes }) => bytes)));
      const branch = branches.find(each => each.id === column.setup.branch);
      const title = branch === undefined ? '' : labelOf(branch);
      const same = tokenizer?.fingerprint === own.fingerprint;
      await acts.create({ text, title, keep: true, ...(same ? { tokens: all } : {}) });
    },
  };
}
