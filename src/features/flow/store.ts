// Fetches what the picture of the whole model shows of one pass: vectors on its way, where its heads look, and what each layer would say next.
import { createStore } from 'zustand/vanilla';
import { attention, lens, trace } from '../../client/probe-requests.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { PrefillCost } from '../../stores/gpu-work/prefill-cost.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState, tooLong, type Unasked } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView, type ProbeView } from '../../stores/gpu-work/probe-view.ts';
import type { Stores } from '../../stores/stores.ts';
import { type Pass, passTo, samePass } from '../shared/pass.ts';
import type { Flow, FlowStore, FlowStoreState } from './types.ts';

/** One a page. */
export const flowStore = defineFeatureStore(createFlowStore);

function createFlowStore(stores: Stores): Made<FlowStore> {
  const flows = new Flows(stores);
  const store: FlowStore = createStore<FlowStoreState>()(() => ({
    probe: CLOSED,
    flow: null,
    enter: () => flows.view.enter(),
    leave: () => flows.view.leave(),
    compute: () => flows.view.compute(),
    stop: () => flows.view.stop(),
  }));
  flows.store = store;
  return { store, dispose: () => flows.view.dispose() };
}

type Piece = 'trace' | 'attention' | 'lens';
type Answer = EventOf<Exclude<Piece, 'trace'>> | EventOf<'traced'>;

class Flows implements ProbeSpec<Pass, Piece, Answer> {
  readonly memory = ['trace', 'attention', 'lens'] as const;
  readonly view: ProbeView;
  store!: FlowStore;
  readonly #stores: Stores;
  /** Of the lens at one position: its body, and the head for every layer. */
  readonly #cost = new PrefillCost();
  /** Streams of the model that the lens reads: after the embedding and after each layer. */
  #streams = 1;

  constructor(stores: Stores) {
    this.#stores = stores;
    this.view = createProbeView(stores, this);
  }

  tell(probe: ProbeState): void {
    this.store.setState({ probe });
  }

  memoryOf(piece: Piece): Piece {
    return piece;
  }

  begin({ dims, work, adapter }: LoadedModel, other: boolean): void {
    this.#streams = dims.n_layer + 1;
    this.#cost.begin(work.body + work.head * (this.#streams + 1), adapter.software);
    if (other) this.store.setState({ flow: null });
  }

  /** What came for a pass holds for that pass alone, and is dropped when another one is shown. */
  hold(): void {}

  ask({ tokens, place, allowed }: Snapshot): { question: Pass } | Unasked {
    const pass = passTo(tokens, place);
    if (pass === null) return { status: 'empty' };
    return pass.ids.length > allowed ? tooLong(pass.ids.length, allowed) : { question: pass };
  }

  show(_: Snapshot, pass: Pass | null): void {
    const { flow } = this.store.getState();
    if (flow === null) return;
    this.store.setState({ flow: pass !== null && samePass(flow.pass, pass) ? { ...flow, pass } : null });
  }

  missing(pass: Pass): readonly Piece[] {
    const known = this.#known(pass);
    const lacks: Piece[] = [];
    if (known.trace === null) lacks.push('trace');
    if (known.attention === null) lacks.push('attention');
    if (known.lens.length < this.#streams) lacks.push('lens');
    return lacks;
  }

  same(a: Pass, b: Pass): boolean {
    return samePass(a, b);
  }

  reads(_: Piece, { ids }: Pass): Uint32Array {
    return ids;
  }

  seconds(pieces: readonly Piece[]): number {
    return pieces.includes('lens') ? this.#cost.secondsOf(1) : 0;
  }

  fetch(piece: Piece, { ids, position }: Pass, signal: AbortSignal): AsyncIterable<Answer> | Promise<Answer> {
    const { client } = this.#stores.work;
    if (piece === 'trace') return trace(client, { tokens: ids, position, ids: new Uint32Array() }, signal);
    if (piece === 'attention') return attention(client, { tokens: ids, position }, signal);
    // An interrupted lens begins anew.
    const known = this.store.getState().flow;
    if (known !== null) this.store.setState({ flow: { ...known, lens: [] } });
    return lens(client, { tokens: ids, from: position, to: position + 1, asked: ids[position] ?? 0 }, signal);
  }

  accept(answer: Answer, _: Piece, pass: Pass): void {
    const known = this.#known(pass);
    if (answer.type === 'traced') this.store.setState({ flow: { ...known, trace: answer } });
    else if (answer.type === 'attention') this.store.setState({ flow: { ...known, attention: answer } });
    else {
      const top = { id: answer.topIds[0] ?? 0, logprob: answer.topLogprobs[0] ?? Number.NEGATIVE_INFINITY };
      this.store.setState({ flow: { ...known, lens: [...known.lens, top] } });
    }
  }

  #known(pass: Pass): Flow {
    const { flow } = this.store.getState();
    if (flow !== null && samePass(flow.pass, pass)) return flow;
    return { pass, trace: null, attention: null, lens: [] };
  }
}
