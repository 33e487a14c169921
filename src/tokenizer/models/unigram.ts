// Unigram: of all ways to cut a piece into tokens, the one whose scores have the greatest sum.
// Source: Kudo 2018, "Subword Regularization"; sums and ties as in the `Unigram` model of the `tokenizers` library and in SentencePiece's `EncodeOptimized`.
import { type byteIdsOf, LONG, Neighbours, type PieceModel, type TokenPart } from './piece-model.ts';
import { Trie } from './trie.ts';

export interface ScoredTokens {
  /** Text, score, and id of every token that text may become. */
  readonly tokens: readonly (readonly [text: string, score: number, id: number])[];
  /** Null: characters without a token are left out. */
  readonly unknownId: number | null;
  /** Score of a character without a token. */
  readonly unknownScore: number;
  /** Unknown characters become the tokens of their bytes, where all of those are there; by the spelling of bytes. */
  readonly byteIds: ReturnType<typeof byteIdsOf> | null;
  /** Scores are added up in f32, as SentencePiece does. */
  readonly single: boolean;
  /** Tokens that win wherever they stand: a tenth for each byte but the first is their score. */
  readonly always: ReadonlySet<number>;
}

const utf8 = new TextEncoder();

/** UTF-8 length of the code point whose first unit this is. */
function byteLength(text: string, from: number, to: number): number {
  return utf8.encode(text.slice(from, to)).length;
}

export class Unigram implements PieceModel {
  readonly #spec: ScoredTokens;
  readonly #trie = new Trie();
  /** Scores and ids by the place of a token in the list. */
  readonly #neighbours = new Neighbours();
  #steps = 0;

  constructor(spec: ScoredTokens) {
    this.#spec = spec;
    spec.tokens.forEach(([text], index) => {
      if (text === '') return;
      this.#trie.set(text, index);
      this.#neighbours.addText(text);
    });
  }

  get steps(): number {
    return this.#steps;
  }

  partsBetween(before: number, after: number): boolean {
    return !this.#neighbours.has(before, after) && this.#isKnown(before) && this.#isKnown(after);
  }

  onlyBegins(code: number): boolean {
    return !this.#neighbours.follows(code) && this.#isKnown(code);
  }

  #isKnown(code: number): boolean {
    const char = String.fromCodePoint(code);
    let node = 0;
    for (let i = 0; i < char.length && node >= 0; i++) node = this.#trie.next(node, char.charCodeAt(i));
    return node >= 0 && this.#trie.valueAt(node) >= 0;
  }

  *encode(piece: string, budget: number): Generator<TokenPart> {
    const path = new Path(piece.length);
    let begun = 0;
    /** No token seen so far ends behind it. */
    let reach = 0;
    let counted = this.#steps;
    for (let start = 0; start < piece.length; ) {
      reach = Math.max(reach, this.#reachOf(piece, start, path));
      start += (piece.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      const settled = reach === start && start - begun >= LONG && !this.#isUnknown(path.token(start));
      if (settled || start >= piece.length) {
        yield { end: start, tokens: this.#tokens(piece, path, begun, start) };
        begun = start;
        counted = this.#steps;
      } else if (this.#steps - counted > budget) {
        yield { end: begun, tokens: null };
        counted = this.#steps;
      }
    }
  }

  /** Weighs all tokens that begin at `start`; the farthest place that one of them reaches. */
  #reachOf(piece: string, start: number, path: Path): number {
    const { tokens, single, always, unknownScore } = this.#spec;
    const till = path.score(start);
    const next = start + ((piece.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
    let alone = false;
    let reach = next;
    let node = 0;
    for (let end = start; end < piece.length; ) {
      this.#steps++;
      node = this.#trie.next(node, piece.charCodeAt(end));
      if (node < 0) break;
      end++;
      const index = this.#trie.valueAt(node);
      const token = index < 0 ? undefined : tokens[index];
      if (token === undefined) continue;
      const wins = always.has(token[2]);
      const score = wins ? Math.fround(byteLength(piece, start, end) * 0.1 - 0.1) : token[1];
      path.offer(end, start, index, single ? Math.fround(till + score) : till + score);
      reach = Math.max(reach, end);
      alone ||= end === next;
    }
    const sum = till + unknownScore;
    if (!alone) path.offer(next, start, UNKNOWN, single ? Math.fround(sum) : sum);
    return reach;
  }

  #tokens(piece: string, path: Path, from: number, to: number): NonNullable<TokenPart['tokens']> {
    const ids: number[] = [];
    const starts: number[] = [];
    for (let end = to; end > from; ) {
      const index = path.token(end);
      let start = path.start(end);
      // The spelling of the unknown token by itself is that token.
      const alone = index >= 0 && (start === from || !this.#isUnknown(path.token(start)));
      if (!this.#isUnknown(index) || alone) {
        ids.push(this.#spec.tokens[index]?.[2] ?? 0);
        starts.push(start);
      } else {
        // A run of unknown characters is one.
        while (start > from && this.#isUnknown(path.token(start))) start = path.start(start);
        this.#unknown(piece, start, end, ids, starts);
      }
      end = start;
    }
    return { ids: Uint32Array.from(ids.reverse()), starts: Uint32Array.from(starts.reverse()) };
  }

  #isUnknown(index: number): boolean {
    return index < 0 || this.#spec.tokens[index]?.[2] === this.#spec.unknownId;
  }

  /** In reverse. */
  #unknown(piece: string, from: number, to: number, ids: number[], starts: number[]): void {
    const { byteIds, unknownId } = this.#spec;
    const found: [number, number][] = [];
    for (let at = from; byteIds !== null && at < to; ) {
      const code = piece.codePointAt(at) ?? 0;
      for (const byte of utf8.encode(String.fromCodePoint(code))) found.push([byteIds[byte] ?? -1, at]);
      at += code > 0xffff ? 2 : 1;
    }
    if (found.length === 0 || found.some(([id]) => id < 0)) {
      if (unknownId === null) return;
      ids.push(unknownId);
      starts.push(from);
      return;
    }
    for (const [id, at] of found.reverse()) {
      ids.push(id);
      starts.push(at);
    }
  }
}

const UNKNOWN = -1;
const NOWHERE = -1;

/** The best way to each place of a piece. */
class Path {
  readonly #scores: Float64Array;
  readonly #starts: Int32Array;
  readonly #tokens: Int32Array;

  constructor(length: number) {
    this.#scores = new Float64Array(length + 1);
    this.#starts = new Int32Array(length + 1).fill(NOWHERE);
    this.#tokens = new Int32Array(length + 1);
  }

  score(at: number): number {
    return this.#scores[at] ?? 0;
  }

  start(at: number): number {
    return this.#starts[at] ?? 0;
  }

  /** Index of the token that ends there, UNKNOWN for a character without one. */
  token(at: number): number {
    return this.#tokens[at] ?? UNKNOWN;
  }

  /** A token from `start` to `end` is taken where it is the first or has a greater sum. */
  offer(end: number, start: number, token: number, score: number): void {
    if (this.#starts[end] !== NOWHERE && score <= (this.#scores[end] ?? 0)) return;
    this.#scores[end] = score;
    this.#starts[end] = start;
    this.#tokens[end] = token;
  }
}
