// The lines of pinned tokens: their logits in every row of the text, computed while a view shows them. What has come is kept by the pins.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { pinned } from '../../client/probe-requests.ts';
import type { EventOf } from '../../protocol/events.ts';
import { sameIds } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView } from '../../stores/gpu-work/probe-view.ts';
import type { MissingRows } from '../../stores/run/pinned-rows.ts';
import type { Stores } from '../../stores/stores.ts';

interface PinLinesState {
  readonly probe: ProbeState;
}

interface PinLinesActions {
  /** A view shows the lines, or no longer does. */
  enter(): void;
  leave(): void;
  /** Computes what is missing, whatever it costs. */
  compute(): void;
  stop(): void;
}

export type PinLinesStoreState = PinLinesState & PinLinesActions;
export type PinLinesStore = StoreApi<PinLinesStoreState>;

interface PinsQuestion {
  /** The text as far as it fits the context. */
  readonly ids: Uint32Array;
  readonly pins: readonly number[];
}

/** Rows asked for at a time: progress is seen between two. */
const PIECE = 128;

/** One a page. */
export const pinLinesStore = defineFeatureStore(createPinLinesStore);

function createPinLinesStore(stores: Stores): Made<PinLinesStore> {
  const { pins, work } = stores;
  const view = createProbeView<PinsQuestion, MissingRows, EventOf<'pinned'>>(stores, {
    memory: [],
    tell: probe => store.setState({ probe }),
    begin: () => {},
    // The pins follow the text by themselves, whether a view is open or not.
    hold: () => {},
    ask: ({ ids, allowed }: Snapshot) => {
      const within = ids.subarray(0, allowed);
      const some = pins.getState().pins.map(pin => pin.id);
      return within.length === 0 || some.length === 0 ? { status: 'empty' } : { question: { ids: within, pins: some } };
    },
    missing: ({ ids }) => pins.getState().missing(ids.length).flatMap(piecesOf),
    same: (a, b) => sameIds(a.ids, b.ids) && a.pins.join() === b.pins.join(),
    size: ({ from, to }) => to - from,
    // The other rows come with a longer beginning of the text, so that each piece adds its own states to the cache.
    reads: ({ to }, { ids }) => ids.subarray(0, to),
    seconds: () => 0,
    fetch: ({ pins: some, from, to }, { ids }, signal) =>
      pinned(work.client, { tokens: ids.subarray(0, to), pins: some, from, to }, signal),
    accept: ({ logits }, rows, { ids }) => pins.getState().put(rows, ids.subarray(0, rows.to), logits),
    watch: look => [
      pins.subscribe((now, before) => {
        if (now.pins !== before.pins) look(0);
      }),
    ],
  });
  const store: PinLinesStore = createStore<PinLinesStoreState>()(() => ({
    probe: CLOSED,
    enter: () => view.enter(),
    leave: () => view.leave(),
    compute: () => void view.compute(),
    stop: () => view.stop(),
  }));
  return { store, dispose: () => view.dispose() };
}

function piecesOf({ pins, from, to }: MissingRows): MissingRows[] {
  return Array.from({ length: Math.ceil((to - from) / PIECE) }, (_, i) => ({
    pins,
    from: from + i * PIECE,
    to: Math.min(to, from + (i + 1) * PIECE),
  }));
}
