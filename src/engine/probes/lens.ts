// Logit lens: what each layer would say next, tile by tile.

import { choosing, type Dispatch } from '../../gpu/dispatch.ts';
import type { Executor } from '../../gpu/executor.ts';
import { lensStatistics } from '../../gpu/kernels/lens_statistics.ts';
import { stride4 } from '../../gpu/layout.ts';
import { assertSoundStatistics, joinLensStatistics, type LensStatistics } from '../../gpu/lens-statistics.ts';
import { planHead } from '../../gpu/plan.ts';
import type { Probe } from '../../gpu/probe.ts';
import { ROW_WORDS, SCORE_ROWS } from '../../gpu/runner.ts';
import { defined } from '../../lib/assert.ts';
import { withLens } from '../../model/rewrites/lens.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { openProbe, Pace, type ProbeContext, View } from './context.ts';
import { inScratch } from './scratch.ts';

/** Pieces a row of logits is cut into. */
const PARTS = 64;
const LENS_STEP = 'step/lens';
/** Partial statistics of a tile of rows at one layer; a multiple of 64, so that every layer's can be bound. */
const LAYER_FLOATS = SCORE_ROWS * (2 * PARTS + 1) * 4;

export interface LensTile {
  /** 0 is the embedding, i the stream after layer i; the last is the model's own. */
  readonly layer: number;
  readonly from: number;
  readonly cells: readonly LensStatistics[];
}

interface LensView {
  readonly probe: Probe;
  readonly final: Executor;
  /** Head and statistics of each tap, then the statistics of the final row beside itself. */
  readonly layers: readonly Executor[];
}

export class Lens {
  readonly #context: ProbeContext;
  readonly #view = new View<LensView>(() => this.#open());

  constructor(context: ProbeContext) {
    this.#context = context;
  }

  /**
   * The lens for positions `from` to `to` of `ids`, tile by tile and layer by layer; `asked` is the id whose probability and rank are
   * told. Throws as Session.prefill, `bad_token`, `out_of_memory` and `nan_logits`.
   */
  async *tiles(
    ids: Uint32Array,
    from: number,
    to: number,
    asked: number,
    signal?: AbortSignal,
  ): AsyncGenerator<LensTile> {
    this.#context.session.check(Uint32Array.of(asked));
    const view = await this.#view.get();
    const pace = new Pace(view.layers.length);
    for (let begin = from; begin < to; begin += SCORE_ROWS) {
      const count = Math.min(SCORE_ROWS, to - begin);
      const sequence = await this.#context.session.sequence(ids, signal);
      await inScratch(this.#context, ids, sequence, begin, count, rows => view.probe.run(rows));
      const asking = Array.from({ length: count }, (_, t) => ({
        id: asked,
        position: 0,
        slot: defined(sequence.slots[begin + t], 'slot'),
        sequence: 0,
      }));
      view.probe.writeStep(LENS_STEP, asking);
      view.probe.submit(view.final, count);
      for (let at = 0; at < view.layers.length; ) {
        throwIfCancelled(signal, 'the lens');
        const began = performance.now();
        const batch = view.layers.slice(at, at + pace.size);
        for (const executor of batch) view.probe.submit(executor, count);
        for (const [i, cells] of (await readLayers(view, at, batch.length, count)).entries()) {
          assertSoundStatistics(cells, begin + 1);
          yield { layer: at + i, from: begin, cells };
        }
        at += batch.length;
        pace.took(performance.now() - began);
      }
    }
  }

  async #open(): Promise<LensView> {
    const { graph, taps } = withLens(this.#context.graph);
    const V = stride4(graph.dims.vocab_size);
    const buffers = {
      [LENS_STEP]: ROW_WORDS * (SCORE_ROWS + 1),
      'lens/logits': SCORE_ROWS * V,
      'lens/final': SCORE_ROWS * V,
      'lens/statistics': (taps.length + 1) * LAYER_FLOATS,
    };
    const options = { ...choosing(this.#context.base.gpu), rows: 'tile', step: LENS_STEP } as const;
    const head = (logits: string, x?: string): Dispatch[] =>
      planHead(graph, this.#context.base.weights, options, { logits, ...(x !== undefined && { x: { buffer: x } }) });
    const statistics = (logits: string, layer: number) =>
      lensStatistics(graph, options, logits, PARTS, layer * LAYER_FLOATS * 4);
    return openProbe(this.#context, { graph, keep: taps, rows: SCORE_ROWS, buffers }, async probe => {
      const layers = taps.map((tap, layer) => [
        ...head('lens/logits', probe.valueBuffer(tap)),
        statistics('lens/logits', layer),
      ]);
      return {
        final: await probe.executor(head('lens/final')),
        layers: await Promise.all(
          [...layers, [statistics('lens/final', taps.length)]].map(each => probe.executor(each)),
        ),
      };
    });
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#view.close();
  }
}

/** The statistics of `count` rows at `layers` layers from number `from` on. */
async function readLayers(
  { probe }: LensView,
  from: number,
  layers: number,
  count: number,
): Promise<LensStatistics[][]> {
  const length = count * (2 * PARTS + 1) * 4;
  const pieces = Array.from({ length: layers }, (_, i) => {
    return { buffer: 'lens/statistics', offset: (from + i) * LAYER_FLOATS, length };
  });
  const partials = await probe.read(pieces);
  return pieces.map((_, i) => joinLensStatistics(partials.subarray(i * length, (i + 1) * length), count, PARTS));
}
