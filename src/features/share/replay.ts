// Draws a shared run again on the model that is here, from the same ids, settings and seeds, and finds the first token that differs.
import type { Client } from '../../client/client.ts';
import { NucleusError } from '../../lib/error.ts';
import type { FinishReason, TokenEvent } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { textToContinue } from '../../stores/document/sequence.ts';
import { negativePromptIds, type Vocabulary } from '../../stores/run/negative.ts';
import type { SharedToken } from './sharedRun.ts';

/** Neighbours that one run draws: same settings, same seed. */
export interface ReplayBlock {
  readonly from: number;
  readonly count: number;
  readonly settings: GenerationSettings;
  readonly seed: number;
}

/** A token with its probabilities; null where it was not written. */
export interface ComparedToken {
  readonly id: number;
  readonly before: number | null;
  readonly after: number | null;
}

export interface FirstDifference {
  readonly position: number;
  readonly expected: ComparedToken;
  readonly got: ComparedToken;
  /** The random number here, and the one that was written. */
  readonly u: number;
  readonly expectedU: number;
}

export interface ReplayOutcome {
  /** Tokens that came out alike. */
  readonly agreed: number;
  /** Drawn tokens that can be drawn again. */
  readonly total: number;
  readonly difference: FirstDifference | null;
  /** The largest difference of a log-probability among those that agree; null where none was written. */
  readonly worst: number | null;
  /** The context was full before the end. */
  readonly ended: FinishReason | null;
}

/** Draws that can be made again. Those whose text before them has changed cannot. */
export function replayBlocks(tokens: readonly SharedToken[]): ReplayBlock[] {
  const blocks: { from: number; count: number; settings: GenerationSettings; seed: number }[] = [];
  tokens.forEach(({ draw }, i) => {
    if (draw === undefined || draw.outdated || i === 0) return;
    const last = blocks.at(-1);
    const joins =
      last !== undefined && last.from + last.count === i && last.settings === draw.settings && last.seed === draw.seed;
    if (joins) last.count += 1;
    else blocks.push({ from: i, count: 1, settings: draw.settings, seed: draw.seed });
  });
  return blocks;
}

/** Settings that draw the same ids and end for no reason of the text: what a run left out was never written. */
function replaySettings(settings: GenerationSettings, count: number): GenerationSettings {
  const end_of_text = settings.end_of_text === 'never' ? 'never' : 'continue';
  return { ...settings, max_new_tokens: count, stop: [], end_of_text };
}

/** One replay; `work` may be interrupted and called again, and goes on behind the tokens that agreed. */
export class Replay {
  readonly #client: Client;
  readonly #vocabulary: Vocabulary | null;
  readonly #tokens: readonly SharedToken[];
  readonly #blocks: readonly ReplayBlock[];
  #outcome: ReplayOutcome;

  /** @param vocabulary of the loaded model; null where there is none, which the run then says. */
  constructor(client: Client, tokens: readonly SharedToken[], vocabulary: Vocabulary | null) {
    this.#client = client;
    this.#vocabulary = vocabulary;
    this.#tokens = tokens;
    this.#blocks = replayBlocks(tokens);
    const total = this.#blocks.reduce((sum, block) => sum + block.count, 0);
    this.#outcome = { agreed: 0, total, difference: null, worst: null, ended: null };
  }

  get outcome(): ReplayOutcome {
    return this.#outcome;
  }

  async work(signal: AbortSignal, progress: (done: number) => void): Promise<void> {
    let before = 0;
    for (const block of this.#blocks) {
      const done = Math.min(block.count, Math.max(0, this.#outcome.agreed - before));
      before += block.count;
      if (done < block.count) await this.#draw(block, done, signal, progress);
      if (this.#outcome.difference !== null || this.#outcome.ended !== null) return;
    }
  }

  async #draw(block: ReplayBlock, done: number, signal: AbortSignal, progress: (done: number) => void): Promise<void> {
    const from = block.from + done;
    const head = this.#tokens.slice(0, from);
    const negative = this.#vocabulary && negativePromptIds(block.settings, this.#vocabulary, head);
    const events = this.#client.run(
      {
        type: 'generate',
        ...textToContinue(head, block.settings, negative),
        settings: replaySettings(block.settings, block.count - done),
        seed: block.seed,
      },
      signal,
    );
    for await (const event of events) {
      if (event.type === 'token') {
        this.#compare(event);
        if (this.#outcome.difference !== null) return;
        progress(this.#outcome.agreed);
      } else if (event.type === 'finished' && event.reason !== 'length' && event.reason !== 'cancelled') {
        this.#outcome = { ...this.#outcome, ended: event.reason };
      }
    }
    // A run that was cancelled ends like any other; the scheduler must hear that the work is not done.
    if (signal.aborted) throw new NucleusError('cancelled', 'the replay was interrupted');
  }

  #compare(event: TokenEvent): void {
    const expected = this.#tokens[event.position];
    if (expected === undefined) return;
    const logprob = event.logit - event.logZ;
    if (expected.id === event.id) {
      const apart = expected.logprob === null ? null : Math.abs(expected.logprob - logprob);
      const worst = apart === null ? this.#outcome.worst : Math.max(apart, this.#outcome.worst ?? 0);
      this.#outcome = { ...this.#outcome, agreed: this.#outcome.agreed + 1, worst };
      return;
    }
    const difference: FirstDifference = {
      position: event.position,
      expected: {
        id: expected.id,
        before: expected.logprob === null ? null : Math.exp(expected.logprob),
        after: expected.draw?.pAfter ?? null,
      },
      got: { id: event.id, before: Math.exp(logprob), after: event.pAfter },
      u: event.u,
      expectedU: expected.draw?.u ?? Number.NaN,
    };
    this.#outcome = { ...this.#outcome, difference };
  }
}
