// Models that take whole words: WordLevel, and WordPiece, which takes the longest token of a word again and again.
// Source: the models of the same names of the `tokenizers` library of Hugging Face.
import type { PieceModel, TokenPart } from './piece-model.ts';

type Tokens = NonNullable<TokenPart['tokens']>;

abstract class Words implements PieceModel {
  steps = 0;

  *encode(piece: string): Generator<TokenPart> {
    this.steps += 1 + piece.length;
    yield { end: piece.length, tokens: this.tokensOf(piece) };
  }

  protected abstract tokensOf(piece: string): Tokens;

  partsBetween(): boolean {
    return false;
  }

  onlyBegins(): boolean {
    return false;
  }
}

function one(id: number | null): Tokens {
  return id === null
    ? { ids: new Uint32Array(0), starts: new Uint32Array(0) }
    : { ids: Uint32Array.of(id), starts: Uint32Array.of(0) };
}

export class WordLevel extends Words {
  readonly #vocab: ReadonlyMap<string, number>;
  readonly #unknown: number | null;

  constructor(vocab: ReadonlyMap<string, number>, unknown: number | null) {
    super();
    this.#vocab = vocab;
    this.#unknown = unknown;
  }

  protected tokensOf(piece: string): Tokens {
    return one(this.#vocab.get(piece) ?? this.#unknown);
  }
}

export interface WordPieces {
  readonly vocab: ReadonlyMap<string, number>;
  readonly unknown: number | null;
  /** Mark of tokens that go on with a word. */
  readonly prefix: string;
  /** Characters of a word above which it is unknown as a whole. */
  readonly most: number;
}

export class WordPiece extends Words {
  readonly #spec: WordPieces;
  readonly #longest: number;

  constructor(spec: WordPieces) {
    super();
    this.#spec = spec;
    let longest = 0;
    for (const token of spec.vocab.keys()) longest = Math.max(longest, token.length);
    this.#longest = longest;
  }

  protected tokensOf(piece: string): Tokens {
    const { unknown, most } = this.#spec;
    if (piece.length > most && Array.from(piece).length > most) return one(unknown);
    const ids: number[] = [];
    const starts: number[] = [];
    for (let start = 0; start < piece.length; ) {
      const found = this.#longestFrom(piece, start);
      if (found === null) return one(unknown);
      ids.push(found.id);
      starts.push(start);
      start = found.end;
    }
    return { ids: Uint32Array.from(ids), starts: Uint32Array.from(starts) };
  }

  #longestFrom(piece: string, start: number): { readonly id: number; readonly end: number } | null {
    const mark = start > 0 ? this.#spec.prefix : '';
    for (let end = Math.min(piece.length, start + this.#longest); end > start; end--) {
      this.steps++;
      const id = this.#spec.vocab.get(mark + piece.slice(start, end));
      if (id !== undefined) return { id, end };
    }
    return null;
  }
}
