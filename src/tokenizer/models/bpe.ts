// Byte-pair encoding: a piece of text to ids, by the merges of a byte-level vocabulary.
// Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units", on bytes as in GPT-2's encoder.py.
//
// Cost. A piece of n bytes takes O(n log n) steps: its symbols are a linked list, the pairs that could merge lie in a heap by rank and place.
// A long piece is cut first wherever that surely changes no id: no merge ever joins a symbol that ends in byte a to one that starts with byte b
// when no merge of the list does. The ids on both sides of such a place are then those of each side alone.
import { defined } from '../../lib/assert.ts';
import { BYTE_TO_CHAR, vocabularyToBytes } from '../byte-alphabet.ts';
import type { TokenizerSpec } from '../spec.ts';
import { Merging } from './merging.ts';
import { PairRanks } from './pair-ranks.ts';

/** UTF-16 units of a piece from which it is cut, and of its parts at least. */
const LONG = 1024;
/** Words remembered with their ids: two generations of at most as many, of words at most as long (in UTF-16 units). */
const REMEMBERED = 16_384;
const REMEMBERED_LENGTH = 48;
/** Bytes of a part above which its memory is not kept for the next. */
const KEPT_BYTES = 16_384;

const utf8 = new TextEncoder();

/** The first byte of the UTF-8 of a code point, and the last. */
function firstByte(code: number): number {
  if (code < 0x80) return code;
  if (code < 0x800) return 0xc0 | (code >> 6);
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}

function lastByte(code: number): number {
  return code < 0x80 ? code : 0x80 | (code & 0x3f);
}

/** A part of a piece: where it ends (UTF-16 units from the piece's start), and its ids; null while more steps are needed. */
export interface PiecePart {
  readonly end: number;
  readonly ids: Uint32Array | null;
}

export class BytePairs {
  readonly #spec: TokenizerSpec;
  /** Ids that no piece may be as a whole. */
  readonly #special: ReadonlySet<number>;
  /** Id of each byte; -1 for one that the vocabulary lacks. [256] */
  readonly #byteIds: Int32Array;
  readonly #ranks: PairRanks;
  /** 1 at a * 256 + b when a merge joins a symbol that ends in byte a to one that starts with byte b. */
  readonly #joined = new Uint8Array(65_536);
  /** Id for bytes without a token, -1 for none: they are left out. */
  readonly #unknown: number;
  readonly #complete: boolean;
  readonly #merging: Merging;
  #words = new Map<string, Uint32Array>();
  #olderWords = new Map<string, Uint32Array>();
  #bytes = new Uint8Array(KEPT_BYTES);
  #steps = 0;

  constructor(spec: TokenizerSpec, special: ReadonlySet<number>) {
    this.#spec = spec;
    this.#special = special;
    this.#byteIds = Int32Array.from(BYTE_TO_CHAR, char => spec.vocab.get(char) ?? -1);
    this.#complete = !this.#byteIds.includes(-1);
    this.#unknown = this.#complete || spec.unknown === null ? -1 : spec.unknown.id;
    this.#ranks = this.#readMerges();
    this.#merging = new Merging(this.#ranks);
  }

  #readMerges(): PairRanks {
    const { merges, vocab } = this.#spec;
    const ranks = new PairRanks(merges.length);
    merges.forEach(([left, right], rank) => {
      const id = (symbol: string) => defined(vocab.get(symbol), `id of ${symbol}`);
      ranks.set(id(left), id(right), rank, id(left + right));
      const before = vocabularyToBytes(left.slice(-1))?.[0];
      const after = vocabularyToBytes(right.slice(0, 1))?.[0];
      if (before !== undefined && after !== undefined) this.#joined[before * 256 + after] = 1;
    });
    return ranks;
  }

  /** Work done so far: characters looked at and pairs weighed. For tests and for those who share out their time. */
  get steps(): number {
    return this.#steps + this.#merging.steps;
  }

  /** Whether no id reaches over the place between two code points within a piece. Certain, not necessary. */
  partsBetween(before: number, after: number): boolean {
    return this.#complete && this.#joined[lastByte(before) * 256 + firstByte(after)] === 0;
  }

  /**
   * The ids of a piece, part by part. A part ends at a whole character; the ids of all parts are those of the piece. Where one takes more than
   * `budget` steps, parts without ids come between. The text is well-formed.
   */
  *encode(piece: string, budget: number): Generator<PiecePart> {
    if (piece.length <= LONG) {
      yield { end: piece.length, ids: this.#word(piece) };
      return;
    }
    const whole = this.#wholeToken(piece);
    if (whole !== undefined) {
      yield { end: piece.length, ids: Uint32Array.of(whole) };
      return;
    }
    for (let start = 0; start < piece.length; ) {
      const end = this.#partEnd(piece, start);
      yield* this.#part(piece.slice(start, end), end, budget);
      start = end;
    }
  }

  /** The first place from LONG units after `start` on where the piece may be cut, or its end. */
  #partEnd(piece: string, start: number): number {
    let before = -1;
    for (let at = start + LONG; at < piece.length; ) {
      const code = piece.codePointAt(at) ?? 0;
      // In the middle of a pair of surrogates `before` is not known yet.
      if (before >= 0 && this.partsBetween(before, code)) {
        this.#steps += at - start;
        return at;
      }
      before = code >= 0xdc00 && code <= 0xdfff ? -1 : code;
      at += code > 0xffff ? 2 : 1;
    }
    this.#steps += piece.length - start;
    return piece.length;
  }

  *#part(text: string, end: number, budget: number): Generator<PiecePart> {
    const bytes = utf8.encode(text);
    // A long part may be left in the middle while other texts are encoded, so it has a list of its own.
    const merging = bytes.length > KEPT_BYTES ? new Merging(this.#ranks) : this.#merging;
    this.#load(merging, bytes, bytes.length);
    if (merging === this.#merging) {
      merging.run(Number.POSITIVE_INFINITY);
    } else {
      for (let counted = 0, done = false; !done; counted = merging.steps) {
        done = merging.run(budget);
        this.#steps += merging.steps - counted;
        if (!done) yield { end, ids: null };
      }
    }
    yield { end, ids: merging.ids() };
  }

  #word(piece: string): Uint32Array {
    this.#steps += 1 + piece.length;
    const known = this.#words.get(piece);
    if (known !== undefined) return known;
    const ids = this.#olderWords.get(piece) ?? this.#unknownWord(piece);
    if (piece.length <= REMEMBERED_LENGTH) {
      if (this.#words.size >= REMEMBERED) {
        this.#olderWords = this.#words;
        this.#words = new Map();
      }
      this.#words.set(piece, ids);
    }
    return ids;
  }

  #unknownWord(piece: string): Uint32Array {
    const whole = this.#wholeToken(piece);
    return whole === undefined ? this.#merge(piece) : Uint32Array.of(whole);
  }

  /** With `ignore_merges` a piece may be any token as a whole, but for special ones. */
  #wholeToken(piece: string): number | undefined {
    if (!this.#spec.ignoreMerges || piece.length > this.#spec.longest) return undefined;
    let spelled = '';
    for (const byte of utf8.encode(piece)) spelled += BYTE_TO_CHAR[byte];
    const id = this.#spec.vocab.get(spelled);
    return id === undefined || this.#special.has(id) ? undefined : id;
  }

  #merge(piece: string): Uint32Array {
    const { written } = utf8.encodeInto(piece, this.#bytes);
    this.#load(this.#merging, this.#bytes, written);
    this.#merging.run(Number.POSITIVE_INFINITY);
    return this.#merging.ids();
  }

  /** The symbols of bytes, before any merge. */
  #load(merging: Merging, bytes: Uint8Array, count: number): void {
    merging.begin(count);
    let unknown = false;
    for (let i = 0; i < count; i++) {
      const id = this.#byteIds[bytes[i] ?? 0] ?? -1;
      if (id >= 0) merging.add(id);
      else if (this.#unknown >= 0 && !(unknown && this.#spec.unknown?.fused === true)) merging.add(this.#unknown);
      unknown = id < 0;
    }
  }
}
