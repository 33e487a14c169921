// The map of one head: made tile by tile, and kept as far as the text has not changed.
import type { Client } from '../../client/client.ts';
import { attentionMap } from '../../client/probe-requests.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { sameIds, sharedLength } from '../../stores/document/sequence.ts';
import type { ProbeSpec, Snapshot } from '../../stores/gpu-work/probe-spec.ts';
import type { ProbeState, Unasked } from '../../stores/gpu-work/probe-state.ts';
import { mapFor, sameChoice, withTile } from './row.ts';
import type { AttentionMap, AttentionStore } from './types.ts';

/** Maps that are kept to go back to: half of a square of floats each. */
const MOST_KEPT = 6;

/** One head, or the mean of a layer's heads, over the text as far as the model reads it. */
interface MapQuestion {
  readonly ids: Uint32Array;
  readonly layer: number;
  readonly head: number | null;
}

/** Rows from `from` on; it is one request, however many tiles it brings. */
interface MapRows {
  readonly from: number;
  readonly to: number;
}

type Tile = EventOf<'attention_map'>;

export class HeadMaps implements ProbeSpec<MapQuestion, MapRows, Tile> {
  readonly memory = ['attention'] as const;
  readonly #client: Client;
  readonly #store: () => AttentionStore;
  readonly #kept = new Map<string, AttentionMap>();
  /** What a row took when last measured, with this model. */
  #msPerRow = 0;

  constructor(client: Client, store: () => AttentionStore) {
    this.#client = client;
    this.#store = store;
  }

  tell(mapProbe: ProbeState): void {
    this.#store().setState({ mapProbe });
  }

  begin(_: LoadedModel, other: boolean): void {
    if (other) this.gone();
  }

  /** Maps are taken over row by row, when one is shown. */
  hold(): void {}

  ask({ ids, allowed }: Snapshot): { question: MapQuestion } | Unasked {
    const { layer, head } = this.#store().getState().choice;
    if (layer === null || ids.length === 0) return { status: 'empty' };
    return { question: { ids: ids.subarray(0, allowed), layer, head } };
  }

  /** The map with the rows that still hold; none where no row does. */
  show(_: Snapshot, question: MapQuestion | null): void {
    const { map: before } = this.#store().getState();
    const map = question === null ? null : this.#wanted(question);
    if (map !== before) this.#store().setState({ map });
  }

  missing({ ids }: MapQuestion): readonly MapRows[] {
    const from = this.#store().getState().map?.rows ?? 0;
    return from < ids.length ? [{ from, to: ids.length }] : [];
  }

  same(a: MapQuestion, b: MapQuestion): boolean {
    return sameChoice(a, b) && sameIds(a.ids, b.ids);
  }

  size({ from, to }: MapRows): number {
    return to - from;
  }

  reads(_: MapRows, { ids }: MapQuestion): Uint32Array {
    return ids;
  }

  seconds(rows: readonly MapRows[]): number {
    return rows.reduce((sum, { from, to }) => sum + ((to - from) * this.#msPerRow) / 1000, 0);
  }

  fetch({ from }: MapRows, { ids, layer, head }: MapQuestion, signal: AbortSignal): AsyncIterable<Tile> {
    return attentionMap(this.#client, { tokens: ids, layer, head, from }, signal);
  }

  accept(tile: Tile, _: MapRows, { ids, layer, head }: MapQuestion, ms: number | null): void {
    const map = this.#store().getState().map ?? mapFor(ids, layer, head, null, 0);
    const filled = withTile(map, tile.from, tile.weights);
    this.#keep(filled);
    this.#store().setState({ map: filled });
    if (ms !== null) this.#msPerRow = ms / tile.rows;
  }

  gone(): void {
    this.#kept.clear();
    this.#msPerRow = 0;
    this.#store().setState({ map: null });
  }

  #wanted({ ids, layer, head }: MapQuestion): AttentionMap | null {
    const { map } = this.#store().getState();
    const older = map !== null && sameChoice(map, { layer, head }) ? map : this.#kept.get(keyOf(layer, head));
    if (older === undefined) return null;
    if (sameIds(older.ids, ids)) return older;
    const rows = Math.min(older.rows, sharedLength(older.ids, ids));
    return rows === 0 ? null : mapFor(ids, layer, head, older, rows);
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
}

const keyOf = (layer: number, head: number | null): string => `${layer} ${head ?? 'mean'}`;
