// Ablation: parts of the model switched off, and what that changes at the selected place and in the text. Kept up to date while its view is open.
import { createStore } from 'zustand/vanilla';
import { ablate } from '../../client/probe-requests.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import type { Baseline, Part } from '../../protocol/probe-commands.ts';
import { sameIds } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { PrefillCost } from '../../stores/gpu-work/prefill-cost.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState, tooLong, type Unasked } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView, type ProbeView } from '../../stores/gpu-work/probe-view.ts';
import { IDLE_TASK, ViewTask } from '../../stores/gpu-work/view-task.ts';
import type { Stores } from '../../stores/stores.ts';
import { type MeasureRequest, Measures } from './measures.ts';
import { keyOfParts, partDims, togglePart, toggleLayer as withLayer } from './parts.ts';
import { Sweeps } from './sweep.ts';
import type { AblationState, AblationStore, AblationStoreState } from './types.ts';

/** Changes of the switches that can be taken back. */
const MOST_UNDO = 100;
const NO_IDS = new Uint32Array(0);

const INITIAL: AblationState = {
  probe: CLOSED,
  off: [],
  canUndo: false,
  baseline: 'zero',
  start: 'selected',
  comparison: null,
  chosenTarget: null,
  target: null,
  scope: 'heads',
  sweep: null,
  sweepCurrent: false,
  sweepTask: IDLE_TASK,
  sweepSeconds: null,
};

/** One a page. */
export const ablationStore = defineFeatureStore(createAblationStore);

function createAblationStore(stores: Stores): Made<AblationStore> {
  const ablations = new Ablations(stores);
  const { view } = ablations;
  const store: AblationStore = createStore<AblationStoreState>()((set, get) => {
    const look = (part: Partial<AblationState>): void => {
      set(part);
      view.look(0);
    };
    return {
      ...INITIAL,
      enter: () => view.enter(),
      leave: () => ablations.leave(),
      toggle: part => ablations.change(togglePart(get().off, part)),
      toggleLayer: layer => ablations.change(withLayer(get().off, layer)),
      only: part => ablations.change([part]),
      reset: () => ablations.change([]),
      undo: () => ablations.undo(),
      setBaseline: baseline => look({ baseline }),
      setStart: start => set({ start }),
      compute: () => view.compute(),
      stop: () => view.stop(),
      setTarget: chosenTarget => look({ chosenTarget }),
      setScope: scope => look({ scope }),
      runSweep: () => ablations.runSweep(),
      stopSweep: () => ablations.sweeps.stop(),
    };
  });
  ablations.store = store;
  return { store, dispose: () => view.dispose() };
}

/** The model as it is beside the model with parts off. */
interface AblationQuestion {
  /** The text. */
  readonly ids: Uint32Array;
  readonly position: number;
  readonly off: readonly Part[];
  readonly baseline: Baseline;
}

class Ablations implements ProbeSpec<AblationQuestion, MeasureRequest, EventOf<'ablated'>> {
  readonly memory = ['ablation'] as const;
  readonly view: ProbeView;
  readonly sweeps: Sweeps;
  store!: AblationStore;
  readonly #stores: Stores;
  readonly #cost = new PrefillCost();
  readonly #undo: (readonly Part[])[] = [];
  #measures = new Measures(NO_IDS);
  /** What was asked last. */
  #question: AblationQuestion | null = null;

  constructor(stores: Stores) {
    this.#stores = stores;
    const { client, now } = stores.work;
    this.view = createProbeView(stores, this);
    this.sweeps = new Sweeps({
      client,
      cost: this.#cost,
      now,
      use: () => stores.work.leases.use('ablation'),
      task: new ViewTask(stores.work, sweepTask => this.store.setState({ sweepTask })),
      show: sweep => {
        this.store.setState({ sweep });
        this.#showSweep();
      },
    });
  }

  leave(): void {
    this.view.leave();
    this.sweeps.stop();
  }

  change(off: readonly Part[]): void {
    const { off: before } = this.store.getState();
    if (keyOfParts(off) === keyOfParts(before)) return;
    this.#undo.push(before);
    if (this.#undo.length > MOST_UNDO) this.#undo.shift();
    this.store.setState({ off, canUndo: true });
    this.view.look(0);
  }

  undo(): void {
    const off = this.#undo.pop();
    if (off === undefined) return;
    this.store.setState({ off, canUndo: this.#undo.length > 0 });
    this.view.look(0);
  }

  async runSweep(): Promise<void> {
    const question = this.#question;
    const { target, scope, baseline } = this.store.getState();
    const { load } = this.#stores.model.getState();
    if (question === null || target === null || question.position === 0 || load.status !== 'ready') return;
    const ids = question.ids.slice(0, question.position);
    await this.sweeps.run({ ids, id: target, baseline, scope }, partDims(load.model));
    this.view.look(0);
  }

  tell(probe: ProbeState): void {
    this.store.setState({ probe });
    if (probe.status === 'closed' || probe.status === 'no_model') this.#question = null;
    this.#showSweep();
  }

  begin({ parameters, adapter }: LoadedModel, other: boolean): void {
    this.#cost.begin(parameters, adapter.software);
    if (!other) return;
    this.#measures = new Measures(NO_IDS);
    this.sweeps.forget();
    this.#undo.length = 0;
    const { probe, baseline, start, scope } = this.store.getState();
    this.store.setState({ ...INITIAL, probe, baseline, start, scope });
  }

  /** What was measured of a text holds for that text alone: its log-probabilities go over all of it. */
  hold({ ids }: Snapshot): void {
    if (!sameIds(ids, this.#measures.ids)) this.#measures = new Measures(ids);
  }

  ask({ ids, place, allowed }: Snapshot): { question: AblationQuestion } | Unasked {
    const position = place === 'end' ? ids.length : place;
    if (ids.length === 0 || (position === 0 && ids.length < 2)) return { status: 'empty' };
    if (ids.length > allowed) return tooLong(ids.length, allowed);
    const { off, baseline } = this.store.getState();
    return { question: { ids, position, off, baseline } };
  }

  show(_: Snapshot, question: AblationQuestion | null): void {
    this.#question = question;
    const { position, off, baseline } = question ?? { position: 0, off: [], baseline: 'zero' };
    const comparison = question && this.#measures.comparison(position, off, baseline);
    if (comparison) this.store.setState({ comparison });
    if (question) this.sweeps.follow(question.ids.subarray(0, position));
    this.#showSweep();
  }

  missing({ position, off, baseline }: AblationQuestion): readonly MeasureRequest[] {
    return this.#measures.missing(position, off, baseline);
  }

  same(a: AblationQuestion, b: AblationQuestion): boolean {
    return (
      a.position === b.position &&
      a.baseline === b.baseline &&
      keyOfParts(a.off) === keyOfParts(b.off) &&
      sameIds(a.ids, b.ids)
    );
  }

  /** A pass of its own goes over the whole text, whatever the session's cache holds. */
  reads(): Uint32Array {
    return NO_IDS;
  }

  seconds(requests: readonly MeasureRequest[]): number {
    return this.#cost.secondsOf(requests.reduce((sum, request) => sum + passes(request), 0));
  }

  fetch({ tokens, from, off, baseline }: MeasureRequest, _: AblationQuestion, signal: AbortSignal) {
    return ablate(this.#stores.work.client, { tokens, from, off, baseline }, signal);
  }

  accept(answer: EventOf<'ablated'>, request: MeasureRequest, _: AblationQuestion, ms: number | null): void {
    this.#measures.accept(request, answer);
    if (ms !== null) this.#cost.measured(NO_IDS, passes(request), ms);
  }

  /** The token a sweep would ask for, what it would take, and whether the one that is here still belongs. */
  #showSweep(): void {
    const { chosenTarget, baseline, scope, sweep } = this.store.getState();
    const { load } = this.#stores.model.getState();
    const question = this.#question;
    if (question === null || question.position === 0 || load.status !== 'ready') {
      this.store.setState({ target: null, sweepSeconds: null, sweepCurrent: false });
      return;
    }
    const { ids, position } = question;
    const target = chosenTarget ?? ids[position] ?? this.#measures.plainRow(position)?.order[0] ?? null;
    const asked = { ids: ids.subarray(0, position), baseline, scope };
    this.store.setState({
      target,
      sweepSeconds: this.sweeps.seconds(asked, partDims(load.model)),
      sweepCurrent: sweep !== null && sweep.id === target && this.sweeps.belongs(sweep, asked),
    });
  }
}

/** Rows that a request computes. */
function passes({ tokens, off, baseline }: MeasureRequest): number {
  return tokens.length * (off.length > 0 && baseline === 'mean' ? 2 : 1);
}
