// Byte-pair encoding on characters: a piece of text to ids by the merges of a vocabulary that spells its tokens as they are.
// Source: the `BPE` model of the `tokenizers` library of Hugging Face, whose ids these are to equal.
import { defined } from '../../lib/assert.ts';
import { Merging } from './merging.ts';
import { PairRanks } from './pair-ranks.ts';
import {
  byteIdsOf,
  firstCode,
  LONG,
  lastCode,
  Neighbours,
  type PieceModel,
  partEnd,
  type TokenPart,
} from './piece-model.ts';

export interface CharacterPairs {
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly ignoreMerges: boolean;
  /** Id of what stands for characters without a token, one for each or (fused) for a run; null: they are left out. */
  readonly unknown: { readonly id: number; readonly fused: boolean } | null;
  /** Characters without a token become the tokens of their bytes, where those are there. */
  readonly byteFallback: boolean;
  /** Marks of tokens that go on with a word, and of those that end one; '' for none. */
  readonly prefix: string;
  readonly suffix: string;
}

/** Words remembered with their tokens, each of at most so many UTF-16 units. */
const REMEMBERED = 16_384;
const REMEMBERED_LENGTH = 48;
/** Units of a part above which its memory is not kept for the next. */
const KEPT = 16_384;

const utf8 = new TextEncoder();

type Tokens = NonNullable<TokenPart['tokens']>;

/** The symbols of a part before any merge, and the unit each begins at. */
interface Symbols {
  readonly ids: number[];
  readonly starts: number[];
}

export class Characters implements PieceModel {
  readonly #spec: CharacterPairs;
  /** Ids that no piece may be as a whole. */
  readonly #special: ReadonlySet<number>;
  readonly #ranks: PairRanks;
  readonly #neighbours = new Neighbours();
  readonly #byteIds: Int32Array | null;
  readonly #merging: Merging;
  readonly #longest: number;
  #words = new Map<string, Tokens>();
  #olderWords = new Map<string, Tokens>();
  #steps = 0;

  constructor(spec: CharacterPairs, special: ReadonlySet<number>) {
    this.#spec = spec;
    this.#special = special;
    this.#byteIds = spec.byteFallback ? byteIdsOf(token => spec.vocab.get(token)) : null;
    this.#ranks = this.#readMerges();
    this.#merging = new Merging(this.#ranks);
    let longest = 0;
    for (const token of spec.vocab.keys()) longest = Math.max(longest, token.length);
    this.#longest = longest;
  }

  #readMerges(): PairRanks {
    const { merges, vocab, prefix } = this.#spec;
    const ranks = new PairRanks(merges.length);
    merges.forEach(([left, right], rank) => {
      const id = (symbol: string) => defined(vocab.get(symbol), `id of ${symbol}`);
      const plain = right.slice(prefix.length);
      ranks.set(id(left), id(right), rank, id(left + plain));
      this.#neighbours.add(lastCode(left), firstCode(plain));
    });
    return ranks;
  }

  get steps(): number {
    return this.#steps + this.#merging.steps;
  }

  /** What a character is depends on its place in the word. */
  get #marked(): boolean {
    return this.#spec.prefix !== '' || this.#spec.suffix !== '';
  }

  partsBetween(before: number, after: number): boolean {
    return !this.#marked && !this.#neighbours.has(before, after) && this.#isKnown(before) && this.#isKnown(after);
  }

  onlyBegins(code: number): boolean {
    return !this.#marked && !this.#neighbours.follows(code) && this.#isKnown(code);
  }

  /** It has a token by itself, or one for each of its bytes: it is never part of an unknown run. */
  #isKnown(code: number): boolean {
    const char = String.fromCodePoint(code);
    return this.#spec.vocab.has(char) || this.#bytesOf(char) !== null;
  }

  *encode(piece: string, budget: number): Generator<TokenPart> {
    if (piece.length <= LONG) {
      yield { end: piece.length, tokens: this.#word(piece) };
      return;
    }
    const whole = this.#wholeToken(piece);
    if (whole !== null) {
      yield { end: piece.length, tokens: whole };
      return;
    }
    for (let start = 0; start < piece.length; ) {
      const end = partEnd(piece, start + LONG, (before, after) => this.partsBetween(before, after));
      this.#steps += end - start;
      yield* this.#part(piece, start, end, budget);
      start = end;
    }
  }

  *#part(piece: string, start: number, end: number, budget: number): Generator<TokenPart> {
    const symbols = this.#symbols(piece, start, end);
    // A long part may be left in the middle while other texts are encoded, so it has a list of its own.
    const merging = end - start > KEPT ? new Merging(this.#ranks) : this.#merging;
    load(merging, symbols);
    if (merging === this.#merging) merging.run(Number.POSITIVE_INFINITY);
    else {
      for (let counted = 0, done = false; !done; counted = merging.steps) {
        done = merging.run(budget);
        this.#steps += merging.steps - counted;
        if (!done) yield { end, tokens: null };
      }
    }
    yield { end, tokens: tokensOf(merging, symbols) };
  }

  #word(piece: string): Tokens {
    this.#steps += 1 + piece.length;
    const known = this.#words.get(piece);
    if (known !== undefined) return known;
    const tokens = this.#olderWords.get(piece) ?? this.#wholeToken(piece) ?? this.#merged(piece);
    if (piece.length <= REMEMBERED_LENGTH) {
      if (this.#words.size >= REMEMBERED) {
        this.#olderWords = this.#words;
        this.#words = new Map();
      }
      this.#words.set(piece, tokens);
    }
    return tokens;
  }

  #merged(piece: string): Tokens {
    const symbols = this.#symbols(piece, 0, piece.length);
    load(this.#merging, symbols);
    this.#merging.run(Number.POSITIVE_INFINITY);
    return tokensOf(this.#merging, symbols);
  }

  /** With `ignore_merges` a piece may be any token as a whole, but for special ones. */
  #wholeToken(piece: string): Tokens | null {
    if (!this.#spec.ignoreMerges || piece.length > this.#longest) return null;
    const id = this.#spec.vocab.get(piece);
    return id === undefined || this.#special.has(id) ? null : { ids: Uint32Array.of(id), starts: Uint32Array.of(0) };
  }

  #bytesOf(symbol: string): number[] | null {
    if (this.#byteIds === null) return null;
    const ids: number[] = [];
    for (const byte of utf8.encode(symbol)) {
      const id = this.#byteIds[byte] ?? -1;
      if (id < 0) return null;
      ids.push(id);
    }
    return ids;
  }

  /** One symbol a character, those of its bytes, or the unknown token. Unknown ones wait for the next known one, which bytes are not. */
  #symbols(piece: string, from: number, to: number): Symbols {
    const { vocab, unknown, prefix, suffix } = this.#spec;
    const ids: number[] = [];
    const starts: number[] = [];
    let waiting = -1;
    const flush = (): void => {
      if (waiting >= 0 && unknown !== null) {
        ids.push(unknown.id);
        starts.push(waiting);
      }
      waiting = -1;
    };
    for (let at = from; at < to; ) {
      const code = piece.codePointAt(at) ?? 0;
      const end = at + (code > 0xffff ? 2 : 1);
      const char = piece.slice(at, end);
      const symbol = `${at > 0 ? prefix : ''}${char}${end === piece.length ? suffix : ''}`;
      const id = vocab.get(symbol);
      const bytes = id === undefined ? this.#bytesOf(symbol) : null;
      if (id !== undefined) {
        flush();
        ids.push(id);
        starts.push(at);
      } else if (bytes !== null) {
        for (const byte of bytes) {
          ids.push(byte);
          starts.push(at);
        }
      } else if (unknown !== null) {
        if (waiting < 0 || !unknown.fused) {
          flush();
          waiting = at;
        }
      }
      at = end;
    }
    flush();
    return { ids, starts };
  }
}

function load(merging: Merging, { ids }: Symbols): void {
  merging.begin(ids.length);
  for (const id of ids) merging.add(id);
}

function tokensOf(merging: Merging, { starts }: Symbols): Tokens {
  const places = merging.places();
  return { ids: merging.ids(), starts: places.map(place => starts[place] ?? 0) };
}
