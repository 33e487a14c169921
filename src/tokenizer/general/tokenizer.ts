// Text to ids and back for tokenizers of any kind that is not byte-level BPE in its plain form.
import { NucleusError } from '../../lib/error.ts';
import { assertFits, countIds } from '../bytes.ts';
import { openingOf } from '../opening.ts';
import { WHOLE } from '../place.ts';
import { searchTokens } from '../search.ts';
import type { AddedToken } from '../spec.ts';
import { concatBytes, tokenText } from '../text.ts';
import {
  fingerprintOf,
  hasLeadingSpace,
  readSpecials,
  SLICE_STEPS,
  specialTokens,
  type Tokenizer,
} from '../tokenizer.ts';
import { withEdits } from '../with-edits.ts';
import { ruleOf } from './borders.ts';
import { GeneralEncoder } from './encoder.ts';
import type { GeneralSpec } from './spec.ts';

const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** The bytes of every id, [vocabSize]; none for an id without a token. */
export function tableOf(spec: GeneralSpec, vocabSize: number): Uint8Array[] {
  const table: Uint8Array[] = Array.from({ length: vocabSize }, () => NOTHING);
  for (const [token, id] of spec.vocab) table[id] = spec.faces.bytesOf(token);
  for (const token of spec.added) table[token.id] = utf8.encode(token.content);
  return table;
}

/** `vocabSize` is the model's. Throws `tokenizer_mismatch` where the ids do not fit it. */
export function createGeneral(
  spec: GeneralSpec,
  source: unknown,
  tokenizerConfig: unknown,
  size: number | null,
): Tokenizer {
  if (size !== null) assertFits(spec, size);
  const vocabSize = size ?? countIds(spec);
  const specials = readSpecials(spec, tokenizerConfig);
  // Text becomes it, so it is no special one to a person.
  if (spec.unknownId !== null) specials.delete(spec.unknownId);
  const table = tableOf(spec, vocabSize);
  for (const [id, content] of specials) table[id] = utf8.encode(content);
  const model = spec.model(new Set(specials.keys()));
  const words = spec.added.filter(({ id, special }) => !special && !specials.has(id) && id !== spec.unknownId);
  const encoder = new GeneralEncoder(spec, words, model, table);
  let withSpecials: GeneralEncoder | null = null;
  const specialIds = new Map(Array.from(specials, ([id, content]) => [content, id]));
  const bytes = (id: number): Uint8Array => {
    const found = table[id];
    if (found === undefined) throw new NucleusError('bad_token', `${id} is no id in [0, ${vocabSize})`, { id });
    return found;
  };
  const spelling = (ids: Iterable<number>): Uint8Array[] => {
    let open = spec.faces.dropsFirstSpace;
    return Array.from(ids, id => {
      const own = bytes(id);
      if (specials.has(id)) {
        open ||= spec.faces.dropsFirstSpace && spec.prefixed === 'each';
        return own;
      }
      const shown = open && own[0] === 0x20 ? own.subarray(1) : own;
      open = false;
      return shown;
    });
  };
  return withEdits({
    vocabSize,
    fingerprint: fingerprintOf(spec, specials),
    lossless: false,
    leadingSpace: hasLeadingSpace(table, specials),
    specials,
    opening: openingOf(source, tokenizerConfig, specials),
    encode: (text, place = WHOLE) => encoder.typed(text, place).ids,
    typed: (text, place = WHOLE) => encoder.typed(text, place),
    encodeSlices: (text, steps = SLICE_STEPS, place = WHOLE) => encoder.slices(text, steps, place),
    keepsPlaces: () => true,
    encodeWithSpecials: (text, isPlain) => {
      withSpecials ??= new GeneralEncoder(spec, words.concat(specialTokens(spec, specials)), model, table);
      return withSpecials.typed(text, WHOLE, isPlain).ids;
    },
    bytes,
    spelling,
    isSpecial: id => specials.has(id),
    idOf: special => specialIds.get(special),
    decode: ids => tokenText(concatBytes(spelling(ids))),
    search: (query, limit) => searchTokens(table, query, limit),
    startsPretoken: ruleOf(spec.borders, model, wordsOf(words)),
  });
}

function wordsOf(words: readonly AddedToken[]) {
  return {
    texts: words.map(({ content }) => content),
    lookAround: words.some(({ lstrip, rstrip, singleWord }) => lstrip || rstrip || singleWord),
  };
}
