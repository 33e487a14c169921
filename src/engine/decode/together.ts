// The next token of several texts in one step: one pass over the weights, a draw a text. As in a single decode, the next step is queued before the draws of
// the last one have come back.
import { BATCH_ROWS, type BatchSteps } from '../../gpu/batch-runner.ts';
import { defined } from '../../lib/assert.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { History } from '../../sampling/past.ts';
import type { OpenText, Session } from '../session.ts';
import { drawsOnGpu } from './decide.ts';
import type { Drawing } from './drawing.ts';
import type { Prediction } from './prediction.ts';
import { dropAll, goesOn, type QueuedDraw } from './queued-draw.ts';
import { Resting } from './resting.ts';

/** One of the texts that step together. */
export interface Lane {
  /** From 0 up to BATCH_ROWS, its own as long as the text grows. */
  readonly number: number;
  readonly history: History;
  readonly drawing: Drawing;
  /** No token follows the next one, as far as is known. */
  readonly last: boolean;
}

interface ReadyLane {
  readonly lane: Lane;
  readonly open: OpenText;
}

/** A draw of a step that was submitted. */
interface LaneDraw {
  readonly drawing: Drawing;
  /** Which draw of its step it is. */
  readonly place: number;
  readonly queued: QueuedDraw;
}

interface SteppingLane extends LaneDraw {
  readonly lane: Lane;
}

export class Together implements Disposable {
  /** Texts that can step together. */
  readonly width: number;
  readonly #session: Session;
  readonly #batch: BatchSteps;
  readonly #drawing: boolean;
  /** Steps are proven of which half of the draws were. */
  readonly #resting = new Resting(0);
  /** The step behind the one that was read last. */
  #queued: readonly LaneDraw[] = [];

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

  /** A step that is queued was in vain, and what was reserved for whole rows goes back. */
  [Symbol.dispose](): void {
    this.drop();
    this.#batch.giveBack();
  }

  /** A step that is queued was in vain: it leaves no trace. */
  drop(): void {
    dropAll(this.#queued.map(({ queued }) => queued));
    this.#queued = [];
  }

  /**
   * Draws the token after each text, whose lane is that of the last call and what it drew. Null for texts that have to wait until others have ended.
   * Throws as `Session.prefill`, and `nan_logits`.
   */
  async next(lanes: readonly Lane[], signal: AbortSignal): Promise<(Prediction | null)[]> {
    const drawing = this.#drawing && !this.#resting.rests() && this.#count(lanes);
    const queued = drawing ? this.#takeQueued(lanes) : null;
    if (queued) return this.#drawn(queued, signal);
    this.drop();
    const texts = await this.#session.openTogether(
      lanes.map(({ history }) => history.ids),
      signal,
    );
    const ready = lanes.flatMap((lane, i): ReadyLane[] => {
      const open = texts[i];
      return open ? [{ lane, open }] : [];
    });
    const predictions = drawing ? await this.#drawn(this.#draw(ready), signal) : await this.#fromRows(ready);
    return texts.map(text => (text ? (predictions.shift() ?? null) : null));
  }

  /** Tells the GPU what bans, biases and penalties ask of the texts. False where they ask too much. */
  #count(lanes: readonly Lane[]): boolean {
    for (const { number, drawing, history } of lanes) {
      const write = drawing.touched.count(history);
      if (drawing.touched.tooMany) return false;
      if (write) this.#batch.writeTouched(number, write.from, write.words);
    }
    return true;
  }

  /** The step that is queued, if it has a draw for each of the lanes; those of lanes that have left are dropped. */
  #takeQueued(lanes: readonly Lane[]): SteppingLane[] | null {
    const taken = lanes.flatMap((lane): SteppingLane[] => {
      const draw = this.#queued.find(({ drawing }) => drawing === lane.drawing);
      return draw ? [{ ...draw, lane }] : [];
    });
    if (taken.length < lanes.length) return null;
    const wanted = new Set(lanes.map(({ drawing }) => drawing));
    dropAll(this.#queued.flatMap(({ drawing, queued }) => (wanted.has(drawing) ? [] : [queued])));
    this.#queued = [];
    return taken;
  }

  #draw(ready: readonly ReadyLane[]): SteppingLane[] {
    const records = this.#batch.draw(
      ready.map(({ lane: { number, history, drawing }, open }) => ({
        ...open,
        lane: number,
        setting: drawing.settingAt(history.ids.length, false),
      })),
    );
    return ready.map(({ lane, open }, place) => {
      const record = defined(records[place], 'a record');
      return {
        lane,
        drawing: lane.drawing,
        place,
        queued: this.#session.queued(open.sequence, lane.history.ids.length, record),
      };
    });
  }

  /** Queues the step behind `step`, whose draws are not known yet; nothing where it has to wait. */
  #drawBehind(step: readonly SteppingLane[]): LaneDraw[] {
    if (!this.#resting.sure || step.some(({ lane }) => lane.last)) return [];
    const rows = this.#session.rowsBehind(step.map(({ queued }) => queued));
    if (rows === null) return [];
    const records = this.#batch.draw(
      step.map(({ lane: { number, history, drawing }, place }, i) => {
        const row = defined(rows[i], 'a row');
        const setting = drawing.settingAt(history.ids.length + 1, true);
        return { row, slot: row.slot, follows: place, lane: number, setting };
      }),
    );
    return step.map(({ drawing, queued: { sequence, length } }, place) => {
      const record = defined(records[place], 'a record');
      return { drawing, place, queued: this.#session.queued(sequence, length + 1, record) };
    });
  }

  async #drawn(step: readonly SteppingLane[], signal: AbortSignal): Promise<Prediction[]> {
    const settings = step.map(({ drawing, lane }) => drawing.settingAt(lane.history.ids.length, false));
    const behind = this.#drawBehind(step);
    this.#queued = behind;
    const records = await Promise.all(step.map(({ queued }) => queued.read()));
    const proven = step.map(({ drawing, lane }, i) =>
      drawing.proven(defined(records[i], 'a record'), defined(settings[i], 'a setting'), lane.history),
    );
    const missing = proven.filter(each => each === null).length;
    this.#resting.drawn(2 * missing <= step.length);
    const out: Prediction[] = [];
    for (const [i, { drawing, lane }] of step.entries()) {
      const { history } = lane;
      out.push(proven[i] ?? drawing.fromRow(await this.#session.next(history.ids, signal), history, false));
    }
    const begun = behind.map(({ queued }, i) => ({
      queued,
      guess: defined(records[i], 'a record').guess,
      id: defined(out[i], 'a token').id,
    }));
    if (!goesOn(begun)) this.#queued = [];
    return out;
  }

  async #fromRows(ready: readonly ReadyLane[]): Promise<Prediction[]> {
    const open = ready.map(each => each.open);
    const rows = await this.#batch.rows(open).catch(error => {
      this.#session.forget(open);
      throw error;
    });
    const predictions: Prediction[] = [];
    for (const [i, { lane }] of ready.entries()) {
      const { drawing, history } = lane;
      const [row, mask] = [rows[i], await drawing.maskAfter(history)];
      if (row) predictions.push(drawing.fromRow(row, history, false, { negative: null, mask }));
    }
    return predictions;
  }
}
