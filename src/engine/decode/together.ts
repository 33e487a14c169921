// The next token of several texts in one step: one pass over the weights, a draw a text.
import { BATCH_ROWS, type BatchSteps } from '../../gpu/batch-runner.ts';
import { readRecord } from '../../gpu/draw-record.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { History } from '../../sampling/past.ts';
import type { OpenText, Session } from '../session.ts';
import { drawsOnGpu } from './decide.ts';
import type { Drawing } from './drawing.ts';
import type { Prediction } from './prediction.ts';
import { Resting } from './resting.ts';

/** One of the texts that step together. */
export interface Lane {
  /** From 0 up to BATCH_ROWS, its own as long as the text grows. */
  readonly number: number;
  readonly history: History;
  readonly drawing: Drawing;
}

interface ReadyLane {
  readonly lane: Lane;
  readonly open: OpenText;
}

export class Together {
  /** Texts that can step together. */
  readonly width: number;
  readonly #session: Session;
  readonly #batch: BatchSteps;
  readonly #drawing: boolean;
  /** Steps are proven of which half of the draws were. */
  readonly #resting = new Resting(0);

  private constructor(session: Session, batch: BatchSteps, drawing: boolean) {
    this.#session = session;
    this.#batch = batch;
    this.#drawing = drawing;
    this.width = Math.min(BATCH_ROWS, session.widest);
  }

  /** Null where there is no memory for it, which a step at a time does without. Throws `kernel_failed` or `device_lost`. */
  static async open(session: Session, batch: BatchSteps, { settings }: Drawing): Promise<Together | null> {
    const drawing = drawsOnGpu(settings) && (await session.canDraw());
    try {
      await batch.prepare(drawing);
    } catch (error) {
      if (asNucleusError(error).code !== 'out_of_memory') throw error;
      return null;
    }
    return new Together(session, batch, drawing);
  }

  /** What it reserved for whole rows. */
  giveBack(): void {
    this.#batch.giveBack();
  }

  /**
   * Draws the token after each text, whose lane is that of the last call and what it drew. Null for texts that have to wait until others have ended.
   * Throws as `Session.prefill`, and `nan_logits`.
   */
  async next(lanes: readonly Lane[], signal: AbortSignal): Promise<(Prediction | null)[]> {
    const texts = await this.#session.openTogether(
      lanes.map(({ history }) => history.ids),
      signal,
    );
    const ready = lanes.flatMap((lane, i): ReadyLane[] => {
      const open = texts[i];
      return open ? [{ lane, open }] : [];
    });
    const whole = !this.#drawing || this.#resting.rests() || !this.#count(ready);
    const predictions = whole ? await this.#fromRows(ready) : await this.#drawn(ready, signal);
    return texts.map(text => (text ? (predictions.shift() ?? null) : null));
  }

  /** Tells the GPU what bans, biases and penalties ask of the texts. False where they ask too much. */
  #count(ready: readonly ReadyLane[]): boolean {
    for (const { lane } of ready) {
      const { touched } = lane.drawing;
      const write = touched.count(lane.history);
      if (touched.tooMany) return false;
      if (write) this.#batch.writeTouched(lane.number, write.from, write.words);
    }
    return true;
  }

  async #drawn(ready: readonly ReadyLane[], signal: AbortSignal): Promise<Prediction[]> {
    const draws = ready.map(({ lane: { number, history, drawing }, open }) => ({
      ...open,
      lane: number,
      setting: drawing.settingAt(history.ids.length, false),
    }));
    const records = await this.#step(ready, () => this.#batch.draw(draws));
    const proven = ready.map(({ lane: { drawing, history } }, i) => {
      const [record, draw] = [records[i], draws[i]];
      return record && draw ? drawing.proven(readRecord(record), draw.setting, history) : null;
    });
    const missing = proven.filter(each => each === null).length;
    this.#resting.drawn(2 * missing <= ready.length);
    const out: Prediction[] = [];
    for (const [i, { lane }] of ready.entries()) {
      const { history, drawing } = lane;
      out.push(proven[i] ?? drawing.fromRow(await this.#session.next(history.ids, signal), history, false));
    }
    return out;
  }

  async #fromRows(ready: readonly ReadyLane[]): Promise<Prediction[]> {
    const rows = await this.#step(ready, () => this.#batch.rows(ready.map(({ open }) => open)));
    const predictions: Prediction[] = [];
    for (const [i, { lane }] of ready.entries()) {
      const { drawing, history } = lane;
      const [row, mask] = [rows[i], await drawing.maskAfter(history)];
      if (row) predictions.push(drawing.fromRow(row, history, false, { negative: null, mask }));
    }
    return predictions;
  }

  async #step<T>(ready: readonly ReadyLane[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#session.forget(ready.map(({ open }) => open));
      throw error;
    }
  }
}
