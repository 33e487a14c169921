// Attention weights: every head at one position, or one layer as a map.

import type { Executor } from '../../gpu/executor.ts';
import { attentionMean } from '../../gpu/kernels/attention_mean.ts';
import { stride4 } from '../../gpu/layout.ts';
import type { Probe } from '../../gpu/probe.ts';
import { SCORE_ROWS } from '../../gpu/runner.ts';
import { defined } from '../../lib/assert.ts';
import type { ValueName } from '../../model/ir/graph.ts';
import { upTo, withAttention } from '../../model/rewrites/attention-weights.ts';
import { inScratch, openProbe, type ProbeContext, throwIfCancelled, View } from './context.ts';

interface RowsView {
  readonly probe: Probe;
  /** By layer. */
  readonly weights: readonly ValueName[];
}

interface MapView {
  readonly probe: Probe;
  readonly weights: ValueName;
  readonly mean: Executor;
}

export class Attention {
  readonly #context: ProbeContext;
  readonly #rows = new View<RowsView>(() => this.#openRows());
  /** One layer's map at a time is kept open. */
  #map: { readonly layer: number; readonly view: View<MapView> } | null = null;

  constructor(context: ProbeContext) {
    this.#context = context;
  }

  /** Attention weights of the row at `position` over positions 0 to it: [L, NH, position + 1]. */
  async row(ids: Uint32Array, position: number, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    const { probe, weights } = await this.#rows.get();
    const { n_head, n_ctx } = this.#context.graph.dims;
    const sequence = await this.#context.session.sequence(ids.subarray(0, position + 1), signal);
    inScratch(this.#context, ids, sequence, position, 1, rows => probe.run(rows));
    return probe.read(
      weights.flatMap(value =>
        Array.from({ length: n_head }, (_, head) => ({
          buffer: probe.valueBuffer(value),
          offset: head * n_ctx,
          length: position + 1,
        })),
      ),
    );
  }

  /** Weights of one head, or the mean over heads (null), from row `first` on, tile by tile: rows `from ...` of [T, T], each as long as the text. */
  async *map(
    ids: Uint32Array,
    layer: number,
    head: number | null,
    first: number,
    signal?: AbortSignal,
  ): AsyncGenerator<{ from: number; rows: number; weights: Float32Array<ArrayBuffer> }> {
    const { probe, weights, mean } = await this.#mapOf(layer).get();
    const { n_head, n_ctx } = this.#context.graph.dims;
    const T = ids.length;
    for (let begin = first; begin < T; begin += SCORE_ROWS) {
      throwIfCancelled(signal, 'the attention map');
      const count = Math.min(SCORE_ROWS, T - begin);
      const sequence = await this.#context.session.sequence(ids, signal);
      inScratch(this.#context, ids, sequence, begin, count, rows => probe.run(rows));
      if (head === null) probe.submit(mean, count);
      const stride = stride4(n_head * n_ctx);
      const pieces = Array.from({ length: count }, (_, t) =>
        head === null
          ? { buffer: 'map/mean', offset: t * n_ctx, length: T }
          : { buffer: probe.valueBuffer(weights), offset: t * stride + head * n_ctx, length: T },
      );
      yield { from: begin, rows: count, weights: await probe.read(pieces) };
    }
  }

  async #openRows(): Promise<RowsView> {
    const { graph, weights } = withAttention(this.#context.graph);
    const keep = [...weights.values()];
    return openProbe(this.#context, { graph, keep, rows: 1 }, async () => ({ weights: keep }));
  }

  #mapOf(layer: number): View<MapView> {
    if (this.#map?.layer !== layer) {
      this.#map?.view.close();
      this.#map = { layer, view: new View(() => this.#openMap(layer)) };
    }
    return this.#map.view;
  }

  async #openMap(layer: number): Promise<MapView> {
    const rewritten = withAttention(this.#context.graph, [layer]);
    const weights = defined(rewritten.weights.get(layer), `layer ${layer}`);
    const graph = upTo(rewritten.graph, weights);
    const buffers = { 'map/mean': SCORE_ROWS * graph.dims.n_ctx };
    return openProbe(this.#context, { graph, keep: [weights], rows: SCORE_ROWS, buffers }, async probe => {
      const mean = await probe.executor([attentionMean(graph, 'step/probe', probe.valueBuffer(weights))]);
      return { weights, mean };
    });
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#rows.close();
    this.#map?.view.close();
    this.#map = null;
  }
}
