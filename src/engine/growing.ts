// A text that grows token by token: what ends it, and which of its tokens are sure to stay.
import type { TextToContinue } from '../protocol/commands.ts';
import type { FinishedEvent, TokenEvent } from '../protocol/events.ts';
import { GrowingText } from '../sampling/growing-text.ts';
import { StopMatcher } from '../tokenizer/stop.ts';
import type { Prediction } from './decode/prediction.ts';

/** What of the tokenizer a run needs. */
export interface Vocabulary {
  /** Bytes of every id, [V]. */
  readonly bytes: readonly Uint8Array[];
  readonly eosIds: readonly number[];
  /** Ids that are no text; none unless given. */
  readonly specials?: () => Promise<ReadonlySet<number>>;
}

/** How a text ended; `stop` and `piece` as in FinishedEvent. */
export type End = Pick<FinishedEvent, 'reason' | 'stop' | 'piece'>;

/** A drawn token as events tell of it. */
export type Drawn = Omit<TokenEvent, 'type' | 'run'>;

export interface GrowingInput extends TextToContinue {
  /** The first draw may not be an end-of-text token. */
  readonly pastEnd?: boolean;
}

export class Growing {
  readonly text: GrowingText;
  /** Tokens that may begin a stop string: held back until it is known. */
  readonly held: Drawn[];
  generated = 0;
  end: End | null = null;
  readonly #input: GrowingInput;
  readonly #vocabulary: Vocabulary;
  readonly #stops: StopMatcher;

  constructor(vocabulary: Vocabulary, input: GrowingInput, seed: number, held: Drawn[] = []) {
    this.#input = input;
    this.#vocabulary = vocabulary;
    this.held = held;
    this.text = new GrowingText(input, id => vocabulary.bytes[id], seed);
    this.#stops = new StopMatcher(input.settings.stop);
  }

  /** Where the next token is drawn, of a text that may have `allowed` tokens. */
  place(allowed: number): { readonly noEnd: boolean; readonly last: boolean } {
    return {
      noEnd: this.#input.pastEnd === true && this.generated === 0,
      last: this.generated + 1 === this.#input.settings.max_new_tokens || this.text.length + 1 === allowed,
    };
  }

  get wantsMore(): boolean {
    return this.generated < this.#input.settings.max_new_tokens;
  }

  /** Ends it where no token may follow. */
  look(allowed: number, cancelled: boolean): void {
    if (this.end !== null) return;
    if (cancelled) this.finish('cancelled');
    else if (this.text.length >= allowed) this.finish('context_full');
    else if (!this.wantsMore) this.finish('length');
  }

  finish(reason: End['reason']): void {
    this.end = { reason, stop: '', piece: new Uint8Array() };
  }

  /** Takes the token drawn next, after `ms`; gives those that are sure to stay now. */
  take(prediction: Prediction, u: number, ms: number): Drawn[] {
    const { settings } = this.#input;
    const { bytes, eosIds } = this.#vocabulary;
    const token = { position: this.text.length, ...prediction, u, ms };
    if (settings.end_of_text === 'stop' && eosIds.includes(token.id)) {
      this.finish('end_of_text');
      return [];
    }
    this.text.push(token.id, token.pAfter);
    this.generated++;
    this.held.push(token);
    const { release, match } = this.#stops.push(bytes[token.id] ?? new Uint8Array());
    const sure = this.held.splice(0, release);
    if (match) {
      this.end = { reason: 'stop_string', stop: match.stop, piece: match.piece };
      this.held.length = 0;
    }
    return sure;
  }
}
