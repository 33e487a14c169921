// The way of one token through the model: fetches what the step in sight needs, and measures what the cache of keys and values saves.

import { createStore } from 'zustand/vanilla';
import { attention, measureCache, trace } from '../../client/probe-requests.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { idsOf, sameIds } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState, tooLong, type Unasked } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView, type ProbeView } from '../../stores/gpu-work/probe-view.ts';
import { IDLE_TASK, ViewTask } from '../../stores/gpu-work/view-task.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import type { Stores } from '../../stores/stores.ts';
import type { FollowStep } from '../../stores/view.ts';
import { type Pass, passTo, samePass } from '../shared/pass.ts';
import { type FollowedPass, type FollowStore, type FollowStoreState, lengthsOf, secondsToMeasure } from './types.ts';

/** What a step reads: vectors of the pass, its attention, rows of the head. */
const NEEDS: Readonly<Record<FollowStep, readonly ('trace' | 'attention' | 'heads')[]>> = {
  tokenise: [],
  embed: ['trace'],
  layers: ['trace'],
  attention: ['attention'],
  logits: ['trace', 'heads'],
  softmax: [],
  select: [],
};

/** One a page. */
export const followStore = defineFeatureStore(createFollowStore);

function createFollowStore(stores: Stores): Made<FollowStore> {
  const follow = new Follow(stores);
  const store: FollowStore = createStore<FollowStoreState>()(() => ({
    probe: CLOSED,
    followed: null,
    measured: null,
    measuring: IDLE_TASK,
    enter: () => follow.view.enter(),
    leave: () => follow.leave(),
    compute: () => follow.compute(),
    stop: () => follow.view.stop(),
    measure: () => follow.measure(),
    secondsToMeasure: () => follow.secondsToMeasure(),
    stopMeasuring: () => follow.measuring.stop(),
  }));
  follow.store = store;
  return { store, dispose: () => follow.view.dispose() };
}

interface FollowQuestion {
  readonly pass: Pass;
  readonly step: FollowStep;
  /** Tokens whose rows of the head are wanted: their logits are taken apart. */
  readonly heads: Uint32Array;
}

/** Requests, by the memory that they use: vectors and rows of the head come as one. */
type Piece = 'trace' | 'attention';

class Follow implements ProbeSpec<FollowQuestion, Piece, EventOf<'traced'> | EventOf<'attention'>> {
  readonly memory = ['trace', 'attention'] as const;
  readonly view: ProbeView;
  readonly measuring: ViewTask;
  store!: FollowStore;
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
    this.view = createProbeView(stores, this);
    this.measuring = new ViewTask(stores.work, measuring => this.store.setState({ measuring }));
  }

  leave(): void {
    this.view.leave();
    this.measuring.stop();
  }

  compute(): void {
    const { rows } = this.#stores;
    // The row is part of the way: it has the logits.
    if (rows.getState().selected.status === 'costly') void rows.getState().fetchSelected();
    void this.view.compute();
  }

  measure(): void {
    const { document, model, work } = this.#stores;
    const { load } = model.getState();
    if (load.status !== 'ready') return;
    const { tokens, revision } = document.getState();
    const ids = idsOf(tokens).subarray(0, tokensAllowed(model.getState()));
    const lengths = lengthsOf(ids.length);
    this.store.setState({ measured: { tokens: ids.length, revision, lengths: [] } });
    void this.measuring.run(lengths.length, async (signal, progress) => {
      work.leases.use('trace');
      const done = this.store.getState().measured?.lengths ?? [];
      // After an interruption what was measured stays.
      const left = lengths.filter(length => !done.some(each => each.length === length));
      for await (const event of measureCache(work.client, { tokens: ids, lengths: left }, signal)) {
        const measured = [...(this.store.getState().measured?.lengths ?? []), event];
        this.store.setState({ measured: { tokens: ids.length, revision, lengths: measured } });
        progress(measured.length);
      }
    });
  }

  secondsToMeasure(): number {
    const { document, model, work } = this.#stores;
    const { load } = model.getState();
    if (load.status !== 'ready') return 0;
    const tokens = Math.min(document.getState().tokens.length, tokensAllowed(model.getState()));
    return secondsToMeasure(tokens, length => work.cost.secondsOf(length));
  }

  tell(probe: ProbeState): void {
    this.store.setState({ probe });
  }

  memoryOf(piece: Piece): Piece {
    return piece;
  }

  begin(_: LoadedModel, other: boolean): void {
    if (!other) return;
    this.measuring.reset();
    this.store.setState({ followed: null, measured: null });
  }

  /** What came for a pass holds for that pass alone, and is dropped when another one is shown. */
  hold(): void {}

  ask({ tokens, place, allowed }: Snapshot): { question: FollowQuestion } | Unasked {
    const pass = passTo(tokens, place);
    if (pass === null) return { status: 'empty' };
    if (pass.ids.length > allowed) return tooLong(pass.ids.length, allowed);
    const step = this.#stores.view.getState().followStep;
    return { question: { pass, step, heads: this.#headIds(pass) } };
  }

  show(_: Snapshot, question: FollowQuestion | null): void {
    const { followed } = this.store.getState();
    if (followed === null) return;
    const same = question !== null && samePass(followed.pass, question.pass);
    this.store.setState({ followed: same ? { ...followed, pass: question.pass } : null });
  }

  missing({ pass, step, heads }: FollowQuestion): readonly Piece[] {
    const known = this.#known(pass);
    const lacks = new Set<Piece>();
    for (const need of NEEDS[step]) {
      if (need === 'heads') {
        if (!heads.every(id => known.heads?.ids.includes(id))) lacks.add('trace');
      } else if (known[need] === null) lacks.add(need);
    }
    return [...lacks];
  }

  same(a: FollowQuestion, b: FollowQuestion): boolean {
    return a.step === b.step && samePass(a.pass, b.pass) && sameIds(a.heads, b.heads);
  }

  reads(_: Piece, { pass }: FollowQuestion): Uint32Array {
    return pass.ids;
  }

  seconds(): number {
    return 0;
  }

  fetch(piece: Piece, { pass, step, heads }: FollowQuestion, signal: AbortSignal) {
    const { client } = this.#stores.work;
    const asked = { tokens: pass.ids, position: pass.position };
    if (piece === 'attention') return attention(client, asked, signal);
    return trace(client, { ...asked, ids: NEEDS[step].includes('heads') ? heads : new Uint32Array() }, signal);
  }

  accept(answer: EventOf<'traced'> | EventOf<'attention'>, _: Piece, { pass, step, heads }: FollowQuestion): void {
    const known = this.#known(pass);
    if (answer.type === 'attention') {
      this.store.setState({ followed: { ...known, attention: answer } });
      return;
    }
    const rows = NEEDS[step].includes('heads') && heads.length > 0;
    const found = rows ? { heads: { ids: heads, rows: answer.rows } } : {};
    this.store.setState({ followed: { ...known, trace: answer, ...found } });
  }

  watch(look: (wait: number) => void): (() => void)[] {
    const { view, rows } = this.#stores;
    return [
      view.subscribe((now, before) => {
        if (now.followStep !== before.followStep) look(0);
      }),
      rows.subscribe((now, before) => {
        // The likeliest token is known now: its row of the head can be asked for.
        const heads = NEEDS[view.getState().followStep].includes('heads');
        if (heads && now.selected !== before.selected && now.selected.status === 'ready') look(0);
      }),
    ];
  }

  #known(pass: Pass): FollowedPass {
    const { followed } = this.store.getState();
    if (followed !== null && samePass(followed.pass, pass)) return followed;
    return { pass, trace: null, attention: null, heads: null };
  }

  /** The likeliest token and the one in the text. None before their row is here, or where the head is no embedding. */
  #headIds({ place }: Pass): Uint32Array {
    const { rows, document, model } = this.#stores;
    const { load } = model.getState();
    const { selected } = rows.getState();
    if (load.status !== 'ready' || !load.model.tied || selected.status !== 'ready' || selected.place !== place) {
      return new Uint32Array();
    }
    const actual = place === 'end' ? undefined : document.getState().tokens[place]?.id;
    const likeliest = selected.row.ranked.order[0];
    return Uint32Array.from(new Set([likeliest, actual].filter(id => id !== undefined)));
  }
}
