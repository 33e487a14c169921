// Several continuations of one text: its states are computed once, then all of them step together, each with draws of its own. The ids are those of as many
// runs of `generate`, each with its own seed, sample, temperature and top-p.
import type { BatchSteps } from '../gpu/batch-runner.ts';
import { assert } from '../lib/assert.ts';
import { asNucleusError, NucleusError } from '../lib/error.ts';
import { type AnswerDraw, MOST_ANSWERS, settingsOfAnswer } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { History, Mask } from '../sampling/past.ts';
import { validateSettings } from '../sampling/settings.ts';
import { maskAfter } from './decode/constrained.ts';
import { Decoder } from './decode/decoder.ts';
import { Drawing } from './decode/drawing.ts';
import type { Prediction } from './decode/prediction.ts';
import { Together } from './decode/together.ts';
import { type Drawn, Growing, type GrowingInput, type Vocabulary } from './growing.ts';
import type { Session } from './session.ts';

export interface AnswersInput extends Omit<GrowingInput, 'pastEnd'> {
  readonly run: number;
  /** Of each answer. */
  readonly draws: readonly AnswerDraw[];
}

/** What answers are made with. `batch` is null where a running state allows one text at a time. */
export interface AnswersWith {
  readonly session: Session;
  readonly batch: BatchSteps | null;
  readonly vocabulary: Vocabulary;
}

/** Of every answer the tokens that may begin a stop string. */
export type HeldAnswers = Drawn[][];

/**
 * Events of a run: `prefilled`, an `answer_token` each, an `answer_ended` for each answer. A cancel ends all that have not ended, with the reason
 * `cancelled`. Where there is no room for all, some wait until others have ended; models with running states have one after the other. Throws as
 * `generate`; tokens drawn by then are in events or in `held`.
 */
export async function* answers(
  use: AnswersWith,
  input: AnswersInput,
  signal: AbortSignal,
  held: HeldAnswers = [],
): AsyncGenerator<EngineEvent> {
  const { run, draws, settings } = input;
  for (const draw of draws) validateSettings(settingsOfAnswer(settings, draw));
  assert(draws.length >= 1 && draws.length <= MOST_ANSWERS, 'a number of answers');
  const begin = performance.now();
  const all = draws.map((by, number) => new Answer(use, input, number, by, held));
  try {
    const counts = await use.session.prefill(input.tokens, signal);
    yield { type: 'prefilled', run, ...counts, ms: performance.now() - begin };
    using steps = await Steps.open(use, all);
    while (steps.left) {
      for (const answer of all) await answer.constrain();
      for (const ended of steps.look(signal.aborted)) yield* ended.leave();
      for (const [answer, prediction] of await steps.next(signal)) yield* answer.take(prediction, begin);
    }
  } catch (error) {
    if (asNucleusError(error).code !== 'cancelled') throw error;
    for (const answer of all) if (answer.growing.end === null) yield* answer.cancelled();
  }
}

class Answer {
  readonly #number: number;
  readonly growing: Growing;
  drawing: Drawing;
  readonly #run: number;
  readonly #redraw: () => Drawing;

  constructor(
    { session, vocabulary }: AnswersWith,
    input: AnswersInput,
    number: number,
    by: AnswerDraw,
    held: HeldAnswers,
  ) {
    const own: Drawn[] = [];
    held[number] = own;
    const { eosIds } = vocabulary;
    const { negative } = input;
    const { seed, sample } = by;
    const settings = settingsOfAnswer(input.settings, by);
    this.#number = number;
    this.#run = input.run;
    this.growing = new Growing(vocabulary, { ...input, settings }, seed, own);
    const mask = (text: History): Promise<Mask> => maskAfter(vocabulary, settings.constraint, text);
    this.#redraw = () =>
      new Drawing({ settings, negative, seed, sample, eosIds, maskAfter: mask }, session.dims.vocab_size);
    this.drawing = this.#redraw();
  }

  /** What it told the GPU of its text is not there any more. */
  waits(): void {
    this.drawing = this.#redraw();
  }

  /** A decoder for it alone, which tells the GPU of its text anew. */
  alone(session: Session): Decoder {
    return new Decoder(session, this.#redraw());
  }

  /** Ends it where its constraint lets nothing follow. Rejects as `Drawing.constrain`. */
  async constrain(): Promise<void> {
    await this.drawing.constrain(this.growing);
  }

  take(prediction: Prediction, begin: number): EngineEvent[] {
    const { text } = this.growing;
    const sure = this.growing.take(prediction, this.drawing.u(text.length), performance.now() - begin);
    return sure.map(token => this.#token(token));
  }

  cancelled(): EngineEvent[] {
    this.growing.finish('cancelled');
    return this.leave();
  }

  /** The last events of an answer that has ended. */
  leave(): EngineEvent[] {
    const { held, end, generated } = this.growing;
    const tokens = held.splice(0).map(token => this.#token(token));
    const { reason = 'cancelled', stop = '', piece = new Uint8Array() } = end ?? {};
    return [...tokens, { type: 'answer_ended', run: this.#run, answer: this.#number, reason, stop, piece, generated }];
  }

  #token(token: Drawn): EngineEvent {
    return { type: 'answer_token', run: this.#run, answer: this.#number, ...token };
  }
}

/** Which answers step now and which wait, and their steps. */
class Steps implements Disposable {
  readonly #session: Session;
  readonly #together: Together | null;
  /** Lanes of those that step. */
  readonly #lanes = new Map<Answer, number>();
  readonly #waiting: Answer[];
  #width: number;
  /** Of the last one, or of one at a time. */
  #alone: { readonly answer: Answer; readonly decoder: Decoder } | null = null;

  private constructor(session: Session, together: Together | null, all: readonly Answer[]) {
    this.#session = session;
    this.#together = together;
    this.#waiting = [...all];
    this.#width = together?.width ?? 1;
  }

  static async open({ session, batch }: AnswersWith, all: readonly Answer[]): Promise<Steps> {
    const [first] = all;
    // Guidance has a text of its own beside each.
    const guided = first !== undefined && first.drawing.negativeOf(first.growing.text) !== null;
    const able = batch !== null && first !== undefined && all.length > 1 && !guided;
    return new Steps(session, able ? await Together.open(session, batch, first.drawing) : null, all);
  }

  get left(): boolean {
    return this.#lanes.size + this.#waiting.length > 0;
  }

  /** Fills the lanes with those that wait; gives those that have ended, or can have no token more. */
  look(cancelled: boolean): Answer[] {
    const ended: Answer[] = [];
    const settle = (answer: Answer): boolean => {
      answer.growing.look(this.#session.allowed, cancelled);
      if (answer.growing.end !== null) ended.push(answer);
      return answer.growing.end !== null;
    };
    for (const answer of [...this.#lanes.keys()]) if (settle(answer)) this.#leave(answer);
    while (this.#waiting.length > 0 && (cancelled || this.#lanes.size < this.#width)) {
      const answer = this.#waiting.shift();
      if (answer && !settle(answer)) this.#lanes.set(answer, this.#freeLane());
    }
    return ended;
  }

  /** A token for each of those that step. Throws as `Decoder.next`. */
  async next(signal: AbortSignal): Promise<[Answer, Prediction][]> {
    const stepping = [...this.#lanes.keys()];
    const [only] = stepping;
    try {
      if (only === undefined) return [];
      if (this.#together === null || (stepping.length === 1 && this.#waiting.length === 0))
        return [[only, await this.#decoderOf(only).next(only.growing.text, this.#place(only), signal)]];
      const lanes = stepping.map(answer => ({
        number: this.#lanes.get(answer) ?? 0,
        history: answer.growing.text,
        drawing: answer.drawing,
        last: this.#place(answer).last,
      }));
      const predictions = await this.#together.next(lanes, signal);
      return this.#taken(stepping, predictions);
    } catch (error) {
      // Too long all of a sudden: memory gave out, and what is there is the context now.
      const tooLong = asNucleusError(error).code === 'prompt_too_long';
      if (!tooLong || stepping.every(({ growing }) => growing.text.length < this.#session.allowed)) throw error;
      return [];
    }
  }

  [Symbol.dispose](): void {
    this.#endAlone();
    this.#together?.[Symbol.dispose]();
  }

  #taken(stepping: readonly Answer[], predictions: readonly (Prediction | null)[]): [Answer, Prediction][] {
    const taken: [Answer, Prediction][] = [];
    for (const [i, answer] of stepping.entries()) {
      const prediction = predictions[i] ?? null;
      if (prediction) taken.push([answer, prediction]);
      else {
        answer.waits();
        this.#lanes.delete(answer);
        this.#waiting.push(answer);
      }
    }
    if (taken.length === 0) throw new NucleusError('out_of_memory', 'no room for a step of any answer');
    // As many as there is room for, from here on.
    this.#width = Math.min(this.#width, Math.max(1, this.#lanes.size));
    return taken;
  }

  #place({ growing }: Answer): { readonly noEnd: boolean; readonly last: boolean } {
    return growing.place(this.#session.allowed);
  }

  #decoderOf(answer: Answer): Decoder {
    if (this.#alone?.answer === answer) return this.#alone.decoder;
    this.#endAlone();
    this.#together?.drop();
    const decoder = answer.alone(this.#session);
    this.#alone = { answer, decoder };
    return decoder;
  }

  #leave(answer: Answer): void {
    this.#lanes.delete(answer);
    if (this.#alone?.answer === answer) this.#endAlone();
  }

  #endAlone(): void {
    this.#alone?.decoder[Symbol.dispose]();
    this.#alone = null;
  }

  #freeLane(): number {
    const taken = new Set(this.#lanes.values());
    let lane = 0;
    while (taken.has(lane)) lane++;
    return lane;
  }
}
