// Token after token of a run. Where the GPU can draw, the next step is queued before the last draw has come back, and begins with the id that the GPU drew;
// every draw is proven, and where it turns out another one the queued step is dropped. Where it cannot, the whole row comes back for every token.

import type { DrawRecord, DrawSetting } from '../../gpu/draw-record.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { uniform } from '../../lib/rng.ts';
import { adjustLogits } from '../../sampling/adjust.ts';
import { negativeText } from '../../sampling/guidance.ts';
import { type History, withNegative } from '../../sampling/past.ts';
import { sample } from '../../sampling/pipeline.ts';
import { type RankedRow, rankRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { guidanceScale } from '../../sampling/steps/guidance_scale.ts';
import { isOff, logitStepsOf, STEPS, type StepName } from '../../sampling/steps.ts';
import type { Session } from '../session.ts';
import { decide, drawsOnGpu, settingFor } from './decide.ts';
import { type Prediction, predictionOf } from './prediction.ts';
import type { QueuedDraw } from './queued-draw.ts';
import { TouchedIds } from './touched.ts';

/** Where the time of a token goes: to steps written down and submitted, to the wait for the GPU, to the draw and its proof. */
export type DecodePart = 'encode' | 'wait' | 'draw';

/** What the tokens of a run are drawn by. */
interface Drawing {
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** End-of-text ids. */
  readonly eosIds: readonly number[];
  /** Ids of the negative prompt, where there is guidance. */
  readonly negative?: Uint32Array | undefined;
  /** Told at the end of each part of a token, where anyone measures. */
  readonly lap?: (part: DecodePart) => void;
}

/** Tokens taken from their rows before the next draw on the GPU, at most. */
const MOST_RESTING = 15;

const LOGIT_STEPS = logitStepsOf<StepName>(STEPS);

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
  /** Ids that may never be drawn. */
  readonly #ends: readonly number[];
  readonly #touched: TouchedIds;
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
    this.#onGpu = drawsOnGpu(drawing.settings);
    this.#ends = drawing.settings.end_of_text === 'never' ? drawing.eosIds : [];
    this.#touched = new TouchedIds(drawing.settings, this.#ends, session.dims.vocab_size);
  }

  /**
   * Draws the token after `history`, which is that of the last call and what it drew. Throws as `Session.next`, and `nan_logits`.
   */
  async next(history: History, { noEnd, last }: Place, signal: AbortSignal): Promise<Prediction> {
    const { ids } = history;
    if (!this.#onGpu || noEnd || this.#resting-- > 0) return this.#fromRow(history, noEnd, signal);
    if (!(await this.#session.canDraw())) return this.#fromRow(history, noEnd, signal);
    this.#count(history);
    if (this.#touched.tooMany) return this.#fromRow(history, noEnd, signal);
    const setting = this.#settingAt(ids.length, false);
    const queued = this.#queued ?? (await this.#session.draw(ids, setting, signal));
    const wanted = !last && this.#unproven === 0;
    const behind = wanted ? this.#session.drawBehind(queued, this.#settingAt(ids.length + 1, true)) : null;
    this.#queued = behind;
    this.#drawing.lap?.('encode');
    const record = await queued.read();
    this.#drawing.lap?.('wait');
    const proven = this.#decide(record, setting, history);
    this.#drawing.lap?.('draw');
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

  /** Tells the GPU of the text what bans, biases and penalties ask of it; before a step that draws. */
  #count(history: History): void {
    const write = this.#touched.count(history);
    if (write && !this.#touched.tooMany) this.#session.writeTouched(write);
  }

  #settingAt(position: number, follows: boolean): DrawSetting {
    const { settings, seed } = this.#drawing;
    return settingFor(settings, uniform(seed, position, 0), this.#touched.change(follows));
  }

  #decide(record: DrawRecord, setting: DrawSetting, history: History): Prediction | null {
    const { settings } = this.#drawing;
    return decide(record, setting, this.#session.dims.vocab_size, logitOf =>
      adjustLogits(logitOf, LOGIT_STEPS, settings, history, this.#ends),
    );
  }

  /** The row comes back whole, and `sampling/` draws. */
  async #fromRow(history: History, noEnd: boolean, signal: AbortSignal): Promise<Prediction> {
    const { settings, seed, eosIds, lap } = this.#drawing;
    const position = history.ids.length;
    const logits = await this.#session.next(history.ids, signal);
    const guided = await this.#guided(history, signal);
    lap?.('wait');
    const row = soundRow(logits, position);
    const cutIds = noEnd ? eosIds : this.#ends;
    const prediction = predictionOf(row, sample(row, settings, guided, cutIds), uniform(seed, position, 0));
    lap?.('draw');
    return prediction;
  }

  /** With the row after the negative text, where there is guidance: a sequence of its own, which the cache keeps beside the real one. */
  async #guided(history: History, signal: AbortSignal): Promise<History> {
    const { settings, negative: prompt } = this.#drawing;
    if (prompt === undefined || isOff(guidanceScale, settings)) return history;
    const text = negativeText(prompt, history);
    const { logits } = soundRow(await this.#session.next(text, signal), history.ids.length);
    return withNegative(history, logits);
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
