// Fills a grid over temperature and top-p: the same text and seed in every cell, some of them step by step together, each as a run draws it.
import { createStore } from 'zustand/vanilla';
import { asNucleusError } from '../../lib/error.ts';
import { freshSeed } from '../../lib/rng.ts';
import { CONTROLS } from '../../sampling/controls.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { answered } from '../../stores/document/answered.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelTag, toWire } from '../../stores/model/model.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { beginEmptyText } from '../../stores/run/empty-text.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import type { Stores } from '../../stores/stores.ts';
import { onTextGone } from '../shared/foundations.ts';
import { belongs } from '../shared/taken.ts';
import { type AskedTogether, drawTogether } from './drawing.ts';
import {
  AXES,
  type Axis,
  type Cell,
  cellKey,
  cellsOf,
  continuations,
  type GridStore,
  type GridStoreState,
  isComplete,
  MOST_STEPS,
  MOST_TOGETHER,
} from './grid-types.ts';

/** One a page. */
export const gridStore = defineFeatureStore(createGridStore);

function createGridStore(stores: Stores): Made<GridStore> {
  const filler = new Filler(stores);
  const store: GridStore = createStore<GridStoreState>()(() => ({
    axes: { temperature: [0.4, 0.8, 1.2], top_p: [0.5, 0.9, 1] },
    seed: lockedSeed(stores.settings.getState()) ?? freshSeed(),
    cells: new Map(),
    base: null,
    working: 'no',
    most: 1,
    error: null,
    setAxis: (axis, values) => {
      const sound = soundValues(axis, values);
      if (sound.length > 0) store.setState(({ axes }) => ({ axes: { ...axes, [axis]: sound } }));
    },
    setSeed: seed => store.setState({ seed }),
    fill: () => filler.fill(),
    stop: () => filler.stop(),
    clear: () => filler.clear(),
    take: key => filler.take(key),
  }));
  filler.store = store;
  return { store, dispose: filler.watch() };
}

/** In rising order, each once, as the setting takes them, MOST_STEPS at most. */
function soundValues(axis: Axis, values: readonly number[]): readonly number[] {
  const control = CONTROLS.find(({ key }) => key === axis);
  const clamped = values.filter(Number.isFinite).map(value => control?.clamp(value) ?? value);
  return [...new Set(clamped)].sort((a, b) => a - b).slice(0, MOST_STEPS);
}

/** In runs of about the same length, `most` at most. */
function evenly<T>(all: readonly T[], most: number): T[][] {
  const length = Math.ceil(all.length / Math.ceil(all.length / most));
  return Array.from({ length: Math.ceil(all.length / length) || 0 }, (_, i) => all.slice(i * length, (i + 1) * length));
}

class Filler {
  store!: GridStore;
  readonly #stores: Stores;
  /** What the cells are of, beside their axes. */
  #about = '';

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Cells of a text that no branch begins with any more are about nothing. Returns the end of it. */
  watch(): () => void {
    return onTextGone(
      this.#stores,
      () => this.store.getState().base,
      () => this.clear(),
    );
  }

  clear(): void {
    this.stop();
    this.#about = '';
    this.store.setState({ cells: new Map(), base: null, error: null });
  }

  stop(): void {
    if (this.store.getState().working === 'no') return;
    this.store.setState({ working: 'stopping' });
    this.#stores.work.scheduler.cancel('run');
  }

  take(key: string): void {
    const { cells, base, working } = this.store.getState();
    const cell = cells.get(key);
    if (working !== 'no' || base === null || !cell || cell.tokens.length === 0) return;
    this.#stores.document.getState().branchOff('answers', (set, birth) => answered(set, base, [cell.tokens], 0, birth));
  }

  async fill(): Promise<void> {
    const { model, generation } = this.#stores;
    if (this.store.getState().working !== 'no' || isRunning(generation.getState().status)) return;
    if (!isHere(model.getState())) return;
    const most = this.#stores.settings.getState().settings.max_new_tokens;
    this.store.setState({ working: 'cells', most, error: null });
    try {
      const settings = this.#begin();
      const { axes, cells } = this.store.getState();
      const left = cellsOf(axes).filter(cell => !isComplete(cells, cell));
      for (const some of evenly(left, MOST_TOGETHER)) {
        if (this.store.getState().working !== 'cells') break;
        if (!(await this.#cells(some, settings))) break;
      }
    } catch (thrown) {
      const error = asNucleusError(thrown);
      if (error.code !== 'cancelled') this.store.setState({ error: toWire(error) });
    } finally {
      this.store.setState({ working: 'no' });
    }
  }

  /** The settings of the page. Cells of another text, model, seed or of other settings are forgotten; those of before go on. */
  #begin(): GenerationSettings {
    const { document, model, settings: page } = this.#stores;
    document.getState().finish();
    beginEmptyText(this.#stores, change => change());
    const { settings } = page.getState();
    const { base, seed, cells } = this.store.getState();
    const { tokens } = document.getState();
    // Where a cell stands in the text, the grid goes on from what it began with.
    const from = base !== null && belongs(base, continuations(cells), tokens) ? base : tokens;
    const { temperature: _, top_p: __, ...others } = settings;
    const about = JSON.stringify([[...idsOf(from)], seed, modelTag(model.getState()), others]);
    if (about !== this.#about) this.store.setState({ cells: new Map(), base: from });
    this.#about = about;
    return settings;
  }

  /** Fills some cells together. False where it was stopped on the way. */
  async #cells(draws: AskedTogether['draws'], settings: GenerationSettings): Promise<boolean> {
    const { base, seed } = this.store.getState();
    if (base === null) return false;
    let last: readonly Cell[] = draws.map(() => ({ tokens: [], end: null }));
    const put = (): void => {
      const cells = new Map(this.store.getState().cells);
      for (const [i, { temperature, top_p }] of draws.entries()) {
        const cell = last[i];
        if (cell) cells.set(cellKey(temperature, top_p), cell);
      }
      this.store.setState({ cells });
    };
    put();
    await this.#stores.work.scheduler.start('run', signal =>
      drawTogether(this.#stores, { base, settings, seed, draws }, signal, continued => {
        // What was stopped is drawn anew when the grid goes on.
        last = continued.map(({ tokens, end }, i) => {
          const cell = { tokens, end: end === 'cancelled' ? null : end };
          const before = last[i];
          return before?.tokens === cell.tokens && before.end === cell.end ? before : cell;
        });
        if (this.store.getState().base === base) put();
      }),
    );
    return last.every(({ end }) => end !== null);
  }
}

/** The axes as they are named on the page. */
export const AXIS_WORDS: Readonly<Record<Axis, string>> = Object.fromEntries(
  AXES.map(axis => [axis, CONTROLS.find(({ key }) => key === axis)?.label ?? axis]),
) as Record<Axis, string>;
