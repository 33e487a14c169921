// What is typed to find a token means: an id, the one token it spells, the several it would be cut into, and others that look like it.
import { readTyped } from '../lib/typed-text.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface FoundTokens {
  /** The token with exactly this text or these bytes, or the one that `#123` names; null when there is none. */
  readonly exact: number | null;
  /** The tokens the text is cut into, where it is several; else empty. */
  readonly parts: readonly number[];
  /** By id, and those that contain the text; not `exact`. */
  readonly others: readonly number[];
}

const NOTHING: FoundTokens = { exact: null, parts: [], others: [] };

type Vocabulary = Pick<Tokenizer, 'search' | 'encodeWithSpecials' | 'bytes' | 'vocabSize'>;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What `typed` finds, as `readTyped` reads it; at most `most` others, the best first. */
export function findTokens(vocabulary: Vocabulary, typed: string, most: number): FoundTokens {
  if (typed === '') return NOTHING;
  const named = /^\s*#(\d+)\s*$/.exec(typed)?.[1];
  if (named !== undefined) {
    const id = Number(named);
    const known = id < vocabulary.vocabSize && vocabulary.bytes(id).length > 0;
    return { ...NOTHING, exact: known ? id : null };
  }
  const { text, bytes } = readTyped(typed);
  const found = vocabulary.search(typed, most + 1).filter(id => vocabulary.bytes(id).length > 0);
  const ids = text === null ? [] : Array.from(vocabulary.encodeWithSpecials(text));
  const spelled = text === null ? found.find(id => sameBytes(vocabulary.bytes(id), bytes)) : ids[0];
  const exact = ids.length > 1 ? null : (spelled ?? null);
  return { exact, parts: exact === null ? ids : [], others: found.filter(id => id !== exact).slice(0, most) };
}

/** The token Enter takes: the exact one, else the first that was found. */
export function bestOf({ exact, parts, others }: FoundTokens): number | null {
  return exact ?? others[0] ?? parts[0] ?? null;
}
