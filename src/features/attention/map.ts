// The map of one head: made tile by tile, kept as far as the text has not changed, and asked about when the rest takes long.
import type { Client } from '../../client/client.ts';
import { attentionMap } from '../../client/probe-requests.ts';
import { NucleusError } from '../../lib/error.ts';
import { sharedLength } from '../../stores/document/sequence.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';
import type { PrefillCost } from '../../stores/work/prefill-cost.ts';
import type { Scheduler } from '../../stores/work/scheduler.ts';
import { ViewTask } from '../../stores/work/view-task.ts';
import { mapFor, sameChoice, withTile } from './row.ts';
import type { AttentionMap, AttentionStore } from './types.ts';

export interface HeadMapsOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly cost: PrefillCost;
  readonly now: () => number;
  readonly store: () => AttentionStore;
  /** The text as far as the model can read it; empty without a model. */
  readonly textIds: () => Uint32Array;
  /** The worker is asked for something that it keeps memory for. */
  readonly asked: () => void;
}

/** Above this a button must ask. */
const MOST_SECONDS = 1;
/** Maps that are kept to go back to: half of a square of floats each. */
const MOST_KEPT = 6;

export class HeadMaps {
  readonly #options: HeadMapsOptions;
  readonly #task: ViewTask;
  readonly #kept = new Map<string, AttentionMap>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What a row took when last measured, with this model. */
  #msPerRow: number | null = null;

  constructor(options: HeadMapsOptions) {
    this.#options = options;
    this.#task = new ViewTask(options.scheduler, mapTask => options.store().setState({ mapTask }));
  }

  /** Shows the wanted map as far as it is here, and goes on with it after `wait` milliseconds. */
  look(wait: number): void {
    clearTimeout(this.#timer);
    const store = this.#options.store();
    const { choice, map, mapTask, mapStatus } = store.getState();
    if (choice.layer === null) {
      this.#task.reset();
      store.setState({ map: null, mapStatus: { status: 'no_layer' } });
      return;
    }
    const ids = this.#options.textIds();
    const same = map !== null && sameChoice(map, choice) && sameIds(map.ids, ids);
    // What a person stopped, or has not asked for, stays as it is.
    if (same && (mapTask.status !== 'idle' || mapStatus.status === 'asks')) return;
    if (!same) {
      this.#task.reset();
      store.setState({ map: this.#wanted(ids, choice), mapStatus: { status: 'made' } });
    }
    this.#timer = setTimeout(() => this.fetch(false), wait);
  }

  /** Computes what is missing; `asked` by a person, whatever it costs. */
  fetch(asked: boolean): void {
    const store = this.#options.store();
    const { map, choice } = store.getState();
    if (map === null || map.rows === map.ids.length || !sameChoice(map, choice)) return;
    store.setState({ mapStatus: { status: 'made' } });
    void this.#task.run(map.ids.length, (signal, progress) => this.#fill(map, asked, signal, progress));
  }

  stop(): void {
    this.#task.stop();
  }

  /** Ends the work; what is here stays. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#task.reset();
  }

  /** The text has changed: ends work on the old one, and forgets a map of which no row holds. */
  textChanged(): void {
    const store = this.#options.store();
    const { map } = store.getState();
    const ids = this.#options.textIds();
    if (map === null || sameIds(map.ids, ids)) return;
    this.rest();
    if (sharedLength(map.ids, ids) === 0) store.setState({ map: null, mapStatus: { status: 'none' } });
  }

  /** Forgets everything: another model, or the view was left for good. */
  clear(): void {
    this.rest();
    this.#kept.clear();
    this.#msPerRow = null;
    this.#options.store().setState({ map: null, mapStatus: { status: 'none' } });
  }

  async #fill(
    { ids, layer, head }: AttentionMap,
    asked: boolean,
    signal: AbortSignal,
    progress: (done: number) => void,
  ): Promise<void> {
    const { client, cost, now } = this.#options;
    const store = this.#options.store();
    const begin = store.getState().map?.rows ?? 0;
    progress(begin);
    if (!asked && this.#asks(cost.seconds(ids) + this.#seconds(ids.length - begin))) return;
    this.#options.asked();
    let before = now();
    for await (const tile of attentionMap(client, { tokens: ids, layer, head, from: begin }, signal)) {
      const { map } = store.getState();
      if (signal.aborted || map === null) throw new NucleusError('cancelled', 'cancelled during the attention map');
      const filled = withTile(map, tile.from, tile.weights);
      this.#keep(filled);
      store.setState({ map: filled });
      progress(filled.rows);
      if (cost.shared(ids) < ids.length) cost.computed(ids);
      // The first tile may have computed the text and opened the view: the later ones tell what a row costs.
      const time = now();
      if (tile.from > begin || this.#msPerRow === null) this.#msPerRow = (time - before) / tile.rows;
      before = time;
      if (!asked && this.#asks(this.#seconds(ids.length - filled.rows))) return;
    }
  }

  /** The map of a choice with the rows that still hold. */
  #wanted(ids: Uint32Array, { layer, head }: HeadChoice): AttentionMap | null {
    if (layer === null || ids.length === 0) return null;
    const { map } = this.#options.store().getState();
    const older = map !== null && sameChoice(map, { layer, head }) ? map : this.#kept.get(keyOf(layer, head));
    if (older === undefined) return mapFor(ids, layer, head, null, 0);
    if (sameIds(older.ids, ids)) return older;
    return mapFor(ids, layer, head, older, Math.min(older.rows, sharedLength(older.ids, ids)));
  }

  #keep(map: AttentionMap): void {
    const key = keyOf(map.layer, map.head);
    this.#kept.delete(key);
    this.#kept.set(key, map);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) return;
      this.#kept.delete(oldest);
    }
  }

  #seconds(rows: number): number {
    return ((this.#msPerRow ?? 0) * rows) / 1000;
  }

  #asks(seconds: number): boolean {
    if (seconds <= MOST_SECONDS) return false;
    this.#options.store().setState({ mapStatus: { status: 'asks', seconds } });
    return true;
  }
}

const keyOf = (layer: number, head: number | null): string => `${layer} ${head ?? 'mean'}`;

function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && sharedLength(a, b) === a.length;
}
