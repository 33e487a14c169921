// Ablation: the model with parts switched off, on the whole text, beside the session.
import { SCORE_ROWS } from '../../gpu/runner.ts';
import { assertSoundRows } from '../../gpu/statistics.ts';
import { defined } from '../../lib/assert.ts';
import type { Part } from '../../model/rewrites/ablation.ts';
import type { Baseline } from '../../protocol/probe-commands.ts';
import { assertSoundRow } from '../../sampling/row.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { type AblationView, needBaselines, openAblation, switchOff, throughSteps } from './ablation-view.ts';
import { type ProbeContext, View } from './context.ts';
import { type Swept, sweep } from './sweep.ts';

export interface Ablated {
  /** Logits [V] at the last position. */
  readonly logits: Float32Array<ArrayBuffer>;
  /** Log-probabilities of `ids[from ...]` under the ablation. */
  readonly logprobs: readonly number[];
}

export class Ablation {
  readonly #context: ProbeContext;
  readonly #view: View<AblationView>;

  constructor(context: ProbeContext) {
    this.#context = context;
    this.#view = new View(() => openAblation(context));
  }

  /**
   * The model with `off` switched off, on all of `ids`: each part gives zero, or its mean over the positions of this text. Throws as
   * Session.prefill, `out_of_memory` and `nan_logits`.
   */
  async run(
    ids: Uint32Array,
    off: readonly Part[],
    baseline: Baseline,
    from: number,
    signal?: AbortSignal,
  ): Promise<Ablated> {
    const context = this.#context;
    context.session.check(ids);
    const view = await this.#view.get();
    const scratch = await context.room.scratch(ids.length);
    try {
      await needBaselines(context, view, ids, scratch.slots, baseline, signal);
      switchOff(context, view, off);
      await throughSteps(context, view, ids, scratch.slots, signal);
      const logits = await context.runner.logits(defined(scratch.slots[ids.length - 1], 'slot'));
      assertSoundRow(logits);
      const logprobs: number[] = [];
      for (let begin = Math.max(1, from); begin < ids.length; begin += SCORE_ROWS) {
        throwIfCancelled(signal, 'the ablation');
        const rows = Array.from({ length: Math.min(SCORE_ROWS, ids.length - begin) }, (_, i) => ({
          slot: defined(scratch.slots[begin + i - 1], 'slot'),
          id: defined(ids[begin + i], 'id'),
        }));
        const scores = await context.runner.score(rows);
        assertSoundRows(scores, begin);
        for (const { logit, logZ } of scores) logprobs.push(logit - logZ);
      }
      return { logits, logprobs };
    } finally {
      scratch.release();
    }
  }

  /** Each of `parts` switched off alone; see `sweep`. */
  async *sweep(
    ids: Uint32Array,
    id: number,
    parts: readonly Part[],
    baseline: Baseline,
    signal?: AbortSignal,
  ): AsyncGenerator<Swept> {
    yield* sweep(this.#context, await this.#view.get(), ids, id, parts, baseline, signal);
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#view.close();
  }
}
