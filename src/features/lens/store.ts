// Logit lens: what each layer would say next. Computed for the columns in sight while the view is open, kept as long as the text before them stays.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { closeView, lens } from '../../client/probe-requests.ts';
import { idsOf, sharedLength } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelTag } from '../../stores/model/model.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { SETTLE_MS } from '../../stores/run/rows.ts';
import type { RowsStore } from '../../stores/run/rows-types.ts';
import { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { IDLE_TASK, ViewTask } from '../../stores/work/view-task.ts';
import { LensCells } from './cells.ts';
import { type ColumnRun, columnsWanted, covers, type LensWork, runsOf, stepsOf } from './plan.ts';
import type { LensState, LensStore, LensStoreState } from './types.ts';

export interface LensOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly rows: RowsStore;
  /** What a prefill costs, as the rows have learned. */
  readonly cost: PrefillCost;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

/** A caret or a pane that moves rests this long before its columns are computed. */
const MOVE_MS = 120;
/** Between two looks at the text while a run adds to it. */
const RUN_MS = 300;
/** Above this a button must ask. */
const MOST_SECONDS = 1.5;
/** A view that was left this long ago gives its memory back. */
export const CLOSE_MS = 10_000;
const NO_IDS = new Uint32Array(0);

const INITIAL: LensState = {
  status: 'no_model',
  ids: NO_IDS,
  layers: 0,
  columns: 0,
  beyond: 0,
  column: null,
  layer: null,
  asked: null,
  pinned: false,
  colour: 'likeliest',
  revision: 0,
  task: IDLE_TASK,
  costly: null,
};

/** One a page. */
export const lensStore = defineFeatureStore(stores => createLensStore({ ...stores, ...stores.work }));

function createLensStore(options: LensOptions): Made<LensStore> {
  const lenses = new Lenses(options);
  const store: LensStore = createStore<LensStoreState>()(set => ({
    ...INITIAL,
    enter: () => lenses.enter(),
    leave: () => lenses.leave(),
    see: (from, to) => lenses.see(from, to),
    compute: () => lenses.compute(),
    stop: () => lenses.stop(),
    ask: id => lenses.ask(id),
    setColour: colour => {
      set({ colour });
      lenses.look(0);
    },
    pick: (layer, column) => lenses.pick(layer, column),
    cell: (layer, column) => lenses.cell(layer, column),
  }));
  lenses.store = store;
  return { store, dispose: lenses.watch() };
}

class Lenses {
  store!: LensStore;
  readonly #options: LensOptions;
  readonly #task: ViewTask;
  /** Of a column: its own body, and the head for every layer and twice for the last. */
  readonly #cost = new PrefillCost();
  #cells = new LensCells(0, 0);
  #ids: Uint32Array = NO_IDS;
  #open = false;
  /** The worker holds memory for the lens. */
  #warm = false;
  #sight: ColumnRun = { from: 0, to: 0 };
  #pin: number | null = null;
  /** Under way, or ended without being asked for anew. */
  #work: LensWork | null = null;
  /** No work by itself: a person ended it, or there is no memory for it. */
  #halted: 'stopped' | 'refused' | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #model = '';

  constructor(options: LensOptions) {
    this.#options = options;
    this.#task = new ViewTask(options.scheduler, task => this.store.setState({ task }));
  }

  /** Follows text, caret, rows, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation, rows } = this.#options;
    const ends = [
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) {
          if (this.#halted === 'stopped') this.#halted = null;
          if (isRunning(generation.getState().status)) this.#lookLater();
          else this.look(SETTLE_MS);
        } else if (now.selected !== before.selected) this.look(MOVE_MS);
      }),
      rows.subscribe((now, before) => {
        if (now.selected !== before.selected && now.selected.status === 'ready') this.look(MOVE_MS);
      }),
      generation.subscribe((now, before) => {
        if (isRunning(now.status) !== isRunning(before.status)) this.look(0);
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load) this.#modelChanged();
      }),
    ];
    this.#modelChanged();
    return () => {
      clearTimeout(this.#timer);
      clearTimeout(this.#later);
      clearTimeout(this.#closing);
      for (const end of ends) end();
    };
  }

  enter(): void {
    clearTimeout(this.#closing);
    this.#open = true;
    this.look(0);
  }

  leave(): void {
    this.#open = false;
    clearTimeout(this.#timer);
    this.#end();
    clearTimeout(this.#closing);
    if (!this.#warm) return;
    this.#closing = setTimeout(() => {
      this.#warm = false;
      closeView(this.#options.client, 'lens').catch(() => {});
    }, CLOSE_MS);
  }

  see(from: number, to: number): void {
    if (from === this.#sight.from && to === this.#sight.to) return;
    this.#sight = { from, to };
    this.look(MOVE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#halted = 'stopped';
    this.#task.stop();
  }

  ask(id: number | null): void {
    this.#pin = id;
    if (this.#halted === 'stopped') this.#halted = null;
    this.look(0);
  }

  pick(layer: number, column: number): void {
    const { document } = this.#options;
    const place = column + 1;
    this.store.setState({ layer });
    document.getState().selectToken(place >= document.getState().tokens.length ? 'end' : place);
  }

  cell(layer: number, column: number) {
    return this.#cells.cell(layer, column, this.store.getState().asked);
  }

  /** Shows text, place and asked token as they are, and after `wait` milliseconds computes what is missing in sight. */
  look(wait: number): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    this.#later = undefined;
    if (!this.#open) return;
    this.#show();
    const { status } = this.store.getState();
    const missing = status === 'open' ? this.#missing() : [];
    const now = { ids: this.#ids, asked: this.store.getState().asked };
    if (this.#work !== null && this.#halted === null && !covers(this.#work, now, missing)) this.#end();
    if (missing.length === 0) {
      this.#costly(null);
      return;
    }
    if (this.#work !== null || this.#halted !== null || isRunning(this.#options.generation.getState().status)) return;
    this.#timer = setTimeout(() => this.#settled(), wait);
  }

  /** A run adds tokens faster than anyone can read: the picture follows a few times a second. */
  #lookLater(): void {
    if (this.#open) this.#later ??= setTimeout(() => this.look(0), RUN_MS);
  }

  /** Computes what is missing in sight; user work, whatever it takes. */
  async compute(): Promise<void> {
    clearTimeout(this.#timer);
    this.#show();
    const { asked, status } = this.store.getState();
    if (status !== 'open' || asked === null) return;
    const columns = this.#missing();
    if (columns.length === 0) return;
    this.#halted = null;
    this.#costly(null);
    const work: LensWork = { ids: this.#ids, asked, columns };
    this.#work = work;
    const cells = this.#cells;
    const left = (): ColumnRun[] => runsOf(columns.filter(column => !cells.complete(column, asked)));
    const total = stepsOf(left(), cells.layers);
    await this.#task.run(total, async (signal, progress) => {
      for (const run of left())
        await this.#request(work, run, signal, () => progress(total - stepsOf(left(), cells.layers)));
    });
    if (this.#work !== work) return;
    const { task } = this.store.getState();
    if (task.error?.code === 'out_of_memory' || task.error?.code === 'model_too_large') this.#halted = 'refused';
    if (task.status !== 'done') return;
    this.#work = null;
    this.look(0);
  }

  async #request({ ids, asked }: LensWork, run: ColumnRun, signal: AbortSignal, arrived: () => void): Promise<void> {
    const { client, now, cost } = this.#options;
    const cells = this.#cells;
    const tokens = ids.slice(0, run.to);
    // The first tile also opens the view and computes the text; only then is it no measure of a tile.
    let begin = this.#warm && cost.seconds(tokens) === 0 ? now() : null;
    this.#warm = true;
    for await (const event of lens(client, { tokens, asked, ...run }, signal)) {
      cells.accept(tokens, asked, event);
      if (event.layer === cells.layers - 1) {
        const end = now();
        if (begin !== null) this.#cost.measured(NO_IDS, event.topIds.length, end - begin);
        begin = end;
      }
      if (cells !== this.#cells) continue;
      this.store.setState(state => ({ revision: state.revision + 1 }));
      arrived();
    }
  }

  #settled(): void {
    const missing = this.#missing();
    const last = missing.at(-1);
    if (last === undefined) return;
    const seconds =
      this.#cost.seconds(new Uint32Array(missing.length)) + this.#options.cost.seconds(this.#ids.slice(0, last + 1));
    if (seconds > MOST_SECONDS) this.#costly(seconds);
    else void this.compute();
  }

  /** The columns that are wanted, as far as something of them is missing. */
  #missing(): number[] {
    const { columns, column, asked, colour } = this.store.getState();
    if (asked === null) return [];
    // The asked token is needed everywhere only where the colour shows it.
    const shown = colour === 'asked' || colour === 'rank';
    return columnsWanted(this.#sight, column, columns).filter(
      each => !this.#cells.complete(each, shown || each === column ? asked : null),
    );
  }

  /** Ends what is under way; what has come stays. */
  #end(): void {
    this.#work = null;
    this.#task.reset();
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    this.#end();
    clearTimeout(this.#timer);
    clearTimeout(this.#closing);
    // The device is new: nothing is reserved there.
    this.#warm = false;
    this.#halted = null;
    if (load.status === 'ready') {
      const { dims, work, adapter } = load.model;
      this.#cost.begin(work.body + work.head * (dims.n_layer + 2), adapter.software);
      const tag = modelTag(this.#options.model.getState());
      if (tag !== this.#model) {
        this.#cells = new LensCells(dims.n_layer + 1, dims.n_ctx);
        this.#pin = null;
        this.store.setState(state => ({ revision: state.revision + 1, layer: null, asked: null }));
      }
      this.#model = tag;
    }
    this.#show();
    this.look(0);
  }

  #show(): void {
    const { model, document } = this.#options;
    const { load } = model.getState();
    const { tokens, selected } = document.getState();
    if (load.status !== 'ready' || tokens.length === 0) {
      this.store.setState({
        status: load.status === 'ready' ? 'empty' : 'no_model',
        columns: 0,
        beyond: 0,
        column: null,
      });
      return;
    }
    const { n_ctx, n_layer } = load.model.dims;
    const columns = Math.min(n_ctx, tokens.length);
    const all = idsOf(tokens);
    const { ids: before } = this.store.getState();
    const ids = before.length === all.length && sharedLength(before, all) === all.length ? before : all;
    this.#ids = ids.subarray(0, columns);
    if (this.#cells.setText(this.#ids)) this.store.setState(state => ({ revision: state.revision + 1 }));
    const row = (selected === 'end' ? tokens.length : selected) - 1;
    const column = row >= 0 && row < columns ? row : null;
    const asked = this.#pin ?? this.#stands(column);
    this.store.setState({
      status: 'open',
      ids,
      layers: n_layer + 1,
      columns,
      beyond: tokens.length - columns,
      column,
      asked,
      pinned: this.#pin !== null,
    });
  }

  /** What stands where `column` predicts: the token of the text, at its end the likeliest, as far as that is known. */
  #stands(column: number | null): number | null {
    const { document, rows } = this.#options;
    const { tokens } = document.getState();
    const before = this.store.getState().asked ?? tokens.at(-1)?.id ?? null;
    if (column === null) return before;
    const token = tokens[column + 1];
    if (token !== undefined) return token.id;
    const { selected } = rows.getState();
    if (selected.status === 'ready' && selected.place === 'end') return selected.row.ranked.order[0] ?? before;
    return this.#cells.cell(this.#cells.layers - 1, column, null)?.topId ?? before;
  }

  #costly(costly: number | null): void {
    if (this.store.getState().costly !== costly) this.store.setState({ costly });
  }
}
