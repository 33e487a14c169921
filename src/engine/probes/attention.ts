// Attention weights: every head at one position, or one layer as a map.

import type { Executor } from '../../gpu/executor.ts';
import { attentionMean } from '../../gpu/kernels/attention_mean.ts';
import { stride4 } from '../../gpu/layout.ts';
import type { Probe } from '../../gpu/probe.ts';
import { SCORE_ROWS } from '../../gpu/runner.ts';
import { defined } from '../../lib/assert.ts';
import type { ValueName } from '../../model/ir/graph.ts';
import { attendingLayers } from '../../model/ir/mixers.ts';
import { upTo, withAttention } from '../../model/rewrites/attention-weights.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { openProbe, type ProbeContext, View } from './context.ts';
import { inScratch } from './scratch.ts';

interface RowsView {
  readonly probe: Probe;
  /** By layer, those with attention alone. */
  readonly weights: ReadonlyMap<number, ValueName>;
}

interface MapView {
  readonly probe: Probe;
  /** Rows of a step. */
  readonly tile: number;
  readonly weights: ValueName;
  readonly mean: Executor;
}

export class Attention {
  readonly #context: ProbeContext;
  /** Of texts up to `columns` tokens. */
  #rows: { readonly columns: number; readonly view: View<RowsView> } | null = null;
  /** One layer's map at a time is kept open. */
  #map: { readonly layer: number; readonly columns: number; readonly view: View<MapView> } | null = null;

  constructor(context: ProbeContext) {
    this.#context = context;
  }

  /** Attention weights of the row at `position` over positions 0 to it: [L, NH, position + 1], zero in layers without attention. */
  async row(ids: Uint32Array, position: number, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    const { columns, view } = this.#rowsOf(position + 1);
    const { probe, weights } = await view.get();
    const { n_head, n_layer } = this.#context.graph.dims;
    const sequence = await this.#context.session.sequence(ids.subarray(0, position + 1), signal);
    await inScratch(this.#context, ids, sequence, position, 1, rows => probe.run(rows));
    const length = position + 1;
    const read = await probe.read(
      Array.from(weights.values()).flatMap(value =>
        Array.from({ length: n_head }, (_, head) => ({
          buffer: probe.valueBuffer(value),
          offset: head * columns,
          length,
        })),
      ),
    );
    if (weights.size === n_layer) return read;
    const all = new Float32Array(n_layer * n_head * length);
    for (const [i, layer] of Array.from(weights.keys()).entries())
      all.set(read.subarray(i * n_head * length, (i + 1) * n_head * length), layer * n_head * length);
    return all;
  }

  /**
   * Weights of one head, or the mean over heads (null), from row `first` on, tile by tile: rows `from ...` of [T, T], each as long as the text; one
   * tile of zeros for a layer without attention.
   */
  async *map(
    ids: Uint32Array,
    layer: number,
    head: number | null,
    first: number,
    signal?: AbortSignal,
  ): AsyncGenerator<{ from: number; rows: number; weights: Float32Array<ArrayBuffer> }> {
    const T = ids.length;
    if (!attendingLayers(this.#context.graph).includes(layer)) {
      yield { from: first, rows: T - first, weights: new Float32Array((T - first) * T) };
      return;
    }
    const { columns, view } = this.#mapOf(layer, T);
    const { probe, weights, mean, tile } = await view.get();
    const { n_head } = this.#context.graph.dims;
    for (let begin = first; begin < T; begin += tile) {
      throwIfCancelled(signal, 'the attention map');
      const count = Math.min(tile, T - begin);
      const sequence = await this.#context.session.sequence(ids, signal);
      await inScratch(this.#context, ids, sequence, begin, count, rows => probe.run(rows));
      if (head === null) probe.submit(mean, count);
      const stride = stride4(n_head * columns);
      const pieces = Array.from({ length: count }, (_, t) =>
        head === null
          ? { buffer: 'map/mean', offset: t * columns, length: T }
          : { buffer: probe.valueBuffer(weights), offset: t * stride + head * columns, length: T },
      );
      yield { from: begin, rows: count, weights: await probe.read(pieces) };
    }
  }

  #rowsOf(tokens: number): { readonly columns: number; readonly view: View<RowsView> } {
    if (this.#rows === null || this.#rows.columns < tokens) {
      this.#rows?.view.close();
      const columns = columnsFor(tokens);
      this.#rows = { columns, view: new View(() => this.#openRows(columns)) };
    }
    return this.#rows;
  }

  async #openRows(columns: number): Promise<RowsView> {
    const { graph, weights } = withAttention(this.#context.graph, columns);
    return openProbe(this.#context, { graph, keep: [...weights.values()], rows: 1 }, async () => ({ weights }));
  }

  #mapOf(layer: number, tokens: number): { readonly columns: number; readonly view: View<MapView> } {
    if (this.#map?.layer !== layer || this.#map.columns < tokens) {
      this.#map?.view.close();
      const columns = columnsFor(tokens);
      this.#map = { layer, columns, view: new View(() => this.#openMap(layer, columns)) };
    }
    return this.#map;
  }

  async #openMap(layer: number, columns: number): Promise<MapView> {
    const rewritten = withAttention(this.#context.graph, columns, [layer]);
    const weights = defined(rewritten.weights.get(layer), `layer ${layer}`);
    const graph = upTo(rewritten.graph, weights);
    const { maxStorageBufferBindingSize } = this.#context.base.gpu.device.limits;
    const rowBytes = 4 * stride4(graph.dims.n_head * columns);
    const tile = Math.max(1, Math.min(SCORE_ROWS, Math.floor(maxStorageBufferBindingSize / rowBytes)));
    const buffers = { 'map/mean': tile * columns };
    return openProbe(this.#context, { graph, keep: [weights], rows: tile, buffers }, async probe => {
      const mean = await probe.executor([attentionMean(graph, 'step/probe', probe.valueBuffer(weights), columns)]);
      return { weights, mean, tile };
    });
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#rows?.view.close();
    this.#rows = null;
    this.#map?.view.close();
    this.#map = null;
  }
}

/** Positions to have room for: the next power of two, so that a text that grows opens few views. */
function columnsFor(tokens: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(tokens)));
}
