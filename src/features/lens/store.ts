// Logit lens: what each layer would say next. Computed for the columns in sight while the view is open, kept as long as the text before them stays.
import { createStore } from 'zustand/vanilla';
import { lens } from '../../client/probe-requests.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import type { LensEvent } from '../../protocol/probe-events.ts';
import { sameIds } from '../../stores/document/sequence.ts';
import type { TokenPlace } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { PrefillCost } from '../../stores/gpu-work/prefill-cost.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView } from '../../stores/gpu-work/probe-view.ts';
import { MOVE_MS } from '../../stores/gpu-work/times.ts';
import type { Stores } from '../../stores/stores.ts';
import { LensCells } from './cells.ts';
import { type ColumnRun, columnsOf, columnsWanted, covers, type LensQuestion, runsOf, stepsOf } from './plan.ts';
import type { LensCell, LensState, LensStore, LensStoreState } from './types.ts';

const NO_IDS = new Uint32Array(0);

const INITIAL: LensState = {
  probe: CLOSED,
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
};

/** One a page. */
export const lensStore = defineFeatureStore(createLensStore);

function createLensStore(stores: Stores): Made<LensStore> {
  const lenses = new Lenses(stores);
  const view = createProbeView(stores, lenses);
  const store: LensStore = createStore<LensStoreState>()(set => ({
    ...INITIAL,
    enter: () => view.enter(),
    leave: () => view.leave(),
    see: (from, to) => {
      if (lenses.see(from, to)) view.look(MOVE_MS);
    },
    compute: () => view.compute(),
    stop: () => view.stop(),
    ask: id => {
      lenses.pin = id;
      view.look(0);
    },
    setColour: colour => {
      set({ colour });
      view.look(0);
    },
    pick: (layer, column) => lenses.pick(layer, column),
    cell: (layer, column) => lenses.cell(layer, column),
  }));
  lenses.store = store;
  return { store, dispose: () => view.dispose() };
}

class Lenses implements ProbeSpec<LensQuestion, ColumnRun, LensEvent> {
  readonly memory = ['lens'] as const;
  store!: LensStore;
  /** The token that a person asks for. */
  pin: number | null = null;
  readonly #stores: Stores;
  /** Of a column: its own body, and the head for every layer and twice for the last. */
  readonly #cost = new PrefillCost();
  #cells = new LensCells(0);
  #sight: ColumnRun = { from: 0, to: 0 };
  /** Of the layers of a tile that have come, ms; NaN where that is no measure. */
  #tileMs = 0;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** True when that is news. */
  see(from: number, to: number): boolean {
    if (from === this.#sight.from && to === this.#sight.to) return false;
    this.#sight = { from, to };
    return true;
  }

  pick(layer: number, column: number): void {
    const { document } = this.#stores;
    const place = column + 1;
    this.store.setState({ layer });
    document.getState().selectToken(place >= document.getState().tokens.length ? 'end' : place);
  }

  cell(layer: number, column: number): LensCell | null {
    return this.#cells.cell(layer, column, this.store.getState().asked);
  }

  tell(probe: ProbeState): void {
    this.store.setState({ probe });
  }

  begin({ dims, work, adapter }: LoadedModel, other: boolean): void {
    this.#cost.begin(work.body + work.head * (dims.n_layer + 2), adapter.software);
    if (!other) return;
    this.#cells = new LensCells(dims.n_layer + 1);
    this.pin = null;
    this.store.setState(state => ({ revision: state.revision + 1, layer: null }));
  }

  hold({ ids, allowed }: Snapshot): void {
    const dropped = this.#cells.setText(ids.subarray(0, allowed));
    if (dropped) this.store.setState(state => ({ revision: state.revision + 1 }));
  }

  ask(now: Snapshot): { question: LensQuestion } | { status: 'empty' } {
    const columns = Math.min(now.allowed, now.ids.length);
    if (columns === 0) return { status: 'empty' };
    const column = columnOf(now.place, now.ids.length, columns);
    const { colour } = this.store.getState();
    const question: LensQuestion = {
      ids: now.ids.subarray(0, columns),
      asked: this.pin ?? this.#stands(now, column),
      pin: this.pin,
      column,
      columns: columnsWanted(this.#sight, column, columns),
      // The asked token is needed everywhere only where the colour shows it.
      everywhere: colour === 'asked' || colour === 'rank',
    };
    return { question };
  }

  show({ ids, model }: Snapshot, question: LensQuestion | null): void {
    const columns = question?.ids.length ?? 0;
    const { column = null, asked = null, pin = null } = question ?? {};
    const layers = model.dims.n_layer + 1;
    this.store.setState({ ids, layers, columns, beyond: ids.length - columns, column, asked, pinned: pin !== null });
  }

  missing({ columns, column, asked, everywhere }: LensQuestion): readonly ColumnRun[] {
    const lacks = (each: number): boolean => !this.#cells.complete(each, everywhere || each === column ? asked : null);
    return runsOf(columns.filter(lacks));
  }

  same(a: LensQuestion, b: LensQuestion): boolean {
    return a.pin === b.pin && sameIds(a.ids, b.ids);
  }

  covers(under: LensQuestion, now: LensQuestion): boolean {
    const coming = { ...under, columns: columnsOf(this.missing(under)) };
    return covers(coming, now, columnsOf(this.missing(now)));
  }

  size(run: ColumnRun): number {
    return stepsOf([run], this.#cells.layers);
  }

  reads({ to }: ColumnRun, { ids }: LensQuestion): Uint32Array {
    return ids.subarray(0, to);
  }

  seconds(runs: readonly ColumnRun[]): number {
    return this.#cost.secondsOf(columnsOf(runs).length);
  }

  fetch({ from, to }: ColumnRun, { ids, asked }: LensQuestion, signal: AbortSignal): AsyncIterable<LensEvent> {
    this.#tileMs = 0;
    return lens(this.#stores.work.client, { tokens: ids.slice(0, to), asked: asked ?? ids[0] ?? 0, from, to }, signal);
  }

  accept(event: LensEvent, { to }: ColumnRun, { ids, asked }: LensQuestion, ms: number | null): void {
    this.#tileMs += ms ?? Number.NaN;
    this.#cells.accept(ids.subarray(0, to), asked ?? ids[0] ?? 0, event);
    if (event.layer === this.#cells.layers - 1) {
      this.#cost.measured(NO_IDS, event.topIds.length, this.#tileMs);
      this.#tileMs = 0;
    }
    this.store.setState(state => ({ revision: state.revision + 1 }));
  }

  /** The likeliest token of the end is known now: it is the one that is asked for. */
  watch(look: (wait: number) => void): (() => void)[] {
    const { rows } = this.#stores;
    return [
      rows.subscribe((now, before) => {
        if (now.selected !== before.selected && now.selected.status === 'ready') look(MOVE_MS);
      }),
    ];
  }

  /** The token of the text at the place; at its end the likeliest, null while that is not known. */
  #stands({ tokens, place }: Snapshot, column: number | null): number | null {
    if (place !== 'end') return tokens[place]?.id ?? null;
    const { selected } = this.#stores.rows.getState();
    if (selected.status === 'ready' && selected.place === 'end') return selected.row.ranked.order[0] ?? null;
    return column === null ? null : (this.#cells.cell(this.#cells.layers - 1, column, null)?.topId ?? null);
  }
}

/** The column that predicts the place. */
function columnOf(place: TokenPlace, tokens: number, columns: number): number | null {
  const row = (place === 'end' ? tokens : place) - 1;
  return row >= 0 && row < columns ? row : null;
}
