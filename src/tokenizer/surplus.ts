// A tokenizer with more ids than the model has rows: the surplus is taken out, so that no text becomes an id that the model lacks.
import { BYTE_TO_CHAR } from './byte-alphabet.ts';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isBelow = (id: unknown, limit: number): boolean => typeof id === 'number' && id < limit;

interface Fitting {
  readonly tokenizerJson: unknown;
  readonly surplus: number;
}

/**
 * The same tokenizer (as `openTokenizer` takes it) without ids from `vocabSize` on, without the merges that made or used them, and how many they were. As
 * it is where it has none, or where a byte is among them, so that text could not be written any more: then the reader of tokenizers says what is wrong.
 */
export function withoutSurplus(tokenizerJson: unknown, vocabSize: number): Fitting {
  if (!isJson(tokenizerJson)) return { tokenizerJson, surplus: 0 };
  const { model } = tokenizerJson;
  const added: unknown[] = Array.isArray(tokenizerJson.added_tokens) ? tokenizerJson.added_tokens : [];
  const kept = added.filter(token => isJson(token) && isBelow(token.id, vocabSize));
  const gone = new Set<unknown>();
  const stays = new Set(kept);
  for (const token of added) if (!stays.has(token)) gone.add(isJson(token) ? token.id : token);
  const smaller = isJson(model) ? modelWithout(model, vocabSize, gone) : model;
  if (gone.size === 0 || smaller === null) return { tokenizerJson, surplus: 0 };
  const parts = smaller === undefined ? {} : { model: smaller };
  return { tokenizerJson: { ...tokenizerJson, added_tokens: kept, ...parts }, surplus: gone.size };
}

/** Puts the ids that go into `gone`; null where a byte is among them. */
function modelWithout(model: Json, vocabSize: number, gone: Set<unknown>): Json | null {
  if (Array.isArray(model.vocab)) {
    // Tokens with scores: the place is the id.
    for (let id = vocabSize; id < model.vocab.length; id++) gone.add(id);
    return { ...model, vocab: model.vocab.slice(0, vocabSize) };
  }
  if (!isJson(model.vocab)) return model;
  const entries = Object.entries(model.vocab);
  const vocab = entries.filter(([, id]) => isBelow(id, vocabSize));
  if (vocab.length === entries.length) return model;
  const kept = new Set(vocab.map(([token]) => token));
  for (const [token, id] of entries) if (!kept.has(token)) gone.add(id);
  if (entries.some(([token]) => !kept.has(token) && BYTE_TO_CHAR.includes(token))) return null;
  const { merges, continuing_subword_prefix } = model;
  // What goes on with a word is marked; the token that a merge makes has the mark once.
  const mark = typeof continuing_subword_prefix === 'string' ? continuing_subword_prefix.length : 0;
  const still = (merge: unknown): boolean => {
    const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    const [left, right] = parts;
    if (typeof left !== 'string' || typeof right !== 'string' || parts.length > 2) return false;
    return kept.has(left) && kept.has(right) && kept.has(left + right.slice(mark));
  };
  return {
    ...model,
    vocab: Object.fromEntries(vocab),
    ...(Array.isArray(merges) ? { merges: merges.filter(still) } : {}),
  };
}
