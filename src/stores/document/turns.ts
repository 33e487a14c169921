// Gives a long text its tokens in turns short enough that a page stays alive between them.
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { keepNumbers, openingTokens, wholeText } from './change.ts';
import { advanced, allPending, isLong } from './pending.ts';
import { typedFrom } from './sequence.ts';
import type { DocumentToken, Pending } from './types.ts';

/** A turn ends after so many milliseconds. */
const TURN_MS = 15;
/** Of the tokenizer, between two looks at the clock: a few milliseconds. */
const STEPS = 10_000;

export interface Turned {
  readonly tokens: readonly DocumentToken[];
  readonly pending: Pending | null;
}

interface Under {
  /** What is left of the text: this very object, or the text has changed and is begun anew. */
  readonly pending: Pending;
  readonly slices: ReturnType<Tokenizer['encodeSlices']>;
  /** UTF-16 units of the text at the beginning that have tokens. */
  readonly done: number;
}

export class Turns {
  #under: Under | null = null;
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All of a text as typed tokens, with what texts begin with; the first turn where it is long. Throws as `turn` does. */
  begin(tokenizer: Tokenizer, text: string): Turned {
    const first = openingTokens(tokenizer);
    // As it was shown, with what it began with.
    const spelled = layoutTokens(first.map(({ bytes }) => bytes)).text;
    const typed = text.startsWith(spelled) ? text.slice(spelled.length) : text;
    if (isLong(tokenizer, typed)) return this.turn(tokenizer, first, allPending(typed), false);
    return { tokens: wholeText(tokenizer, typed), pending: null };
  }

  /** The same in place of `before`: what both begin with keeps its numbers. */
  replaced(tokenizer: Tokenizer, before: readonly DocumentToken[], text: string): Turned {
    if (isLong(tokenizer, text)) return this.begin(tokenizer, text);
    return { tokens: keepNumbers(before, wholeText(tokenizer, text)), pending: null };
  }

  /**
   * One turn, or as many as it takes for `all`, or where the slices do not say where in the text they end.
   * @throws NucleusError bad_tokenizer where its rules make the text grow without measure; then the text is begun anew
   */
  turn(tokenizer: Tokenizer, tokens: readonly DocumentToken[], pending: Pending, all: boolean): Turned {
    const under = this.#under?.pending === pending ? this.#under : null;
    const { length } = tokens;
    const around = tokens.concat(pending.tail.slice(0, 1));
    const place = tokenizer.placeBetween(around, length, length);
    const slices = under?.slices ?? tokenizer.encodeSlices(pending.text, STEPS, place);
    const done = under?.done ?? 0;
    const whole = all || (under === null && !tokenizer.keepsPlaces(pending.text));
    // What throws has ended its slices.
    this.#under = null;
    const added: DocumentToken[] = [];
    let end = done;
    const begin = this.#now();
    for (let next = slices.next(); ; next = slices.next()) {
      if (next.done === true) {
        end = done + pending.text.length;
        break;
      }
      for (const token of typedFrom(tokenizer, next.value)) added.push(token);
      end = next.value.end;
      if (!whole && this.#now() - begin >= TURN_MS) break;
    }
    const turned = advanced(tokens, pending, added, end - done);
    this.#under = turned.pending === null ? null : { pending: turned.pending, slices, done: end };
    return turned;
  }
}
