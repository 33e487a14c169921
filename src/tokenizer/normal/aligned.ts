// A text that has been rewritten, and where each of its units comes from: so that the tokens of the new text can be laid over the one that was typed.
import { assertGrowth } from '../growth.ts';
import type { Place } from '../place.ts';

/** Lengths and places in UTF-16 units. */
export interface Aligned {
  readonly text: string;
  /** Place in the source of each unit, never falling; null: `from`, `from + 1`, ... [text.length] */
  readonly at: Uint32Array | null;
  /** The stretch [from, to) of the source that it stands for. */
  readonly from: number;
  readonly to: number;
}

/** Rewrites a stretch of text. Throws `bad_tokenizer` where that grows without measure. What belongs to the ends alone is done only where the place has such an end. */
export type Normalizer = (text: Aligned, place: Place) => Aligned;

export function unchanged(text: string, from = 0): Aligned {
  return { text, at: null, from, to: from + text.length };
}

/** Where unit `index` comes from; the end of the stretch for the one behind the last. */
export function sourceOf({ text, at, from, to }: Aligned, index: number): number {
  if (index >= text.length) return to;
  return at === null ? from + index : (at[index] ?? to);
}

/** The units [start, end). */
export function slicedAt(whole: Aligned, start: number, end = whole.text.length): Aligned {
  if (start === 0 && end === whole.text.length) return whole;
  return {
    text: whole.text.slice(start, end),
    at: whole.at?.subarray(start, end) ?? null,
    from: sourceOf(whole, start),
    to: sourceOf(whole, end),
  };
}

/** Writes a new text beside the places that it comes from. */
export class Rewriting {
  readonly #source: Aligned;
  readonly #parts: string[] = [];
  #at: Uint32Array;
  #length = 0;

  constructor(source: Aligned) {
    this.#source = source;
    this.#at = new Uint32Array(source.text.length + 16);
  }

  /** `text` in place of what stands at unit `index` of the source. */
  put(text: string, index: number): void {
    if (text === '') return;
    const end = this.#length + text.length;
    assertGrowth(end, this.#source.to - this.#source.from);
    if (end > this.#at.length) {
      const longer = new Uint32Array(2 * end);
      longer.set(this.#at);
      this.#at = longer;
    }
    this.#at.fill(sourceOf(this.#source, index), this.#length, end);
    this.#length = end;
    this.#parts.push(text);
  }

  /** The units [start, end) of the source as they are. */
  keep(start: number, end: number): void {
    for (let i = start; i < end; i++) this.put(this.#source.text.charAt(i), i);
  }

  done(): Aligned {
    const { from, to } = this.#source;
    return { text: this.#parts.join(''), at: this.#at.subarray(0, this.#length), from, to };
  }
}

/** Each code point as `map` has it: another text, or the very same one. */
export function mapped(source: Aligned, map: (char: string, code: number) => string): Aligned {
  const { text } = source;
  let out: Rewriting | null = null;
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) ?? 0;
    const char = code > 0xffff ? text.slice(i, i + 2) : text.charAt(i);
    const made = map(char, code);
    if (out === null && made !== char) {
      out = new Rewriting(source);
      out.keep(0, i);
    }
    if (out !== null) {
      if (made === char && char.length === 2) out.keep(i, i + 2);
      else out.put(made, i);
    }
    i += char.length;
  }
  return out === null ? source : out.done();
}
