// What the model expected most at places whose token came without candidates: one row each, of which only the likeliest token is kept.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { row as fetchRow, type RowAnswer } from '../../client/requests.ts';
import { rowStatistics, topOf } from '../../sampling/row.ts';
import { sameIds, sharedLength } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { CLOSED, type ProbeState } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView } from '../../stores/gpu-work/probe-view.ts';
import { SETTLE_MS } from '../../stores/gpu-work/times.ts';
import type { Stores } from '../../stores/stores.ts';

/** The likeliest token of a place. */
export interface TopPrediction {
  readonly id: number;
  /** Before sampling. */
  readonly p: number;
}

interface TopPredictionState {
  readonly probe: ProbeState;
  /** By position of the token that came instead. */
  readonly found: ReadonlyMap<number, TopPrediction>;
}

interface TopPredictionActions {
  /** A view would show these positions; an empty list ends it. What is missing is fetched while nothing else is to do, when it takes no time. */
  want(positions: readonly number[]): void;
  /** Fetches what is missing, whatever it takes. */
  compute(): void;
  /** Ends the work; what had come by then stays. */
  stop(): void;
}

export type TopPredictionStoreState = TopPredictionState & TopPredictionActions;
export type TopPredictionStore = StoreApi<TopPredictionStoreState>;

interface PredictionQuestion {
  /** The text as far as it fits the context. */
  readonly ids: Uint32Array;
  readonly places: readonly number[];
}

/** One a page. */
export const topPredictionStore = defineFeatureStore(createTopPredictionStore);

function createTopPredictionStore(stores: Stores): Made<TopPredictionStore> {
  const { client, cost } = stores.work;
  let wanted: readonly number[] = [];
  let open = false;
  /** The text that `found` is about. */
  let ids: Uint32Array = new Uint32Array(0);
  /** Of the head alone, over that of the body, whose cost is what is learned. */
  let share = 1;
  const keep = (most: number): void => {
    const { found } = store.getState();
    const stays = [...found].filter(([position]) => position <= most);
    if (stays.length < found.size) store.setState({ found: new Map(stays) });
  };
  const view = createProbeView<PredictionQuestion, number, RowAnswer>(stores, {
    memory: [],
    tell: probe => store.setState({ probe }),
    begin: ({ work }, other) => {
      share = work.body === 0 ? 0 : work.head / work.body;
      if (other) keep(-1);
    },
    // A prediction depends on the tokens before its place.
    hold: now => {
      keep(sharedLength(now.ids, ids));
      ids = now.ids;
    },
    ask: now => {
      const within = now.ids.subarray(0, now.allowed);
      const places = wanted.filter(position => position > 0 && position < within.length);
      return places.length === 0 ? { status: 'empty' } : { question: { ids: within, places } };
    },
    missing: ({ places }) => places.filter(position => !store.getState().found.has(position)),
    same: (a, b) => sameIds(a.ids, b.ids) && a.places.join() === b.places.join(),
    reads: (_, question) => question.ids,
    seconds: places => cost.secondsOf(places.length) * share,
    fetch: (position, question, signal) => fetchRow(client, question.ids, position - 1, signal),
    accept: ({ logits, outside }, position) => {
      const id = topOf(logits, 1).ids[0] ?? 0;
      const { logit, logZ: sum } = rowStatistics(logits, id);
      // Of a server log-probabilities of what it shows: their sum over all is 1.
      const logZ = outside === undefined ? sum : 0;
      store.setState(state => ({ found: new Map(state.found).set(position, { id, p: Math.exp(logit - logZ) }) }));
    },
  });
  const store: TopPredictionStore = createStore<TopPredictionStoreState>()(() => ({
    probe: CLOSED,
    found: new Map(),
    want: positions => {
      wanted = positions;
      const looks = positions.length > 0;
      if (looks && !open) view.enter();
      else if (!looks) view.leave();
      else view.look(SETTLE_MS);
      open = looks;
    },
    compute: () => void view.compute(),
    stop: () => view.stop(),
  }));
  return { store, dispose: () => view.dispose() };
}
