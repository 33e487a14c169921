// Requests that outlive the device: what is left of one is asked again once the model is back, and the reader of its events does not notice. What is
// left is made of the events that came, so one way serves every reason of a loss. Draws are functions of seed and position: the ids are those of one run.
import type { Command, CommandOf, Unnumbered } from './commands.ts';
import type { EngineEvent, EventOf } from './events.ts';

type Request = Unnumbered<Exclude<Command, { type: 'cancel' }>>;
type Draws = Unnumbered<CommandOf<'generate'>>;

/** Resolves once the same model is back; false where it does not come back. Rejects with `cancelled`. */
type Back = (thrown: unknown) => Promise<boolean>;

/** What a request has told, and what is left of it. */
interface Rest {
  /** What asks for the rest; null where nothing is left but to say so. */
  request(): Request | null;
  /** The event as the reader of the whole gets it; null for one that it has already. */
  take(event: EngineEvent): EngineEvent | null;
}

/** The events of `request`, across losses. `back` is asked whenever it broke. */
export async function* lasting(
  request: Request,
  ask: (request: Request) => AsyncIterable<EngineEvent>,
  back: Back,
): AsyncGenerator<EngineEvent> {
  const rest = request.type === 'generate' ? new RestOfDraws(request) : new Unseen(request);
  for (;;) {
    const asked = rest.request();
    // Drawn, and not known to stay: the stop string that they may begin is looked for anew.
    const held: EngineEvent[] = [];
    const take = function* (event: EngineEvent): Generator<EngineEvent> {
      const told = rest.take(event);
      if (told !== null) yield told;
    };
    try {
      if (asked === null) {
        yield* take({ type: 'finished', run: 0, reason: 'length', ...NOTHING });
        return;
      }
      for await (const event of ask(asked)) {
        if ('held' in event) held.push(event);
        else yield* take(event);
      }
      return;
    } catch (thrown) {
      if (await back(thrown)) continue;
      for (const event of held) yield* take(event);
      throw thrown;
    }
  }
}

const NOTHING = { stop: '', piece: new Uint8Array(0), generated: 0, prefillMs: 0, decodeMs: 0 };

/** A run goes on behind the tokens that it has drawn. */
class RestOfDraws implements Rest {
  readonly #whole: Draws;
  readonly #tokens: EventOf<'token'>[] = [];
  /** Tokens of the parts before this one, and how long those took. */
  #before = 0;
  #ms = 0;

  constructor(whole: Draws) {
    this.#whole = whole;
  }

  request(): Request | null {
    const whole = this.#whole;
    const tokens = this.#tokens;
    if (tokens.length === 0) return whole;
    this.#before = tokens.length;
    this.#ms = tokens.at(-1)?.ms ?? 0;
    const max_new_tokens = whole.settings.max_new_tokens - tokens.length;
    if (max_new_tokens <= 0) return null;
    const ones = Uint8Array.from(tokens, () => 1);
    return {
      ...whole,
      tokens: Uint32Array.from([...whole.tokens, ...tokens.map(({ id }) => id)]),
      drawn: Uint8Array.from([...whole.drawn, ...ones]),
      ...(whole.pAfter && { pAfter: Float64Array.from([...whole.pAfter, ...tokens.map(({ pAfter }) => pAfter)]) }),
      ...(whole.constrained && { constrained: Uint8Array.from([...whole.constrained, ...ones]) }),
      settings: { ...whole.settings, max_new_tokens },
      pastEnd: false,
    };
  }

  take(event: EngineEvent): EngineEvent {
    if (event.type === 'finished') return { ...event, generated: event.generated + this.#before };
    if (event.type !== 'token') return event;
    const token = { ...event, ms: event.ms + this.#ms };
    this.#tokens.push(token);
    return token;
  }
}

/** Answers and searches are functions of what is asked: they begin anew, and what has been told is not told again. */
class Unseen implements Rest {
  readonly #whole: Request;
  /** Tokens of each answer, or steps. */
  readonly #seen = new Map<number, number>();
  readonly #ended = new Set<number>();
  readonly #counts = new Map<number, number>();

  constructor(whole: Request) {
    this.#whole = whole;
  }

  request(): Request {
    this.#counts.clear();
    return this.#whole;
  }

  take(event: EngineEvent): EngineEvent | null {
    if (event.type === 'answer_ended') {
      const again = this.#ended.has(event.answer);
      this.#ended.add(event.answer);
      return again ? null : event;
    }
    if (event.type !== 'answer_token' && event.type !== 'searched') return event;
    const of = event.type === 'searched' ? -1 : event.answer;
    const count = (this.#counts.get(of) ?? 0) + 1;
    this.#counts.set(of, count);
    if (count <= (this.#seen.get(of) ?? 0)) return null;
    this.#seen.set(of, count);
    return event;
  }
}
