// The way of one token through the model: fetches what the step in sight needs, and measures what the cache of keys and values saves.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { attention, closeView, measureCache, trace } from '../../client/probe-requests.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelTag } from '../../stores/model/model.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { RowsStore } from '../../stores/run/rows-types.ts';
import type { FollowStep, ViewStore } from '../../stores/view.ts';
import type { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { MOST_SECONDS, MOVE_MS, SETTLE_MS } from '../../stores/work/times.ts';
import { IDLE_TASK, ViewTask } from '../../stores/work/view-task.ts';
import type { FollowStore } from './types.ts';
import {
  type FollowedPass,
  type FollowState,
  type FollowStoreState,
  type HeadRows,
  lengthsOf,
  type Pass,
  passTo,
  secondsToMeasure,
} from './types.ts';

interface FollowOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly rows: RowsStore;
  readonly view: ViewStore;
  readonly cost: PrefillCost;
  readonly later: (ms: number, callback: () => void) => () => void;
}

/** A view that was left for this long is left for good: its memory goes back. */
export const GONE_MS = 15_000;

type Piece = 'trace' | 'attention' | 'heads';
const PIECES_OF: Readonly<Record<FollowStep, readonly Piece[]>> = {
  tokenise: [],
  embed: ['trace'],
  layers: ['trace'],
  attention: ['attention'],
  logits: ['trace', 'heads'],
  softmax: [],
  select: [],
};

/** One a page. */
export const followStore = defineFeatureStore(stores => createFollowStore({ ...stores, ...stores.work }));

function createFollowStore(options: FollowOptions): Made<FollowStore> {
  const follow = new Follow(options);
  const store: FollowStore = createStore<FollowStoreState>()(() => ({
    open: false,
    followed: null,
    task: IDLE_TASK,
    costly: null,
    measured: null,
    measuring: IDLE_TASK,
    setOpen: open => follow.setOpen(open),
    compute: () => follow.compute(),
    stop: () => follow.stop(),
    measure: () => follow.measure(),
    secondsToMeasure: () => follow.secondsToMeasure(),
    stopMeasuring: () => follow.stopMeasuring(),
  }));
  follow.store = store;
  return { store, dispose: follow.watch() };
}

class Follow {
  store!: FollowStore;
  readonly #options: FollowOptions;
  readonly #task: ViewTask;
  readonly #measuring: ViewTask;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends the wait after which the memory goes back. */
  #stay: () => void = () => {};
  /** What the view has asked for since its memory was given back. */
  readonly #used = new Set<'trace' | 'attention'>();
  #model = '';

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#task = new ViewTask(options.scheduler, task => this.store.setState({ task }));
    this.#measuring = new ViewTask(options.scheduler, measuring => this.store.setState({ measuring }));
  }

  /** Follows text, caret, step, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation, rows, view } = this.#options;
    const ends = [
      rows.subscribe((now, before) => {
        // The likeliest token is known now: its row of the head can be asked for.
        const heads = PIECES_OF[view.getState().followStep].includes('heads');
        if (heads && now.selected !== before.selected && now.selected.status === 'ready') this.#look(0);
      }),
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) this.#moved(SETTLE_MS);
        else if (now.selected !== before.selected) this.#moved(MOVE_MS);
      }),
      view.subscribe((now, before) => {
        if (now.followStep !== before.followStep) this.#look(0);
      }),
      generation.subscribe((now, before) => {
        if (isRunning(before.status) && !isRunning(now.status)) this.#look(0);
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load) this.#modelChanged();
      }),
    ];
    return () => {
      clearTimeout(this.#timer);
      this.#stay();
      for (const end of ends) end();
    };
  }

  setOpen(open: boolean): void {
    if (open === this.store.getState().open) return;
    this.store.setState({ open });
    this.#stay();
    if (open) {
      this.#look(0);
      return;
    }
    clearTimeout(this.#timer);
    this.#task.reset();
    this.#measuring.stop();
    this.#stay = this.#options.later(GONE_MS, () => this.#giveBack());
  }

  compute(): void {
    clearTimeout(this.#timer);
    const { rows } = this.#options;
    const pass = this.#pass();
    if (pass === null) return;
    this.store.setState({ costly: null });
    // The row is part of the way: it has the logits.
    if (rows.getState().selected.status === 'costly') void rows.getState().fetchSelected();
    const missing = this.#missing(pass);
    if (missing.length === 0) return;
    for (const piece of missing) this.#used.add(viewOf(piece));
    void this.#task.run(missing.length, signal => this.#fetch(pass, signal));
  }

  stop(): void {
    this.#task.stop();
  }

  measure(): void {
    const { document, model, client } = this.#options;
    const { load } = model.getState();
    if (load.status !== 'ready') return;
    const { tokens, revision } = document.getState();
    const ids = idsOf(tokens).subarray(0, load.model.dims.n_ctx);
    const lengths = lengthsOf(ids.length);
    this.#used.add('trace');
    this.store.setState({ measured: { tokens: ids.length, revision, lengths: [] } });
    void this.#measuring.run(lengths.length, async (signal, progress) => {
      const done = this.store.getState().measured?.lengths ?? [];
      // After an interruption what was measured stays.
      const left = lengths.filter(length => !done.some(each => each.length === length));
      for await (const event of measureCache(client, { tokens: ids, lengths: left }, signal)) {
        const measured = [...(this.store.getState().measured?.lengths ?? []), event];
        this.store.setState({ measured: { tokens: ids.length, revision, lengths: measured } });
        progress(measured.length);
      }
    });
  }

  secondsToMeasure(): number {
    const { document, model, cost } = this.#options;
    const { load } = model.getState();
    if (load.status !== 'ready') return 0;
    const tokens = Math.min(document.getState().tokens.length, load.model.dims.n_ctx);
    return secondsToMeasure(tokens, length => cost.secondsOf(length));
  }

  stopMeasuring(): void {
    this.#measuring.stop();
  }

  /** Another text or place: what was fetched is about something else. */
  #moved(wait: number): void {
    const now = this.#pass();
    const { followed } = this.store.getState();
    if (followed !== null && now !== null && samePass(followed.pass, now)) {
      this.#show({ ...followed, pass: now });
      return;
    }
    if (followed !== null) this.#show(null);
    this.#task.reset();
    this.#look(wait);
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    const tag = modelTag(this.#options.model.getState());
    this.#task.reset();
    this.#used.clear(); // the memory went with the model
    if (load.status === 'ready' && tag === this.#model) {
      this.#look(0);
      return;
    }
    if (load.status === 'ready') this.#model = tag;
    this.#measuring.reset();
    this.store.setState({ followed: null, costly: null, measured: null });
    this.#look(0);
  }

  /** After `wait` milliseconds fetches what the step lacks, where that is quick; else says what it would take. */
  #look(wait: number): void {
    clearTimeout(this.#timer);
    const { model, generation, cost } = this.#options;
    const pass = this.#pass();
    if (this.store.getState().costly !== null) this.store.setState({ costly: null });
    if (!this.store.getState().open || pass === null || this.#missing(pass).length === 0) return;
    if (isRunning(generation.getState().status) || model.getState().load.status !== 'ready') return;
    this.#timer = setTimeout(() => {
      const seconds = cost.seconds(pass.ids);
      if (seconds > MOST_SECONDS) this.store.setState({ costly: seconds });
      else this.compute();
    }, wait);
  }

  async #fetch(pass: Pass, signal: AbortSignal): Promise<void> {
    const { client, cost } = this.#options;
    const asked = { tokens: pass.ids, position: pass.position };
    // After an interruption what has come stays.
    const missing = this.#missing(pass);
    if (missing.includes('trace') || missing.includes('heads')) {
      const ids = this.#headIds(pass);
      const traced = await trace(client, { ...asked, ids }, signal);
      this.#show({
        ...this.#known(pass),
        trace: traced,
        ...(ids.length > 0 ? { heads: { ids, rows: traced.rows } } : {}),
      });
    }
    if (missing.includes('attention')) {
      const answered = await attention(client, asked, signal);
      this.#show({ ...this.#known(pass), attention: answered });
    }
    // What the worker has now includes this; a longer text that begins with it may be there too.
    if (cost.seconds(pass.ids) > 0) cost.computed(pass.ids);
  }

  #known(pass: Pass): FollowedPass {
    const { followed } = this.store.getState();
    if (followed !== null && samePass(followed.pass, pass)) return followed;
    return { pass, trace: null, attention: null, heads: null };
  }

  #missing(pass: Pass): Piece[] {
    const known = this.#known(pass);
    return PIECES_OF[this.#options.view.getState().followStep].filter(piece =>
      piece === 'heads' ? !holds(known.heads, this.#headIds(pass)) : known[piece] === null,
    );
  }

  /** The likeliest token and the one in the text: their logits are taken apart. None before their row is here, or where the head is no embedding. */
  #headIds({ place }: Pass): Uint32Array {
    const { rows, document, model } = this.#options;
    const { load } = model.getState();
    const { selected } = rows.getState();
    if (load.status !== 'ready' || !load.model.tied || selected.status !== 'ready' || selected.place !== place) {
      return new Uint32Array();
    }
    const actual = place === 'end' ? undefined : document.getState().tokens[place]?.id;
    const likeliest = selected.row.ranked.order[0];
    return Uint32Array.from(new Set([likeliest, actual].filter(id => id !== undefined)));
  }

  #pass(): Pass | null {
    const { tokens, selected } = this.#options.document.getState();
    const { load } = this.#options.model.getState();
    const pass = passTo(tokens, selected);
    // What does not fit the context is said where the row is.
    return pass !== null && load.status === 'ready' && pass.position >= load.model.dims.n_ctx ? null : pass;
  }

  #show(followed: FollowState['followed']): void {
    this.store.setState({ followed });
  }

  #giveBack(): void {
    const { client, view, model } = this.#options;
    if (model.getState().load.status !== 'ready') return;
    const { side } = view.getState();
    for (const piece of this.#used) {
      // The view of attention has its own time to give the same memory back.
      if (piece !== 'attention' || side !== 'attention') void closeView(client, piece).catch(() => {});
    }
    this.#used.clear();
  }
}

/** The worker's view that a piece comes from. */
const viewOf = (piece: Piece) => (piece === 'attention' ? 'attention' : 'trace');

function holds(heads: HeadRows | null, ids: Uint32Array): boolean {
  return ids.every(id => heads?.ids.includes(id) === true);
}

function samePass(a: Pass, b: Pass): boolean {
  return a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}
