// One run: prefill what is missing, then draw token after token until something ends it.
import { asNucleusError } from '../lib/error.ts';
import { uniform } from '../lib/rng.ts';
import type { EngineEvent, FinishedEvent, TokenEvent } from '../protocol/events.ts';
import type { History } from '../sampling/past.ts';
import type { GenerationSettings } from '../sampling/settings.ts';
import { validateSettings } from '../sampling/settings.ts';
import { StopMatcher } from '../tokenizer/stop.ts';
import { Decoder } from './decode/decoder.ts';
import type { Session } from './session.ts';

export interface GenerateInput {
  readonly run: number;
  /** The text so far [1 .. allowed], and 1 where an id was drawn or chosen. */
  readonly tokens: Uint32Array;
  readonly drawn: Uint8Array;
  /** Of what mirostat has drawn; see the command. */
  readonly pAfter?: Float64Array;
  /** Ids of the negative prompt; see the command. */
  readonly negative?: Uint32Array;
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** The first draw may not be an end-of-text token. */
  readonly pastEnd?: boolean;
}

/** What of the tokenizer a run needs. */
export interface Vocabulary {
  /** Bytes of every id, [V]. */
  readonly bytes: readonly Uint8Array[];
  readonly eosIds: readonly number[];
}

/** How a run ended; `stop` and `piece` as in FinishedEvent. */
interface End {
  readonly reason: FinishedEvent['reason'];
  readonly stop?: string;
  readonly piece?: Uint8Array;
}

/**
 * Events of a run: `prefilled`, a `token` each, `finished`. Tokens that may begin a stop string are held back, in `held`, until it is known.
 * A cancel ends it with the reason `cancelled`, before the first row by throwing it. However a run ends, tokens drawn by then are sent
 * before. Throws `empty_prompt`, `prompt_too_long`, `bad_token`, `bad_settings`, `nan_logits`, `device_lost`.
 */
export async function* generate(
  session: Session,
  vocabulary: Vocabulary,
  input: GenerateInput,
  signal: AbortSignal,
  held: TokenEvent[] = [],
): AsyncGenerator<EngineEvent> {
  const { run, settings } = input;
  validateSettings(settings);
  const begin = performance.now();
  const counts = await session.prefill(input.tokens, signal);
  const prefillMs = performance.now() - begin;
  yield { type: 'prefilled', run, ...counts, ms: prefillMs };

  const text = new GrowingText(input, vocabulary);
  using decoder = new Decoder(session, {
    settings,
    seed: input.seed,
    eosIds: vocabulary.eosIds,
    negative: input.negative,
  });
  const stops = new StopMatcher(settings.stop);
  let generated = 0;
  let end: End | null = null;
  while (end === null) {
    if (signal.aborted) end = { reason: 'cancelled' };
    else if (text.length >= session.allowed) end = { reason: 'context_full' };
    else if (generated >= settings.max_new_tokens) end = { reason: 'length' };
    if (end) break;
    let token: TokenEvent;
    try {
      const position = text.length;
      const place = {
        noEnd: input.pastEnd === true && generated === 0,
        last: generated + 1 === settings.max_new_tokens || position + 1 === session.allowed,
      };
      const prediction = await decoder.next(text, place, signal);
      const u = uniform(input.seed, position, 0);
      token = { type: 'token', run, position, ...prediction, u, ms: performance.now() - begin };
    } catch (error) {
      const { code } = asNucleusError(error);
      if (code === 'cancelled' || code === 'prompt_too_long') {
        // Too long all of a sudden: memory gave out, and what is there is the context now.
        end = { reason: code === 'cancelled' ? 'cancelled' : 'context_full' };
        break;
      }
      yield* held.splice(0);
      throw error;
    }
    if (settings.end_of_text === 'stop' && vocabulary.eosIds.includes(token.id)) {
      end = { reason: 'end_of_text' };
      break;
    }
    text.push(token.id, token.pAfter);
    generated++;
    held.push(token);
    const { release, match } = stops.push(vocabulary.bytes[token.id] ?? new Uint8Array());
    yield* held.splice(0, release);
    if (match) {
      end = { reason: 'stop_string', stop: match.stop, piece: match.piece };
      held.length = 0;
    }
  }
  yield* held.splice(0);
  const decodeMs = performance.now() - begin - prefillMs;
  yield { type: 'finished', run, stop: '', piece: new Uint8Array(), ...end, generated, prefillMs, decodeMs };
}

/** The text of a run, growing in place. */
class GrowingText implements History {
  readonly seed: number;
  readonly bytesOf: (id: number) => Uint8Array | undefined;
  #ids: Uint32Array;
  #drawn: Uint8Array;
  #pAfter: Float64Array;
  length: number;

  constructor({ tokens, drawn, pAfter, seed }: GenerateInput, { bytes }: Vocabulary) {
    this.seed = seed;
    this.bytesOf = id => bytes[id];
    this.length = tokens.length;
    this.#ids = new Uint32Array(2 * tokens.length + 16);
    this.#drawn = new Uint8Array(this.#ids.length);
    this.#pAfter = new Float64Array(this.#ids.length).fill(Number.NaN);
    this.#ids.set(tokens);
    this.#drawn.set(drawn.subarray(0, tokens.length));
    if (pAfter) this.#pAfter.set(pAfter.subarray(0, tokens.length));
  }

  get ids(): Uint32Array {
    return this.#ids.subarray(0, this.length);
  }

  get drawn(): Uint8Array {
    return this.#drawn.subarray(0, this.length);
  }

  get pAfter(): Float64Array {
    return this.#pAfter.subarray(0, this.length);
  }

  push(id: number, pAfter: number): void {
    if (this.length === this.#ids.length) {
      const [ids, drawn, before] = [this.#ids, this.#drawn, this.#pAfter];
      this.#ids = new Uint32Array(2 * ids.length);
      this.#drawn = new Uint8Array(2 * ids.length);
      this.#pAfter = new Float64Array(2 * ids.length);
      this.#ids.set(ids);
      this.#drawn.set(drawn);
      this.#pAfter.set(before);
    }
    this.#ids[this.length] = id;
    this.#drawn[this.length] = 1;
    this.#pAfter[this.length] = pAfter;
    this.length++;
  }
}
