// Ablation: the model with parts switched off, on the whole text, beside the session.

import type { Executor } from '../gpu/executor.ts';
import { Probe } from '../gpu/probe.ts';
import { columnMean } from '../gpu/probe-plan.ts';
import { SCORE_ROWS } from '../gpu/runner.ts';
import { defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import { type AblationGraph, maskOf, type Part, withAblation } from '../model/ablation.ts';
import { type Bench, View } from './bench.ts';

/** Rows of one step through the masked model. */
const STEP_ROWS = 64;

export interface Ablated {
  /** Logits [V] at the last position. */
  readonly logits: Float32Array<ArrayBuffer>;
  /** Log-probabilities of `ids[from ...]` under the ablation. */
  readonly logprobs: readonly number[];
}

interface AblationView {
  readonly probe: Probe;
  readonly spec: AblationGraph;
  readonly means: Executor;
}

export class Ablation {
  readonly #bench: Bench;
  readonly #view = new View<AblationView>(() => this.#open());

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /**
   * The model with `off` switched off, on all of `ids`: each part gives zero, or its mean over the positions of this text. Throws as
   * Session.prefill, and `out_of_memory`.
   */
  async run(
    ids: Uint32Array,
    off: readonly Part[],
    standIn: 'zero' | 'mean',
    from: number,
    signal?: AbortSignal,
  ): Promise<Ablated> {
    const view = await this.#view.get();
    await this.#standIns(view, ids, standIn, signal);
    const masks = new Float32Array(view.spec.masks).fill(1);
    for (const part of off) masks[maskOf(part, this.#bench.graph.dims.n_head)] = 0;
    this.#bench.base.gpu.device.queue.writeBuffer(view.probe.buffer('masks'), 0, masks);
    const scratch = this.#bench.cache.scratch(ids.length);
    try {
      await this.#through(view, ids, scratch.slots, signal);
      const logits = await this.#bench.runner.logits(defined(scratch.slots[ids.length - 1], 'slot'));
      const logprobs: number[] = [];
      for (let begin = Math.max(1, from); begin < ids.length; begin += SCORE_ROWS) {
        const rows = Array.from({ length: Math.min(SCORE_ROWS, ids.length - begin) }, (_, i) => ({
          slot: defined(scratch.slots[begin + i - 1], 'slot'),
          id: defined(ids[begin + i], 'id'),
        }));
        logprobs.push(...(await this.#bench.runner.score(rows)).map(({ logit, logZ }) => logit - logZ));
      }
      return { logits, logprobs };
    } finally {
      scratch.release();
    }
  }

  async #open(): Promise<AblationView> {
    const spec = withAblation(this.#bench.graph);
    const keep = spec.masked.map(({ value }) => value);
    const probe = await Probe.create(this.#bench.base, this.#bench.scope, {
      graph: spec.graph,
      keep,
      rows: Math.min(this.#bench.runner.maxRows, STEP_ROWS),
      buffers: { masks: spec.masks, stand_ins: spec.standIns, total: 1, means: spec.standIns },
    });
    const means = spec.masked.map(({ value, stand_in, width }) =>
      columnMean('step/probe', probe.valueBuffer(value), width, stand_in),
    );
    return { probe, spec, means: await probe.executor(means) };
  }

  /** Fills the stand-ins: zeros, or the means of the masked values over `ids` with every mask at 1. */
  async #standIns(
    { probe, spec, means }: AblationView,
    ids: Uint32Array,
    standIn: 'zero' | 'mean',
    signal?: AbortSignal,
  ): Promise<void> {
    const { queue } = this.#bench.base.gpu.device;
    const zeros = new Float32Array(spec.standIns);
    queue.writeBuffer(probe.buffer('stand_ins'), 0, zeros);
    if (standIn === 'zero') return;
    queue.writeBuffer(probe.buffer('masks'), 0, new Float32Array(spec.masks).fill(1));
    queue.writeBuffer(probe.buffer('means'), 0, zeros);
    queue.writeBuffer(probe.buffer('total'), 0, Float32Array.of(ids.length));
    const scratch = this.#bench.cache.scratch(ids.length);
    try {
      await this.#through({ probe, spec, means }, ids, scratch.slots, signal, means);
    } finally {
      scratch.release();
    }
    const encoder = this.#bench.base.gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(probe.buffer('means'), 0, probe.buffer('stand_ins'), 0, spec.standIns * 4);
    queue.submit([encoder.finish()]);
  }

  /** Runs all of `ids` through the probe in the given slots, in steps, cancellable between two. */
  async #through(
    { probe }: AblationView,
    ids: Uint32Array,
    slots: readonly number[],
    signal?: AbortSignal,
    after?: Executor,
  ): Promise<void> {
    this.#bench.runner.writeTable({ sequence: this.#bench.table, from: 0, slots: Uint32Array.from(slots) });
    const size = Math.min(this.#bench.runner.maxRows, STEP_ROWS);
    for (let begin = 0; begin < ids.length; begin += size) {
      if (signal?.aborted) throw new NucleusError('cancelled', 'cancelled during the ablation');
      const rows = Array.from(ids.subarray(begin, begin + size), (id, i) => ({
        id,
        position: begin + i,
        slot: defined(slots[begin + i], 'slot'),
        sequence: this.#bench.table,
      }));
      probe.run(rows);
      if (after) probe.submit(after, rows.length);
      await this.#bench.base.gpu.device.queue.onSubmittedWorkDone();
    }
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#view.close();
  }
}
