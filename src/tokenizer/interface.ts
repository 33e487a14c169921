// What a tokenizer can do, whatever its kind, and the words for edits of a text of tokens.
import type { IsPlain } from './added-words.ts';
import type { TokenSlice } from './encoder.ts';
import type { Place } from './place.ts';
import type { BoundaryRule } from './pretokens/border.ts';
import type { TokenLayout } from './text.ts';

export interface EditToken {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** Typed by a person, not drawn or chosen: may be re-tokenised when its neighbour changes. */
  readonly typed: boolean;
}

/** Tokens by their place: an edit looks at a few of a long text, so they need not all be at hand as an array. */
export interface EditTokens {
  readonly length: number;
  at(index: number): EditToken | undefined;
}

/** Puts `insert` in place of the UTF-16 units [start, end) of the text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** The tokens [from, to) give way to tokens of these ids, all of them typed. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly ids: Uint32Array;
  /** The bytes that each of them shows, where those are not the ones of its id: see `TokenSlice.bytes`. */
  readonly bytes: readonly Uint8Array[] | null;
}

/** The tokens [from, to) give way to those of `text`: what an edit comes to, before anything is tokenised. */
export interface EditSpan {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Text to ids and back. */
export interface TokenizerBase {
  /** Rows of the model's embedding: ids are in [0, vocabSize). Some at the end may have no token. */
  readonly vocabSize: number;
  /** Equal for equal vocabularies, merges and special tokens: ids of one mean the same to the other. */
  readonly fingerprint: string;
  /** True when `decode(encode(text)) === text` for every well-formed text: all 256 bytes are tokens and no normal form is applied. */
  readonly lossless: boolean;
  /** True when words carry their leading space (` the`), so that a text should not end in one. */
  readonly leadingSpace: boolean;
  /** Id to content of every special token. */
  readonly specials: ReadonlyMap<number, string>;
  /** Ids of the special tokens that a text begins with, as the files say; mostly none, or one. */
  readonly opening: readonly number[];
  /** Ids of a text. Typed text never becomes a special token. Lone surrogates count as U+FFFD. A text stands by itself unless `place` says more. */
  encode(text: string, place?: Place): Uint32Array;
  /** The same, with the bytes that each token shows where its text is not what its id alone spells: see `TokenSlice.bytes`. */
  typed(text: string, place?: Place): Pick<TokenSlice, 'ids' | 'bytes'>;
  /**
   * The ids of `encode`, slice by slice, each after about `steps` steps of work (100,000 take some ten milliseconds). All slices together
   * hold all ids; one may have none, while a long word is still being merged. A slice ends where no id reaches over.
   */
  encodeSlices(text: string, steps?: number, place?: Place): Generator<TokenSlice>;
  /** Whether the slices of a text say where in it, as it was typed, they end. */
  keepsPlaces(text: string): boolean;
  /** As `encode`, but the spelling of a special token becomes that token, unless `isPlain` says no; of several at one place the longest. */
  encodeWithSpecials(text: string, isPlain?: IsPlain): Uint32Array;
  /** The bytes of a token (do not change them); none for an id without a token. Throws `bad_token` outside [0, vocabSize). */
  bytes(id: number): Uint8Array;
  /** What tokens show one after the other: their bytes, but for a space that the tokenizer puts in front of text. Throws as `bytes` does. */
  spelling(ids: Iterable<number>): Uint8Array[];
  isSpecial(id: number): boolean;
  /** The id of a special token by its content. */
  idOf(special: string): number | undefined;
  /** The text of the concatenated bytes; invalid UTF-8 becomes U+FFFD. Throws `bad_token` as `bytes` does. */
  decode(ids: Iterable<number>): string;
  /**
   * At most `limit` ids for a query as it was typed (`readTyped`), the best first: the id that the query spells, tokens equal to the query (but for leading space), tokens that start with it,
   * tokens that contain it; in each of these the exact case first; then what finds the query without its escapes read. No result for an empty query.
   */
  search(query: string, limit: number): number[];
  /** Whether a new piece surely starts between two code points; see `BoundaryRule`. */
  readonly startsPretoken: BoundaryRule;
}

/** Ids that are known later than the text: those of a server, which typed text has pieces for until then. */
export interface LaterIds {
  isPiece(id: number): boolean;
  /** Ids of a text with the bytes that each shows of it; null where it has none that spell it. Rejects where the server does not answer. */
  spell(text: string): Promise<Pick<TokenSlice, 'ids' | 'bytes'> | null>;
  /** Set by what puts ids in the place of pieces: resolves when all that can have theirs do. */
  settle: () => Promise<void>;
}

/** With what an edit of a text of tokens comes to: it depends on the tokenizer, and is loaded with it. */
export interface Tokenizer extends TokenizerBase {
  /** See `retokenise` in edit.ts. */
  retokenise(tokens: EditTokens, layout: TokenLayout, edit: TextEdit): Replacement;
  /** See `editSpan` in edit.ts. */
  editSpan(tokens: EditTokens, layout: TokenLayout, edit: TextEdit): EditSpan;
  /** The bytes of ids that show `text`, as `spelling` has them or as the text itself is tokenised; null where they show another text. */
  showing(ids: readonly number[], text: string): readonly Uint8Array[] | null;
  readonly later?: LaterIds;
  /** See `divergence` in divergence.ts. */
  divergence(tokens: readonly EditToken[]): Replacement[];
  /** The place of a text that is to stand between tokens [0, from) and [to, length). One special token in front is a beginning of text. */
  placeBetween(
    tokens: Pick<EditTokens, 'length'> & { at(index: number): { readonly id: number } | undefined },
    from: number,
    to: number,
  ): Place;
}
