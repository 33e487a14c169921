// The page's tokenizer while a server is the engine. Typed text becomes pieces at once, words with the space before them; where the server tokenises, `spell` has its ids
// a moment later. What is spelled stays spelled, and edits touch the words beside them.
import { keyOf } from '../lib/byte-key.ts';
import { NucleusError } from '../lib/error.ts';
import { finder, type IsPlain } from '../tokenizer/added-words.ts';
import type { TokenSlice } from '../tokenizer/encoder.ts';
import type { LaterIds } from '../tokenizer/interface.ts';
import { concatBytes, tokenText } from '../tokenizer/text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { withEdits } from '../tokenizer/with-edits.ts';
import { lengthsIn } from './align.ts';
import { ServerVocabulary } from './vocabulary.ts';

const WORDS = / ?[\p{L}\p{N}\p{M}]+| ?[^\s\p{L}\p{N}\p{M}]+|\s+/gu;
const SPACE = /^\s$/;
const utf8 = new TextEncoder();

/** @param given what `loaded` has in the place of a tokenizer.json. */
export function serverTokenizer(given: unknown): Tokenizer {
  if (!(given instanceof ServerVocabulary)) throw new NucleusError('bad_tokenizer', 'no vocabulary of a server');
  const vocabulary = given;
  const bytes = (id: number): Uint8Array => {
    const found = vocabulary.bytes(id);
    if (found !== undefined) return found;
    if (Number.isSafeInteger(id) && id >= 0 && id < vocabulary.base) return utf8.encode(`<|${id}|>`);
    throw new NucleusError('bad_token', `${id} is no token of this server`, { id });
  };
  const encode = (text: string): Uint32Array =>
    Uint32Array.from(text.toWellFormed().match(WORDS) ?? [], word => vocabulary.piece(utf8.encode(word)));
  const made = withEdits({
    // Pieces come as they are typed.
    vocabSize: 2 ** 31,
    fingerprint: vocabulary.fingerprint,
    lossless: true,
    leadingSpace: true,
    specials: vocabulary.specials,
    opening: vocabulary.opening,
    encode,
    typed: text => ({ ids: encode(text), bytes: null }),
    keepsPlaces: () => true,
    spelling: ids => Array.from(ids, bytes),
    encodeSlices: (text, steps = SLICE) => slices(text, steps, encode),
    encodeWithSpecials: (text, isPlain) => withNames(vocabulary, text.toWellFormed(), encode, isPlain),
    bytes,
    isSpecial: id => vocabulary.specials.has(id),
    idOf: name => [...vocabulary.specials].find(([, each]) => each === name)?.[0],
    decode: ids => tokenText(concatBytes(Array.from(ids, bytes))),
    search: (query, limit) => search(vocabulary, query, limit),
    startsPretoken: (before, after) => !SPACE.test(before) && SPACE.test(after),
  });
  // How the server would tokenise it anew is known to the server alone.
  const whole = { ...made, divergence: () => [] };
  return vocabulary.ask === null ? whole : { ...whole, later: laterIds(vocabulary) };
}

/** Ids of the special tokens that the server has named, and pieces between them. A name that it has not told is text. */
function withNames(
  { specials }: ServerVocabulary,
  text: string,
  encode: (text: string) => Uint32Array,
  isPlain?: IsPlain,
): Uint32Array {
  const how = { special: true, lstrip: false, rstrip: false, singleWord: false, normalized: false };
  const names = Array.from(specials, ([id, content]) => ({ id, content, ...how }));
  const find = finder(names, ({ content }) => content);
  if (find === null) return encode(text);
  return Uint32Array.from(
    [...find(text, isPlain)].flatMap(section => (section.id === null ? [...encode(section.text)] : [section.id])),
  );
}

function laterIds(vocabulary: ServerVocabulary): LaterIds {
  return {
    isPiece: id => vocabulary.isPiece(id),
    spell: async text => {
      const ids = await vocabulary.ask?.(text);
      if (!ids) return null;
      const whole = utf8.encode(text);
      const own = ids.map(id => vocabulary.bytes(id) ?? null);
      const lengths = lengthsIn(whole, own);
      if (lengths.length !== ids.length || lengths.reduce((sum, each) => sum + each, 0) !== whole.length) return null;
      let at = 0;
      const bytes = lengths.map((length, i) => {
        const shown = whole.subarray(at, at + length);
        at += length;
        const known = own[i];
        return known && keyOf(known) === keyOf(shown) ? known : shown.slice();
      });
      return { ids: Uint32Array.from(ids), bytes };
    },
    settle: () => Promise.resolve(),
  };
}

/** Among the tokens that have been seen: the id itself, then equal texts, beginnings, and the rest. */
function search({ known }: ServerVocabulary, query: string, limit: number): number[] {
  const sought = query.toLowerCase();
  if (sought === '') return [];
  const classOf = (id: number, text: string): number => {
    if (String(id) === sought) return 0;
    const bare = text.trimStart();
    if (text === sought || bare === sought) return 1;
    return bare.startsWith(sought) ? 2 : text.includes(sought) ? 3 : 4;
  };
  return known
    .map(({ id, bytes }) => ({ id, found: classOf(id, tokenText(bytes).toLowerCase()) }))
    .filter(({ found }) => found < 4)
    .sort((a, b) => a.found - b.found)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** UTF-16 units of a slice. */
const SLICE = 100_000;

function* slices(text: string, steps: number, encode: (text: string) => Uint32Array): Generator<TokenSlice> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + Math.max(1, steps));
    while (end < text.length && (SPACE.test(text[end - 1] ?? '') || !SPACE.test(text[end] ?? ''))) end += 1;
    yield { start, end, ids: encode(text.slice(start, end)), bytes: null };
    start = end;
  }
}
