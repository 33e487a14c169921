// What attention heads read: the row of the selected token while the view is open, its weights for the text, and one head as a map.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { attention, closeView } from '../../client/probe-requests.ts';
import { NucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import { idsOf, sharedLength } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelTag, toWire } from '../../stores/model/model.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import type { AttentionTintStore, HeadChoice } from '../../stores/run/attention-tint.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { SETTLE_MS } from '../../stores/work/times.ts';
import { IDLE_TASK, ViewTask } from '../../stores/work/view-task.ts';
import { HeadMaps } from './map.ts';
import { attentionRow, choiceWithin, sameChoice, weightsOf } from './row.ts';
import type {
  AttentionPanel,
  AttentionRow,
  AttentionState,
  AttentionStore,
  AttentionStoreState,
  RowStatus,
} from './types.ts';

export interface AttentionOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly cost: PrefillCost;
  readonly requestFrame: (callback: () => void) => void;
  readonly now: () => number;
  readonly later: (ms: number, callback: () => void) => () => void;
  readonly attentionTint: AttentionTintStore;
}

/** A caret that moves without a change of text rests this long before its row is asked for. */
const MOVE_MS = 60;
/** Above this a button must ask. */
const MOST_SECONDS = 1;
/** A view that was closed this long ago was left for good. */
export const LEFT_MS = 10_000;

const CLOSED: AttentionState = {
  panel: 'heads',
  choice: { layer: null, head: null },
  preview: null,
  wanted: { status: 'no_model' },
  row: null,
  rowTask: IDLE_TASK,
  mapStatus: { status: 'none' },
  map: null,
  mapTask: IDLE_TASK,
};

/** One a page. */
export const attentionStore = defineFeatureStore(stores => createAttentionStore({ ...stores, ...stores.work }));

function createAttentionStore(options: AttentionOptions): Made<AttentionStore> {
  const attentions = new Attentions(options);
  const store: AttentionStore = createStore<AttentionStoreState>()(() => ({
    ...CLOSED,
    enter: () => attentions.enter(),
    leave: () => attentions.leave(),
    setPanel: panel => attentions.setPanel(panel),
    choose: choice => attentions.choose(choice),
    setPreview: preview => attentions.setPreview(preview),
    fetchRow: () => attentions.fetchRow(true),
    stopRow: () => attentions.stopRow(),
    fetchMap: () => attentions.maps.fetch(true),
    stopMap: () => attentions.maps.stop(),
  }));
  attentions.store = store;
  return { store, dispose: attentions.watch() };
}

class Attentions {
  store!: AttentionStore;
  readonly maps: HeadMaps;
  readonly #options: AttentionOptions;
  /** The row that the tint of the text shows. */
  #drawn: AttentionRow | null = null;
  readonly #task: ViewTask;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends the wait for giving memory back. */
  #stay: (() => void) | null = null;
  /** The worker may hold memory of this view. */
  #holds = false;
  /** Tag of the model whose weights are shown. */
  #model = '';
  #frameAsked = false;
  #nextPreview: HeadChoice | null = null;

  constructor(options: AttentionOptions) {
    this.#options = options;
    this.#task = new ViewTask(options.scheduler, rowTask => this.store.setState({ rowTask }));
    this.maps = new HeadMaps({
      ...options,
      store: () => this.store,
      textIds: () => this.#textIds(),
      asked: () => {
        this.#holds = true;
      },
    });
  }

  /** Follows text, caret, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation } = this.#options;
    const ends = [
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) this.#look(SETTLE_MS);
        else if (now.selected !== before.selected) this.#look(MOVE_MS);
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
      this.maps.rest();
      this.#stay?.();
      for (const end of ends) end();
    };
  }

  enter(): void {
    this.#stay?.();
    this.#stay = null;
    this.#open = true;
    this.#modelChanged();
  }

  leave(): void {
    this.#open = false;
    this.#rest();
    this.#options.attentionTint.setState({ shown: null });
    this.store.setState({ preview: null });
    this.#stay?.();
    this.#stay = this.#options.later(LEFT_MS, () => {
      this.#stay = null;
      this.maps.clear();
      this.store.setState({ row: null });
      if (!this.#holds) return;
      this.#holds = false;
      closeView(this.#options.client, 'attention').catch(() => {});
    });
  }

  setPanel(panel: AttentionPanel): void {
    this.store.setState({ panel });
    if (panel === 'heads') this.maps.rest();
    this.#look(0);
  }

  choose(choice: HeadChoice): void {
    if (sameChoice(choice, this.store.getState().choice)) return;
    this.store.setState({ choice });
    this.#drawTint();
    this.#lookMap();
  }

  /** Any number of calls between two frames redraw the text once. */
  setPreview(preview: HeadChoice | null): void {
    this.#nextPreview = preview;
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#options.requestFrame(() => {
      this.#frameAsked = false;
      if (!this.#open || sameChoice(this.#nextPreview, this.store.getState().preview)) return;
      this.store.setState({ preview: this.#nextPreview });
      this.#drawTint();
    });
  }

  /** Computes the wanted row; `asked` by a person, whatever it costs. */
  fetchRow(asked: boolean): void {
    const { client, cost } = this.#options;
    const ids = this.#wantedIds();
    const load = this.#ready();
    if (load === null || ids.length === 0) return;
    clearTimeout(this.#timer);
    this.#show({ status: 'waiting' });
    const work = async (signal: AbortSignal): Promise<void> => {
      // Its turn has come: what went before may have filled the cache.
      const seconds = cost.seconds(ids);
      if (!asked && seconds > MOST_SECONDS) {
        this.#show({ status: 'costly', seconds });
        return;
      }
      this.#holds = true;
      const { weights } = await attention(client, { tokens: ids, position: ids.length - 1 }, signal);
      // An answer that came all the same: interrupted work is begun again, work that was reset is not wanted.
      if (signal.aborted) throw new NucleusError('cancelled', 'cancelled during attention');
      if (cost.shared(ids) < ids.length) cost.computed(ids);
      this.store.setState({ row: attentionRow(ids, load.dims.n_layer, load.dims.n_head, weights) });
      this.#show({ status: 'ready' });
      this.#drawTint();
    };
    void this.#task.run(1, work).then(() => this.#ended(ids));
  }

  stopRow(): void {
    this.#task.stop();
  }

  #ready() {
    const { load } = this.#options.model.getState();
    return load.status === 'ready' ? load.model : null;
  }

  /** Tokens whose last one is the row's: up to the selected token, at the end the whole text. */
  #wantedIds(): Uint32Array {
    const { tokens, selected } = this.#options.document.getState();
    return idsOf(selected === 'end' ? tokens : tokens.slice(0, selected + 1));
  }

  #textIds(): Uint32Array {
    const most = this.#ready()?.dims.n_ctx ?? 0;
    return idsOf(this.#options.document.getState().tokens.slice(0, most));
  }

  #modelChanged(): void {
    const tag = modelTag(this.#options.model.getState());
    const load = this.#ready();
    if (load === null) {
      this.#rest();
    } else if (tag !== this.#model) {
      this.#model = tag;
      // What the worker held went with its model.
      this.#holds = false;
      this.maps.clear();
      const choice = choiceWithin(this.store.getState().choice, load.dims.n_layer, load.dims.n_head);
      this.#options.attentionTint.setState({ shown: null });
      this.store.setState({ row: null, preview: null, choice });
    }
    this.#look(0);
  }

  /** Ends all work. */
  #rest(): void {
    clearTimeout(this.#timer);
    this.#task.reset();
    this.maps.rest();
  }

  /** Drops what no longer belongs to the text, and after `wait` milliseconds asks for what is missing. */
  #look(wait: number): void {
    if (!this.#open) return;
    clearTimeout(this.#timer);
    // Work for another place or text is worth nothing.
    this.#task.reset();
    this.#dropStale();
    this.maps.textChanged();
    const status = this.#statusOf(this.#wantedIds());
    this.#show(status);
    if (status.status === 'ready') this.#drawTint();
    if (isRunning(this.#options.generation.getState().status)) return;
    if (status.status === 'waiting') this.#timer = setTimeout(() => this.fetchRow(false), wait);
    else if (status.status === 'ready') this.#lookMap(wait);
  }

  #statusOf(ids: Uint32Array): RowStatus {
    const load = this.#ready();
    if (load === null) return { status: 'no_model' };
    if (ids.length === 0) return { status: 'empty' };
    const { n_ctx } = load.dims;
    if (ids.length > n_ctx) return { status: 'failed', error: tooLong(ids.length, n_ctx) };
    return { status: this.store.getState().row?.ids.length === ids.length ? 'ready' : 'waiting' };
  }

  /** The map comes after the row. */
  #lookMap(wait = 0): void {
    if (this.#open && this.store.getState().panel === 'map') this.maps.look(wait);
  }

  #ended(ids: Uint32Array): void {
    const { rowTask } = this.store.getState();
    if (rowTask.status === 'failed' && rowTask.error) this.#show({ status: 'failed', error: rowTask.error });
    if (rowTask.status === 'stopped') this.#show({ status: 'costly', seconds: this.#options.cost.seconds(ids) });
    if (rowTask.status === 'done' && this.store.getState().wanted.status === 'ready') this.#lookMap();
  }

  /** A row holds as long as its tokens do. */
  #dropStale(): void {
    const { row } = this.store.getState();
    if (row === null) return;
    const all = idsOf(this.#options.document.getState().tokens);
    if (sharedLength(row.ids, all) === row.ids.length) return;
    this.#options.attentionTint.setState({ shown: null });
    this.store.setState({ row: null });
  }

  #drawTint(): void {
    const { row, choice, preview } = this.store.getState();
    if (!this.#open || row === null) return;
    const { attentionTint, document } = this.#options;
    const { shown } = attentionTint.getState();
    const head = preview ?? choice;
    const fade = document.getState().selected !== 'end';
    if (shown !== null && this.#drawn === row && shown.fade === fade && sameChoice(shown.choice, head)) return;
    this.#drawn = row;
    attentionTint.setState({ shown: { position: row.position, choice: head, weights: weightsOf(row, head), fade } });
  }

  #show(wanted: RowStatus): void {
    const { status } = this.store.getState().wanted;
    if (status !== wanted.status || 'seconds' in wanted || 'error' in wanted) this.store.setState({ wanted });
  }
}

function tooLong(tokens: number, limit: number): WireError {
  const detail = { tokens, limit, excess: tokens - limit };
  return toWire(new NucleusError('prompt_too_long', `${tokens} tokens do not fit a context of ${limit}`, detail));
}
