// The merges of BPE one by one, for looking inside. By strings and without a heap, unlike `models/bpe.ts`: a second opinion on its ids.
// Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units", on bytes as in GPT-2's encoder.py.
import { defined } from '../lib/assert.ts';
import { asNucleusError } from '../lib/error.ts';
import { sectionsOf } from './added-words.ts';
import { bytesToVocabulary } from './byte-alphabet.ts';
import { pretokenise } from './pretokens/steps.ts';
import { readTokenizerSpec, type TokenizerSpec } from './spec.ts';

/** The symbols `left` and `right`, at `at` and `at + 1` of the list as it then is, become one. */
export interface MergeStep {
  readonly left: string;
  readonly right: string;
  /** Place of the merge in the tokenizer's list; the lowest of a list goes first. */
  readonly rank: number;
  readonly at: number;
}

/** A piece of the text that no merge crosses. Symbols are vocabulary strings: one character of the byte alphabet a byte. */
export interface PieceTrace {
  readonly text: string;
  /** One symbol a byte, but for bytes that the vocabulary lacks. A piece that is a token by itself, without merges, has that token alone. */
  readonly symbols: readonly string[];
  readonly merges: readonly MergeStep[];
  /** The symbols after all merges. */
  readonly result: readonly string[];
  /** Their ids. A symbol that the vocabulary lacks has none. */
  readonly ids: readonly number[];
}

export interface MergeTrace {
  readonly pieces: readonly PieceTrace[];
}

/** Rank by left, then by right symbol. */
type Ranks = ReadonlyMap<string, ReadonlyMap<string, number>>;

const ranksOf = new WeakMap<TokenizerSpec, Ranks>();

function readRanks(spec: TokenizerSpec): Ranks {
  const known = ranksOf.get(spec);
  if (known !== undefined) return known;
  const ranks = new Map<string, Map<string, number>>();
  spec.merges.forEach(([left, right], rank) => {
    const row = ranks.get(left) ?? new Map<string, number>();
    ranks.set(left, row.set(right, rank));
  });
  ranksOf.set(spec, ranks);
  return ranks;
}

const NONE = Number.POSITIVE_INFINITY;

/**
 * All merges of `symbols`, which is changed to the result: always the pair of lowest rank, the leftmost of equals.
 * One pass joins all pairs of the lowest rank; it ends early when a join makes a pair of a still lower rank, which only untrained merges have.
 */
function mergeAll(symbols: string[], ranks: Ranks): MergeStep[] {
  const steps: MergeStep[] = [];
  const rankAt = (list: readonly string[], i: number): number => {
    const right = list[i + 1];
    return right === undefined ? NONE : (ranks.get(list[i] ?? '')?.get(right) ?? NONE);
  };
  // pairs[i] is the rank of symbols[i] with symbols[i + 1].
  let pairs = symbols.map((_, i) => rankAt(symbols, i));
  for (;;) {
    const lowest = pairs.reduce((a, b) => Math.min(a, b), NONE);
    if (lowest === NONE) return steps;
    const source = symbols.splice(0);
    const sourcePairs = pairs;
    pairs = [];
    let done = false;
    for (let i = 0; i < source.length; i++) {
      const left = defined(source[i], 'symbol');
      if (done || sourcePairs[i] !== lowest) {
        symbols.push(left);
        pairs.push(sourcePairs[i] ?? NONE);
        continue;
      }
      const right = defined(source[i + 1], 'symbol');
      const at = symbols.length;
      steps.push({ left, right, rank: lowest, at });
      symbols.push(left + right);
      i++;
      const next = source[i + 1];
      pairs.push(next === undefined ? NONE : (ranks.get(left + right)?.get(next) ?? NONE));
      if (at > 0) pairs[at - 1] = rankAt(symbols, at - 1);
      done = (pairs[at] ?? NONE) < lowest || (pairs[at - 1] ?? NONE) < lowest;
    }
  }
}

/** One symbol a byte; for bytes that the vocabulary lacks its unknown token, or nothing. */
function knownSymbols(bytes: string, { vocab, unknown }: TokenizerSpec): string[] {
  return Array.from(bytes).flatMap((char, i) => {
    if (vocab.has(char)) return char;
    const again = i > 0 && unknown?.fused === true && !vocab.has(bytes.charAt(i - 1));
    return unknown === null || again ? [] : unknown.token;
  });
}

function tracePiece(text: string, spec: TokenizerSpec, special: ReadonlySet<number>): PieceTrace {
  const bytes = bytesToVocabulary(new TextEncoder().encode(text));
  const whole = spec.vocab.get(bytes);
  if (spec.ignoreMerges && whole !== undefined && !special.has(whole)) {
    return { text, symbols: [bytes], merges: [], result: [bytes], ids: [whole] };
  }
  const symbols = knownSymbols(bytes, spec);
  const result = symbols.slice();
  const merges = mergeAll(result, readRanks(spec));
  const ids = result.flatMap(symbol => spec.vocab.get(symbol) ?? []);
  return { text, symbols, merges, result, ids };
}

/**
 * How a text becomes tokens: its pieces, and in each the merges in their order. The ids are those of `Tokenizer.encode`; special
 * tokens in the text are plain text: those that the tokenizer.json itself says are special, names that stand in other files alone are not known here. Throws `bad_tokenizer` as `readTokenizerSpec` does.
 */
export function mergeTrace(tokenizerJson: unknown, text: string): MergeTrace {
  const spec = readTokenizerSpec(tokenizerJson);
  const special = new Set(spec.added.filter(token => token.special).map(token => token.id));
  const sections = sectionsOf(
    spec.added.filter(token => !token.special),
    spec.normalForm,
  );
  const pieces: PieceTrace[] = [];
  for (const { id, text: part } of sections(text.toWellFormed())) {
    if (id !== null) pieces.push({ text: part, symbols: [part], merges: [], result: [part], ids: [id] });
    else for (const piece of pretokenise(part, spec.pretokens)) pieces.push(tracePiece(piece, spec, special));
  }
  return { pieces };
}

/** Whether a tokenizer is byte-level BPE, so that its merges can be walked. */
export function hasMerges(tokenizerJson: unknown): boolean {
  try {
    return readTokenizerSpec(tokenizerJson).merges.length > 0;
  } catch (thrown) {
    if (asNucleusError(thrown).code === 'bad_tokenizer') return false;
    throw thrown;
  }
}

/** The symbols of a piece after its first `count` merges. */
export function symbolsAfter(piece: PieceTrace, count: number): string[] {
  const symbols = piece.symbols.slice();
  for (const { left, right, at } of piece.merges.slice(0, count)) symbols.splice(at, 2, left + right);
  return symbols;
}
