// Token after token of a run. Where the GPU can draw, the next step is queued before the last draw has come back, and begins with the id that the GPU drew;
// every draw is proven, and where it turns out another one the queued step is dropped. Where it cannot, the whole row comes back for every token.

import type { History } from '../../sampling/past.ts';
import type { Session } from '../session.ts';
import { drawsOnGpu } from './decide.ts';
import type { Drawing } from './drawing.ts';
import type { Prediction } from './prediction.ts';
import { goesOn, type QueuedDraw } from './queued-draw.ts';
import { Resting } from './resting.ts';

/** Where the time of a token goes: to steps written down and submitted, to the wait for the GPU, to the draw and its proof. */
export type DecodePart = 'encode' | 'wait' | 'draw';

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
  readonly #lap: ((part: DecodePart) => void) | undefined;
  #queued: QueuedDraw | null = null;
  readonly #resting = new Resting(1);

  /** `lap` is told at the end of each part of a token, where anyone measures. */
  constructor(session: Session, drawing: Drawing, lap?: (part: DecodePart) => void) {
    this.#session = session;
    this.#drawing = drawing;
    this.#lap = lap;
    this.#onGpu = drawsOnGpu(drawing.settings);
  }

  /**
   * Draws the token after `history`, which is that of the last call and what it drew. Throws as `Session.next`, and `nan_logits`.
   */
  async next(history: History, { noEnd, last }: Place, signal: AbortSignal): Promise<Prediction> {
    const { ids } = history;
    if (!(await this.#drawsNext(history, noEnd))) {
      this.#drop();
      return this.#fromRow(history, noEnd, signal);
    }
    const setting = this.#drawing.settingAt(ids.length, false);
    const queued = this.#queued ?? (await this.#session.draw(ids, setting, signal));
    const wanted = !last && this.#resting.sure;
    const behind = wanted ? this.#session.drawBehind(queued, this.#drawing.settingAt(ids.length + 1, true)) : null;
    this.#queued = behind;
    this.#lap?.('encode');
    const record = await queued.read();
    this.#lap?.('wait');
    const proven = this.#drawing.proven(record, setting, history);
    this.#lap?.('draw');
    this.#resting.drawn(proven !== null);
    const prediction = proven ?? (await this.#fromRow(history, noEnd, signal));
    if (behind && !goesOn([{ queued: behind, guess: record.guess, id: prediction.id }])) this.#queued = null;
    return prediction;
  }

  /** Whether the GPU draws the token after `history`; tells it of the text then. */
  async #drawsNext(history: History, noEnd: boolean): Promise<boolean> {
    if (!this.#onGpu || noEnd || this.#resting.rests() || !(await this.#session.canDraw())) return false;
    this.#count(history);
    return !this.#drawing.touched.tooMany;
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
    const { touched } = this.#drawing;
    const write = touched.count(history);
    if (write && !touched.tooMany) this.#session.writeTouched(write);
  }

  /** The row comes back whole, and `sampling/` draws; where there is guidance, beside that after the negative text, which is a sequence of its own in the cache. */
  async #fromRow(history: History, noEnd: boolean, signal: AbortSignal): Promise<Prediction> {
    const row = await this.#session.next(history.ids, signal);
    const negative = this.#drawing.negativeOf(history);
    const beside = {
      negative: negative && (await this.#session.next(negative, signal)),
      mask: await this.#drawing.maskAfter(history),
    };
    this.#lap?.('wait');
    const prediction = this.#drawing.fromRow(row, history, noEnd, beside);
    this.#lap?.('draw');
    return prediction;
  }
}
