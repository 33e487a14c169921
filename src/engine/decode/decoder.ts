// Token after token of a run. Where the GPU can draw, the next step is queued before the last draw has come back, and begins with the id that the GPU drew;
// every draw is proven, and where it turns out another one the queued step is dropped. Where it cannot, the whole row comes back for every token.

import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { uniform } from '../../lib/rng.ts';
import type { History } from '../../sampling/adjust.ts';
import { sample } from '../../sampling/pipeline.ts';
import { type RankedRow, rankRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { Session } from '../session.ts';
import { decide, drawsOnGpu, settingFor } from './decide.ts';
import { type Prediction, predictionOf } from './prediction.ts';
import type { QueuedDraw } from './queued-draw.ts';

/** What the tokens of a run are drawn by. */
interface Drawing {
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** End-of-text ids. */
  readonly eosIds: readonly number[];
}

/** Tokens taken from their rows before the next draw on the GPU, at most. */
const MOST_RESTING = 15;

/** Where a token is drawn. */
interface Place {
  /** It may not be an end-of-text token, whatever the settings say. */
  readonly noEnd: boolean;
  /** No token follows, as far as is known. */
  readonly last: boolean;
}

export class Decoder implements Disposable {
  readonly #session: Session;
  readonly #drawing: Drawing;
  readonly #onGpu: boolean;
  #queued: QueuedDraw | null = null;
  /**
   * Draws in a row that their records did not prove, and tokens that are taken from their rows for it: the more often the former, the more of the latter,
   * since a record that proves nothing is in vain.
   */
  #unproven = 0;
  #resting = 0;

  constructor(session: Session, drawing: Drawing) {
    this.#session = session;
    this.#drawing = drawing;
    this.#onGpu = session.draws && drawsOnGpu(drawing.settings);
  }

  /**
   * Draws the token after `history`, which is that of the last call and what it drew. Throws as `Session.next`, and `nan_logits`.
   */
  async next(history: History, { noEnd, last }: Place, signal: AbortSignal): Promise<Prediction> {
    const { ids } = history;
    if (!this.#onGpu || noEnd || this.#resting-- > 0) return this.#fromRow(history, noEnd, signal);
    const setting = this.#settingAt(ids.length);
    const queued = this.#queued ?? (await this.#session.draw(ids, setting, signal));
    const wanted = !last && this.#unproven === 0;
    const behind = wanted ? this.#session.drawBehind(queued, this.#settingAt(ids.length + 1)) : null;
    this.#queued = behind;
    const record = await queued.read();
    const proven = decide(record, setting, this.#session.dims.vocab_size);
    this.#unproven = proven === null ? this.#unproven + 1 : 0;
    this.#resting = proven === null ? Math.min(2 ** (this.#unproven - 1) - 1, MOST_RESTING) : 0;
    const prediction = proven ?? (await this.#fromRow(history, noEnd, signal));
    if (behind && record.guess === prediction.id) behind.follows(prediction.id);
    else this.#drop();
    return prediction;
  }

  /** A step that is queued was in vain: it leaves no trace. */
  [Symbol.dispose](): void {
    this.#drop();
  }

  #drop(): void {
    this.#queued?.drop();
    this.#queued = null;
  }

  #settingAt(position: number) {
    const { settings, seed } = this.#drawing;
    return settingFor(settings, uniform(seed, position, 0));
  }

  /** The row comes back whole, and `sampling/` draws. */
  async #fromRow(history: History, noEnd: boolean, signal: AbortSignal): Promise<Prediction> {
    const { settings, seed, eosIds } = this.#drawing;
    const position = history.ids.length;
    const row = soundRow(await this.#session.next(history.ids, signal), position);
    const cutIds = noEnd || settings.end_of_text === 'never' ? eosIds : [];
    return predictionOf(row, sample(row, settings, history, cutIds), uniform(seed, position, 0));
  }
}

/** The row that predicts the token at `position`. Throws `nan_logits` with the position. */
function soundRow(logits: Float32Array, position: number): RankedRow {
  try {
    return rankRow(logits);
  } catch (error) {
    const { code, message, detail } = asNucleusError(error);
    throw new NucleusError(code, message, { ...detail, position });
  }
}
