// A text that goes on at a server, drawn here: the server streams its likeliest tokens with their candidates, and the page draws from these with its own settings and seed. As long
// as both are the same token the stream goes on; where the page draws another one, a new request goes on from there.
import { NucleusError } from '../lib/error.ts';
import { uniform } from '../lib/rng.ts';
import type { TextToContinue } from '../protocol/commands.ts';
import type { FinishedEvent, TokenEvent } from '../protocol/events.ts';
import { draw } from '../sampling/draw.ts';
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
      const place = await source.next(text.ids, Math.min(AHEAD, text.left));
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
  ids: Uint32Array;
  generated = 0;
  end: Pick<FinishedEvent, 'reason' | 'stop' | 'piece'> | null = null;
  /** Tokens that may begin a stop string. */
  readonly held: Drawn[] = [];
  readonly #connection: Connection;
  readonly #input: Continuation;
  readonly #stops: StopMatcher;
  #drawn: Uint8Array;
  #pAfter: Float64Array;

  constructor(connection: Connection, input: Continuation) {
    const { tokens, drawn, pAfter, settings } = input;
    this.#connection = connection;
    this.#input = input;
    this.#stops = new StopMatcher(settings.stop);
    this.ids = tokens;
    this.#drawn = drawn;
    this.#pAfter = pAfter ?? new Float64Array(tokens.length).fill(Number.NaN);
  }

  /** Tokens that may still come. */
  get left(): number {
    const { settings, allowed } = this.#input;
    return Math.min(settings.max_new_tokens - this.generated, allowed - this.ids.length);
  }

  look(): void {
    const { settings, allowed } = this.#input;
    if (this.ids.length >= allowed) this.finish('context_full');
    else if (this.generated >= settings.max_new_tokens) this.finish('length');
  }

  finish(reason: FinishedEvent['reason']): void {
    this.end = { reason, stop: '', piece: new Uint8Array() };
  }

  take({ said }: Place, ms: number): { readonly id: number; readonly sure: readonly Drawn[] } {
    const { settings, seed, sample: number, pastEnd } = this.#input;
    const { vocabulary } = this.#connection;
    const { ids } = this;
    const position = ids.length;
    const { logits, outside } = rowOf(said, vocabulary);
    const row = rankRow(logits, outside);
    const u = uniform(seed, position, number);
    const noEnd = settings.end_of_text === 'never' || (pastEnd && this.generated === 0);
    const bytesOf = (id: number): Uint8Array | undefined => vocabulary.bytes(id);
    const past = { ids, drawn: this.#drawn, pAfter: this.#pAfter, seed, bytesOf };
    const { id, pAfter } = draw(sample(row, settings, past, noEnd ? vocabulary.ends : []), u);
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
    this.#push(id, pAfter);
    this.generated += 1;
    return { id, sure: this.#sure(vocabulary.bytes(id) ?? new Uint8Array()) };
  }

  #push(id: number, pAfter: number): void {
    const { length } = this.ids;
    const [ids, drawn, before] = [this.ids, this.#drawn, this.#pAfter];
    this.ids = new Uint32Array(length + 1);
    this.ids.set(ids);
    this.ids[length] = id;
    this.#drawn = new Uint8Array(length + 1).fill(1);
    this.#drawn.set(drawn.subarray(0, length));
    this.#pAfter = new Float64Array(length + 1).fill(pAfter);
    this.#pAfter.set(before.subarray(0, length));
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
