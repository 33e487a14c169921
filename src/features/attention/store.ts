// What attention heads read: the row of the selected token while the view is open, its weights for the text, and one head as a map.
import { createStore } from 'zustand/vanilla';
import { attention } from '../../client/probe-requests.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { sameIds, sharedLength } from '../../stores/document/sequence.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import { CLOSED, type ProbeState, tooLong, type Unasked } from '../../stores/gpu-work/probe-state.ts';
import { createProbeView, type ProbeView } from '../../stores/gpu-work/probe-view.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';
import type { Stores } from '../../stores/stores.ts';
import { HeadMaps } from './map.ts';
import { attentionRow, choiceWithin, sameChoice, weightsOf } from './row.ts';
import type { AttentionPanel, AttentionRow, AttentionState, AttentionStore, AttentionStoreState } from './types.ts';

const INITIAL: AttentionState = {
  panel: 'heads',
  choice: { layer: null, head: null },
  preview: null,
  probe: CLOSED,
  row: null,
  mapProbe: CLOSED,
  map: null,
};

/** One a page. */
export const attentionStore = defineFeatureStore(createAttentionStore);

function createAttentionStore(stores: Stores): Made<AttentionStore> {
  const heads = new Heads(stores);
  const store: AttentionStore = createStore<AttentionStoreState>()(() => ({
    ...INITIAL,
    enter: () => heads.enter(),
    leave: () => heads.leave(),
    setPanel: panel => heads.setPanel(panel),
    choose: choice => heads.choose(choice),
    setPreview: preview => heads.setPreview(preview),
    fetchRow: () => void heads.row.compute(),
    stopRow: () => heads.row.stop(),
    fetchMap: () => void heads.map.compute(),
    stopMap: () => heads.map.stop(),
  }));
  heads.store = store;
  return {
    store,
    dispose: () => {
      heads.row.dispose();
      heads.map.dispose();
    },
  };
}

/** The tokens up to the one whose row it is. */
interface RowQuestion {
  readonly ids: Uint32Array;
}

class Heads implements ProbeSpec<RowQuestion, Uint32Array, EventOf<'attention'>> {
  readonly memory = ['attention'] as const;
  readonly row: ProbeView;
  readonly map: ProbeView;
  store!: AttentionStore;
  readonly #stores: Stores;
  readonly #maps: HeadMaps;
  /** The row that the tint of the text shows. */
  #drawn: AttentionRow | null = null;
  #open = false;
  #frameAsked = false;
  #nextPreview: HeadChoice | null = null;

  constructor(stores: Stores) {
    this.#stores = stores;
    this.#maps = new HeadMaps(stores.work.client, () => this.store);
    this.row = createProbeView(stores, this);
    this.map = createProbeView(stores, this.#maps);
  }

  enter(): void {
    this.#open = true;
    this.row.enter();
    if (this.store.getState().panel === 'map') this.map.enter();
  }

  leave(): void {
    this.#open = false;
    this.row.leave();
    this.map.leave();
    this.#stores.attentionTint.setState({ shown: null });
    this.store.setState({ preview: null });
  }

  setPanel(panel: AttentionPanel): void {
    const before = this.store.getState().panel;
    this.store.setState({ panel });
    if (!this.#open || panel === before) return;
    if (panel === 'map') this.map.enter();
    else this.map.leave();
  }

  choose(choice: HeadChoice): void {
    if (sameChoice(choice, this.store.getState().choice)) return;
    this.store.setState({ choice });
    this.#drawTint();
    this.map.look(0);
  }

  /** Any number of calls between two frames redraw the text once. */
  setPreview(preview: HeadChoice | null): void {
    this.#nextPreview = preview;
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#stores.work.requestFrame(() => {
      this.#frameAsked = false;
      if (!this.#open || sameChoice(this.#nextPreview, this.store.getState().preview)) return;
      this.store.setState({ preview: this.#nextPreview });
      this.#drawTint();
    });
  }

  tell(probe: ProbeState): void {
    this.store.setState({ probe });
    if (probe.status === 'ready') this.#drawTint();
    // The row of another place is not drawn on the text while a person is asked for the one of this place.
    if (['costly', 'stopped', 'failed', 'too_long'].includes(probe.status)) this.#clearTint();
  }

  begin({ dims, mixers }: LoadedModel, other: boolean): void {
    if (!other) return;
    const choice = choiceWithin(this.store.getState().choice, mixers, dims.n_head);
    this.#clearTint();
    this.store.setState({ row: null, preview: null, choice });
  }

  /** A row holds as long as its tokens do. */
  hold({ ids }: Snapshot): void {
    const { row } = this.store.getState();
    if (row === null || sharedLength(row.ids, ids) === row.ids.length) return;
    this.#clearTint();
    this.store.setState({ row: null });
  }

  ask({ ids, place, allowed }: Snapshot): { question: RowQuestion } | Unasked {
    const wanted = place === 'end' ? ids : ids.subarray(0, place + 1);
    if (wanted.length === 0) return { status: 'empty' };
    return wanted.length > allowed ? tooLong(wanted.length, allowed) : { question: { ids: wanted } };
  }

  missing({ ids }: RowQuestion): readonly Uint32Array[] {
    return this.store.getState().row?.ids.length === ids.length ? [] : [ids];
  }

  same(a: RowQuestion, b: RowQuestion): boolean {
    return sameIds(a.ids, b.ids);
  }

  reads(ids: Uint32Array): Uint32Array {
    return ids;
  }

  seconds(): number {
    return 0;
  }

  fetch(ids: Uint32Array, _: RowQuestion, signal: AbortSignal): Promise<EventOf<'attention'>> {
    return attention(this.#stores.work.client, { tokens: ids, position: ids.length - 1 }, signal);
  }

  accept({ weights }: EventOf<'attention'>, ids: Uint32Array): void {
    const { load } = this.#stores.model.getState();
    if (load.status !== 'ready') return;
    const { dims, mixers } = load.model;
    const attends = mixers.flatMap((mixer, layer) => (mixer === 'attention' ? [layer] : []));
    this.store.setState({ row: attentionRow(ids, { layers: dims.n_layer, heads: dims.n_head, attends }, weights) });
  }

  gone(): void {
    this.store.setState({ row: null });
  }

  #clearTint(): void {
    this.#stores.attentionTint.setState({ shown: null });
  }

  #drawTint(): void {
    const { row, choice, preview, probe } = this.store.getState();
    if (!this.#open || row === null || probe.status !== 'ready') return;
    const { attentionTint, document } = this.#stores;
    const { shown } = attentionTint.getState();
    const head = preview ?? choice;
    const fade = document.getState().selected !== 'end';
    if (shown !== null && this.#drawn === row && shown.fade === fade && sameChoice(shown.choice, head)) return;
    this.#drawn = row;
    attentionTint.setState({ shown: { position: row.position, choice: head, weights: weightsOf(row, head), fade } });
  }
}
