// Ablation: parts of the model switched off, and what that changes at the selected place and in the text. Kept up to date while its view is open.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { closeView } from '../../client/probe-requests.ts';
import { NucleusError } from '../../lib/error.ts';
import type { Baseline, Part } from '../../protocol/probe-commands.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelTag, toWire } from '../../stores/model/model.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { SETTLE_MS } from '../../stores/work/times.ts';
import { IDLE_TASK, ViewTask } from '../../stores/work/view-task.ts';
import { type MeasureRequest, Measures } from './measures.ts';
import { keyOfParts, togglePart, toggleLayer as withLayer } from './parts.ts';
import { Sweeps } from './sweep.ts';
import type { AblationState, AblationStatus, AblationStore, AblationStoreState } from './types.ts';

export interface AblationOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

/** A caret that moves rests this long before its place is computed. */
const MOVE_MS = 60;
/** Above this a button must ask. */
const MOST_SECONDS = 1;
/** A view that was left this long ago gives its memory back. */
export const CLOSE_MS = 10_000;
/** Changes of the switches that can be taken back. */
const MOST_UNDO = 100;
const NO_IDS = new Uint32Array(0);

const INITIAL: AblationState = {
  status: 'no_model',
  problem: null,
  off: [],
  canUndo: false,
  baseline: 'zero',
  start: 'selected',
  comparison: null,
  current: false,
  task: IDLE_TASK,
  costly: null,
  chosenTarget: null,
  target: null,
  scope: 'heads',
  sweep: null,
  sweepCurrent: false,
  sweepTask: IDLE_TASK,
  sweepSeconds: null,
};

/** One a page. */
export const ablationStore = defineFeatureStore(stores => createAblationStore({ ...stores, ...stores.work }));

function createAblationStore(options: AblationOptions): Made<AblationStore> {
  const ablations = new Ablations(options);
  const store: AblationStore = createStore<AblationStoreState>()((set, get) => ({
    ...INITIAL,
    enter: () => ablations.enter(),
    leave: () => ablations.leave(),
    toggle: part => ablations.change(togglePart(get().off, part)),
    toggleLayer: layer => ablations.change(withLayer(get().off, layer)),
    only: part => ablations.change([part]),
    reset: () => ablations.change([]),
    undo: () => ablations.undo(),
    setBaseline: baseline => {
      set({ baseline });
      ablations.look(0);
    },
    setStart: start => set({ start }),
    compute: () => ablations.compute(),
    stop: () => ablations.stop(),
    setTarget: chosenTarget => {
      set({ chosenTarget });
      ablations.look(0);
    },
    setScope: scope => {
      set({ scope });
      ablations.look(0);
    },
    runSweep: () => ablations.runSweep(),
    stopSweep: () => ablations.sweeps.stop(),
  }));
  ablations.store = store;
  return { store, dispose: ablations.watch() };
}

class Ablations {
  store!: AblationStore;
  readonly sweeps: Sweeps;
  readonly #options: AblationOptions;
  readonly #task: ViewTask;
  readonly #cost = new PrefillCost();
  readonly #undo: (readonly Part[])[] = [];
  #measures = new Measures(NO_IDS);
  #open = false;
  /** The worker has the view's plan: what is measured is computing, not compiling. */
  #warm = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  /** What the work under way is for. */
  #working = '';
  #model = '';

  constructor(options: AblationOptions) {
    this.#options = options;
    this.#task = new ViewTask(options.scheduler, task => this.store.setState({ task }));
    this.sweeps = new Sweeps({
      client: options.client,
      cost: this.#cost,
      now: options.now,
      task: new ViewTask(options.scheduler, sweepTask => this.store.setState({ sweepTask })),
      show: sweep => {
        this.store.setState({ sweep });
        this.#showSweep();
      },
    });
  }

  /** Follows text, caret, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation } = this.#options;
    const ends = [
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) this.look(SETTLE_MS);
        else if (now.selected !== before.selected) this.look(MOVE_MS);
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
    this.#task.reset();
    this.sweeps.stop();
    this.store.setState({ current: false, sweepCurrent: false });
    clearTimeout(this.#closing);
    if (!this.#warm) return;
    this.#closing = setTimeout(() => {
      this.#warm = false;
      closeView(this.#options.client, 'ablation').catch(() => {});
    }, CLOSE_MS);
  }

  change(off: readonly Part[]): void {
    const { off: before } = this.store.getState();
    if (keyOfParts(off) === keyOfParts(before)) return;
    this.#undo.push(before);
    if (this.#undo.length > MOST_UNDO) this.#undo.shift();
    this.store.setState({ off, canUndo: true });
    this.look(0);
  }

  undo(): void {
    const off = this.#undo.pop();
    if (off === undefined) return;
    this.store.setState({ off, canUndo: this.#undo.length > 0 });
    this.look(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#task.stop();
  }

  /** Shows what is known of text, place and switches as they are, and after `wait` milliseconds computes what is not. */
  look(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#open) return;
    const place = this.#place();
    const { off, baseline, task } = this.store.getState();
    const open = place.status === 'open';
    const comparison = open ? this.#measures.comparison(place.position, off, baseline) : null;
    const shown = comparison ? { comparison, current: true } : { current: false };
    this.store.setState({ status: place.status, problem: place.problem, costly: null, ...shown });
    this.sweeps.follow(place.ids.subarray(0, place.position));
    this.#showSweep();
    const wanted = open && !comparison ? wantedKey(place.position, baseline, off) : '';
    if (wanted === this.#working && task.status !== 'idle') return; // under way, stopped by a person, or failed
    // What is under way is for other switches or another place; what it has brought is kept.
    this.#working = wanted;
    this.#task.reset();
    if (wanted !== '') this.#timer = setTimeout(() => this.#settled(), wait);
  }

  /** Computes what is missing; user work, whatever it costs. */
  async compute(): Promise<void> {
    clearTimeout(this.#timer);
    const { status, position } = this.#place();
    if (status !== 'open') return;
    const { off, baseline } = this.store.getState();
    const measures = this.#measures;
    this.#working = wantedKey(position, baseline, off);
    this.store.setState({ costly: null });
    const missing = (): MeasureRequest[] => measures.missing(position, off, baseline);
    const total = missing().length;
    await this.#task.run(total, async (signal, progress) => {
      for (const request of missing()) {
        await this.#measure(measures, request, signal);
        progress(total - missing().length);
      }
    });
    if (measures === this.#measures && missing().length === 0) this.look(0);
  }

  async runSweep(): Promise<void> {
    const { status, position, ids } = this.#place();
    const { target, scope, baseline } = this.store.getState();
    const { load } = this.#options.model.getState();
    if (status !== 'open' || target === null || position === 0 || load.status !== 'ready') return;
    this.#warm = true;
    await this.sweeps.run({ ids: ids.slice(0, position), id: target, baseline, scope }, load.model.dims);
    this.look(0);
  }

  async #measure(measures: Measures, request: MeasureRequest, signal: AbortSignal): Promise<void> {
    const begin = this.#options.now();
    await measures.fetch(this.#options.client, request, signal);
    if (this.#warm) this.#cost.measured(NO_IDS, passes(request), this.#options.now() - begin);
    this.#warm = true;
  }

  #settled(): void {
    const { off, baseline } = this.store.getState();
    const missing = this.#measures.missing(this.#place().position, off, baseline);
    const tokens = missing.reduce((sum, request) => sum + passes(request), 0);
    const seconds = this.#cost.seconds(new Uint32Array(tokens));
    if (seconds > MOST_SECONDS) this.store.setState({ costly: seconds });
    else void this.compute();
  }

  /** The text, the position looked at, and whether anything can be computed there. */
  #place(): { status: AblationStatus; problem: AblationState['problem']; ids: Uint32Array; position: number } {
    const { model, document, generation } = this.#options;
    const { load } = model.getState();
    const { tokens, selected } = document.getState();
    const ids = this.#ids(idsOf(tokens));
    const position = selected === 'end' ? ids.length : selected;
    const found = (status: AblationStatus) => ({ status, problem: null, ids, position });
    if (load.status !== 'ready') return found('no_model');
    if (isRunning(generation.getState().status)) return found('running');
    if (ids.length === 0 || (position === 0 && ids.length < 2)) return found('nothing');
    const limit = load.model.dims.n_ctx;
    if (ids.length <= limit) return found('open');
    const detail = { tokens: ids.length, limit, excess: ids.length - limit };
    const error = new NucleusError('prompt_too_long', `${ids.length} tokens do not fit a context of ${limit}`, detail);
    return { ...found('too_long'), problem: toWire(error) };
  }

  /** The same array as before for the same text; another text forgets what was measured. */
  #ids(ids: Uint32Array): Uint32Array {
    const known = this.#measures.ids;
    if (known.length === ids.length && known.every((id, i) => id === ids[i])) return known;
    this.#forget(ids);
    return ids;
  }

  /** What was measured is of another text or model. */
  #forget(ids: Uint32Array): void {
    this.#working = '';
    this.#task.reset();
    this.#measures = new Measures(ids);
  }

  /** The token a sweep would ask for, what it would take, and whether the one that is here still belongs. */
  #showSweep(): void {
    const { status, chosenTarget, baseline, scope, sweep } = this.store.getState();
    const { load } = this.#options.model.getState();
    const { position } = this.#place();
    const { ids } = this.#measures;
    if (status !== 'open' || position === 0 || load.status !== 'ready') {
      this.store.setState({ target: null, sweepSeconds: null, sweepCurrent: false });
      return;
    }
    const target = chosenTarget ?? ids[position] ?? this.#measures.plainRow(position)?.order[0] ?? null;
    const asked = { ids: ids.subarray(0, position), baseline, scope };
    this.store.setState({
      target,
      sweepSeconds: this.sweeps.seconds(asked, load.model.dims),
      sweepCurrent: this.#open && sweep !== null && sweep.id === target && this.sweeps.belongs(sweep, asked),
    });
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    if (load.status !== 'ready') {
      this.look(0);
      return;
    }
    // The device is new: nothing of the view is there, and what failed is tried again.
    this.#warm = false;
    this.#working = '';
    this.#task.reset();
    this.#cost.begin(load.model.parameters, load.model.adapter.software);
    const tag = modelTag(this.#options.model.getState());
    if (tag !== this.#model) {
      this.#forget(this.#measures.ids);
      this.sweeps.forget();
      this.#undo.length = 0;
      const { baseline, start, scope } = this.store.getState();
      this.store.setState({ ...INITIAL, baseline, start, scope });
    }
    this.#model = tag;
    this.look(0);
  }
}

function wantedKey(position: number, baseline: Baseline, off: readonly Part[]): string {
  return `${position} ${baseline} ${keyOfParts(off)}`;
}

/** Rows that a request computes. */
function passes({ tokens, off, baseline }: MeasureRequest): number {
  return tokens.length * (off.length > 0 && baseline === 'mean' ? 2 : 1);
}
