// What is known at a place besides its row: the text before it, what the penalties count of that, and the settings that stand beside those of the steps.
import { uniform } from '../lib/rng.ts';
import { guidedLogits } from './guidance.ts';
import { type Counted, Occurrences, windowBegin } from './occurrences.ts';
import { repeatedEnds } from './repeats.ts';
import type { Setting } from './setting.ts';
import { penaltiesCount, repeatLastN } from './steps/penalty_window.ts';

/** Which tokens a constraint lets follow. */
export interface Mask {
  /** A bit an id, [ceil(V / 32)]; end-of-text ids are among them where the constraint may end. */
  readonly bits: Uint32Array;
  /** `complete`: nothing but the end may follow. `dead`: not even that. */
  readonly state: 'open' | 'complete' | 'dead';
  /** Tokens since the constraint began. */
  readonly since: number;
}

/** The ids before the position that is drawn, on this branch. */
export interface History {
  readonly ids: Uint32Array;
  /** 1 where the id was drawn or chosen, 0 where it was typed. Same length as `ids`. */
  readonly drawn: Uint8Array;
  /** Probability after sampling of what mirostat has drawn with its present settings; NaN for every other token. Left out: there is none. */
  readonly pAfter?: Float64Array;
  /** Of the run that draws here; left out where none is known yet. */
  readonly seed?: number;
  /** The row after the negative text, [V]: what guidance moves away from. Left out: there is no guidance. */
  readonly negative?: Float32Array;
  /** 1 where a token was drawn by the constraint of now, or chosen. Same length as `ids`; left out where there is none. */
  readonly constrained?: Uint8Array;
  /** What that constraint lets follow. Left out: there is none. */
  readonly mask?: Mask;
  /** Bytes of an id. Left out: no token ends a repetition. */
  readonly bytesOf?: (id: number) => Uint8Array | undefined;
  /** How often each id occurs, of a text that has them at hand; null where it is not of `length` tokens by now. Left out: they are counted. */
  readonly occurrences?: (counted: Counted, length: number) => ReadonlyMap<number, number> | null;
}

/** The same text with what stands beside it: the row of the negative one, and what may follow. */
export function withBeside(text: History, negative: Float32Array | null, mask: Mask | null): History {
  const { ids, drawn, pAfter, seed, bytesOf, occurrences } = text;
  return {
    ids,
    drawn,
    ...(negative === null ? {} : { negative }),
    ...(mask === null ? {} : { mask }),
    ...(pAfter === undefined ? {} : { pAfter }),
    ...(seed === undefined ? {} : { seed }),
    ...(bytesOf === undefined ? {} : { bytesOf }),
    ...(occurrences === undefined ? {} : { occurrences }),
  };
}

/** What a step may look at. Counted when first asked for. */
export interface Past {
  readonly text: History;
  /** How often each id occurs within the penalty window. */
  readonly seen: ReadonlyMap<number, number>;
  /** How often each id counts for the frequency and presence penalties. */
  readonly counted: ReadonlyMap<number, number>;
  /** End-of-text ids, where they may not be drawn; else empty. */
  readonly ends: readonly number[];
  /** A random number in [0, 1) of this place, by a stream that is not that of the draws; null where no seed is known yet. */
  coin(stream: number): number | null;
  /** The logits moved away from those after the negative text; null where they are not there. */
  guided(logits: Float32Array, scale: number): Float32Array | null;
  /** `repeatedEnds` of the last so many tokens, of all for -1. */
  repeated(last: number, allowed: number, breakers: readonly string[]): ReadonlyMap<number, number>;
  /** Another setting than the step's own. */
  of<T>(setting: Setting<string, T>): T;
}

/** @param values the settings by their keys. @param ends ids that `end_of_text` cuts. */
export function pastOf(text: History, values: Readonly<Record<string, unknown>>, ends: readonly number[]): Past {
  return new CountedPast(text, values, ends);
}

class CountedPast implements Past {
  readonly text: History;
  readonly ends: readonly number[];
  readonly #values: Readonly<Record<string, unknown>>;
  #seen: ReadonlyMap<number, number> | null = null;
  #drawn: ReadonlyMap<number, number> | null = null;
  #repeated: ReadonlyMap<number, number> | null = null;

  constructor(text: History, values: Readonly<Record<string, unknown>>, ends: readonly number[]) {
    this.text = text;
    this.ends = ends;
    this.#values = values;
  }

  of<T>(setting: Setting<string, T>): T {
    return setting.clamp(this.#values[setting.key]);
  }

  coin(stream: number): number | null {
    const { seed, ids } = this.text;
    return seed === undefined ? null : uniform(seed, ids.length, 0, stream);
  }

  guided(logits: Float32Array, scale: number): Float32Array | null {
    const { negative } = this.text;
    return negative === undefined ? null : guidedLogits(logits, negative, scale);
  }

  /** One step asks, and always the same. */
  repeated(last: number, allowed: number, breakers: readonly string[]): ReadonlyMap<number, number> {
    if (this.#repeated !== null) return this.#repeated;
    const { ids, bytesOf } = this.text;
    const bytes = breakers.map(text => new TextEncoder().encode(text));
    this.#repeated = repeatedEnds(ids.subarray(windowBegin(ids.length, last)), allowed, bytes, id => bytesOf?.(id));
    return this.#repeated;
  }

  get seen(): ReadonlyMap<number, number> {
    this.#seen ??= this.#count(false);
    return this.#seen;
  }

  get counted(): ReadonlyMap<number, number> {
    if (this.of(penaltiesCount) === 'all') return this.seen;
    this.#drawn ??= this.#count(true);
    return this.#drawn;
  }

  /** How often each id occurs in the window; only where it was drawn or chosen, if `drawnAlone`. */
  #count(drawnAlone: boolean): ReadonlyMap<number, number> {
    const counted = { last: this.of(repeatLastN), drawnAlone };
    const { text } = this;
    return text.occurrences?.(counted, text.ids.length) ?? new Occurrences(counted).of(text);
  }
}
