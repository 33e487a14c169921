// A text that goes on at a server, drawn here: the server streams its likeliest tokens with their candidates, and the page draws from these with its own settings and seed. As long
// as both are the same token the stream goes on; where the page draws another one, a new request goes on from there.
import { NucleusError } from '../lib/error.ts';
import { uniform } from '../lib/rng.ts';
import type { TextToContinue } from '../protocol/commands.ts';
import type { FinishedEvent, TokenEvent } from '../protocol/events.ts';
import { draw } from '../sampling/draw.ts';
import { GrowingText } from '../sampling/growing-text.ts';
import { sample } from '../sampling/pipeline.ts';
import { rankRow, rowStatistics } from '../sampling/row.ts';
import { validateSettings } from '../sampling/settings.ts';
import { StopMatcher } from '../tokenizer/stop.ts';
import { type Connection, notGiven, type Place } from './connection.ts';
import { leastEntropy, rowOf } from './rows.ts';

export interface Continuation extends TextToContinue {
  readonly seed: number;
  readonly sample: number;
  readonly pastEnd: boolean;
  /** Tokens that a text may have. */
  readonly allowed: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

type Drawn = Omit<TokenEvent, 'type' | 'run'>;
type Finished = Omit<FinishedEvent, 'type' | 'run'>;

/** Tokens that one request may bring: what a server computes in vain, should a stop not reach it, is bounded by it. */
const AHEAD = 64;
/** Candidates that go with a token. */
const SHOWN = 25;

/** Tokens as they are sure to stay, then how it ended. Those that came before an error have been given. */
export async function* continued(
  connection: Connection,
  input: Continuation,
  signal: AbortSignal,
): AsyncGenerator<Drawn, Finished> {
  validateSettings(input.settings);
  if (input.negative !== undefined) throw notGiven('guidance');
  if (input.settings.constraint.kind !== 'none') throw notGiven('mask');
  const begin = input.now();
  const text = new DrawnText(connection, input);
  const source = new Source(connection, signal);
  let firstMs = 0;
  try {
    while (text.end === null) {
      text.look();
      if (text.end !== null) break;
      const place = await source.next(text.growing.ids, Math.min(AHEAD, text.left));
      firstMs ||= input.now() - begin;
      if (place === null) {
        // The server ended the text and shows no token that did.
        text.finish('end_of_text');
        break;
      }
      const drawn = text.take(place, input.now() - begin);
      source.drew(drawn.id);
      yield* drawn.sure;
    }
  } catch (thrown) {
    yield* text.held.splice(0);
    if (!(thrown instanceof NucleusError) || thrown.code !== 'cancelled') throw thrown;
    text.finish('cancelled');
  } finally {
    await source.close();
  }
  yield* text.held.splice(0);
  const { reason, stop, piece } = text.end ?? { reason: 'cancelled', stop: '', piece: new Uint8Array() };
  const prefillMs = firstMs;
  return { reason, stop, piece, generated: text.generated, prefillMs, decodeMs: input.now() - begin - prefillMs };
}

/** Places one after the other, from as few requests as the draws allow. */
class Source {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  #stream: AsyncGenerator<Place> | null = null;
  #abort = new AbortController();
  /** What the server itself wrote at the last place. */
  #written = -1;
  readonly #stop = (): void => this.#abort.abort();

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** Null where the server says that the text ends there. */
  async next(ids: Uint32Array, ahead: number): Promise<Place | null> {
    const going = await this.#stream?.next();
    if (going !== undefined && !going.done) return this.#at(going.value);
    await this.close();
    this.#abort = new AbortController();
    this.#signal.addEventListener('abort', this.#stop);
    if (this.#signal.aborted) throw new NucleusError('cancelled', 'cancelled');
    const { signal } = this.#abort;
    this.#stream = this.#connection.complete(await this.#connection.prompt(ids, signal), ahead, signal);
    const first = await this.#stream.next();
    return first.done ? null : this.#at(first.value);
  }

  /** The page drew this token: another one than the server's ends the stream. */
  drew(id: number): void {
    if (id === this.#written) return;
    const stream = this.#stream;
    this.#stream = null;
    this.#abort.abort();
    void stream?.return(undefined).catch(() => {});
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop);
    const stream = this.#stream;
    this.#stream = null;
    this.#abort.abort();
    await stream?.return(undefined).catch(() => {});
  }

  #at(place: Place): Place {
    const { vocabulary } = this.#connection;
    this.#written = vocabulary.idOf(place.said.token.piece);
    if (place.ends) vocabulary.end(this.#written);
    return place;
  }
}

class DrawnText {
  readonly growing: GrowingText;
  generated = 0;
  end: Pick<FinishedEvent, 'reason' | 'stop' | 'piece'> | null = null;
  /** Tokens that may begin a stop string. */
  readonly held: Drawn[] = [];
  readonly #connection: Connection;
  readonly #input: Continuation;
  readonly #stops: StopMatcher;

  constructor(connection: Connection, input: Continuation) {
    this.#connection = connection;
    this.#input = input;
    this.#stops = new StopMatcher(input.settings.stop);
    this.growing = new GrowingText(input, id => connection.vocabulary.bytes(id), input.seed);
  }

  /** Tokens that may still come. */
  get left(): number {
    const { settings, allowed } = this.#input;
    return Math.min(settings.max_new_tokens - this.generated, allowed - this.growing.length);
  }

  look(): void {
    const { settings, allowed } = this.#input;
    if (this.growing.length >= allowed) this.finish('context_full');
    else if (this.generated >= settings.max_new_tokens) this.finish('length');
  }

  finish(reason: FinishedEvent['reason']): void {
    this.end = { reason, stop: '', piece: new Uint8Array() };
  }

  take({ said }: Place, ms: number): { readonly id: number; readonly sure: readonly Drawn[] } {
    const { settings, seed, sample: number, pastEnd } = this.#input;
    const { vocabulary } = this.#connection;
    const position = this.growing.length;
    const { logits, outside } = rowOf(said, vocabulary);
    const row = rankRow(logits, outside);
    const u = uniform(seed, position, number);
    const noEnd = settings.end_of_text === 'never' || (pastEnd && this.generated === 0);
    const { id, pAfter } = draw(sample(row, settings, this.growing, noEnd ? vocabulary.ends : []), u);
    if (settings.end_of_text === 'stop' && vocabulary.ends.includes(id)) {
      this.finish('end_of_text');
      return { id, sure: [] };
    }
    const { logit, rank } = rowStatistics(logits, id);
    const { ids: order, logits: sorted } = row.finite;
    const [topIds, topLogits] = [order.slice(0, SHOWN), sorted.slice(0, SHOWN)] as const;
    const entropy = leastEntropy(said.top);
    this.held.push({
      position,
      id,
      logit,
      logZ: 0,
      entropy,
      rank,
      pAfter,
      u,
      topIds,
      topLogits: Float32Array.from(topLogits),
      ms,
    });
    this.growing.push(id, pAfter);
    this.generated += 1;
    return { id, sure: this.#sure(vocabulary.bytes(id) ?? new Uint8Array()) };
  }

  #sure(bytes: Uint8Array): Drawn[] {
    const { release, match } = this.#stops.push(bytes);
    const sure = this.held.splice(0, release);
    if (match !== null) {
      this.end = { reason: 'stop_string', stop: match.stop, piece: match.piece };
      this.held.length = 0;
    }
    return sure;
  }
}
