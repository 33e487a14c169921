// What the model expected most at places whose token came without candidates: one row each, of which only the likeliest token is kept.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { row as fetchRow } from '../../client/requests.ts';
import { rowStatistics, topOf } from '../../sampling/row.ts';
import { idsOf, sharedLength } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { MOST_SECONDS, SETTLE_MS } from '../../stores/work/times.ts';
import { ViewTask } from '../../stores/work/view-task.ts';

/** The likeliest token of a place. */
export interface TopPrediction {
  readonly id: number;
  /** Before sampling. */
  readonly p: number;
}

interface TopPredictionState {
  /** By position of the token that came instead. */
  readonly found: ReadonlyMap<number, TopPrediction>;
}

interface TopPredictionActions {
  /** A view would show these positions; an empty list ends it. What is missing is fetched while nothing else is to do, when it takes no time. */
  want(positions: readonly number[]): void;
}

export type TopPredictionStoreState = TopPredictionState & TopPredictionActions;
export type TopPredictionStore = StoreApi<TopPredictionStoreState>;

interface TopPredictionOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly cost: PrefillCost;
}

/** After the row of the caret and the scores, which change what is asked for. */
const REST_MS = SETTLE_MS + 100;

/** One a page. */
export const topPredictionStore = defineFeatureStore(stores => createTopPredictionStore({ ...stores, ...stores.work }));

function createTopPredictionStore(options: TopPredictionOptions): Made<TopPredictionStore> {
  const { client, scheduler, model, document, generation, cost } = options;
  let wanted: readonly number[] = [];
  /** The text that `found` is about. */
  let ids = new Uint32Array(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const task = new ViewTask(scheduler, () => {});
  const store: TopPredictionStore = createStore<TopPredictionStoreState>()(() => ({
    found: new Map(),
    want: positions => {
      wanted = positions;
      if (positions.length === 0) task.reset();
      look();
    },
  }));
  const missing = (): number[] =>
    wanted.filter(position => position > 0 && position < ids.length && !store.getState().found.has(position));

  const fetch = (): void => {
    const { load } = model.getState();
    if (load.status !== 'ready' || isRunning(generation.getState().status) || task.working) return;
    const all = idsOf(document.getState().tokens.slice(0, load.model.dims.n_ctx));
    const places = missing();
    if (places.length === 0) return;
    const { body, head } = load.model.work;
    // What is learned is the cost of the body; a row runs the head alone.
    const rows = cost.secondsOf(places.length) * (head / body);
    if (cost.seconds(all) + rows > MOST_SECONDS) return;
    void task.run(places.length, async signal => {
      for (;;) {
        const [position] = missing();
        if (position === undefined) return;
        const { logits } = await fetchRow(client, all, position - 1, signal);
        if (sharedLength(ids, all) < position) return;
        const id = topOf(logits, 1).ids[0] ?? 0;
        const { logit, logZ } = rowStatistics(logits, id);
        store.setState(state => ({ found: new Map(state.found).set(position, { id, p: Math.exp(logit - logZ) }) }));
      }
    });
  };
  const look = (): void => {
    clearTimeout(timer);
    if (wanted.length > 0) timer = setTimeout(fetch, REST_MS);
  };
  const keep = (most: number): void => {
    const { found } = store.getState();
    const stays = [...found].filter(([position]) => position <= most);
    if (stays.length < found.size) store.setState({ found: new Map(stays) });
  };
  const ends = [
    document.subscribe((now, before) => {
      if (now.revision === before.revision) return;
      const next = idsOf(now.tokens);
      const shared = sharedLength(next, ids);
      if (shared < ids.length) task.reset();
      ids = next;
      // A prediction depends on the tokens before its place.
      keep(shared);
      look();
    }),
    generation.subscribe((now, before) => {
      if (isRunning(before.status) && !isRunning(now.status)) look();
    }),
    model.subscribe((now, before) => {
      if (now.load === before.load) return;
      task.reset();
      keep(-1);
      look();
    }),
  ];
  return {
    store,
    dispose: () => {
      clearTimeout(timer);
      task.reset();
      for (const end of ends) end();
    },
  };
}
