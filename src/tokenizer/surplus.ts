// A tokenizer.json with more ids than the model has rows: the surplus is taken out, so that no text becomes an id that the model lacks.
import { BYTE_TO_CHAR } from './byte-alphabet.ts';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isBelow = (id: unknown, limit: number): boolean => typeof id === 'number' && id < limit;

/**
 * The same tokenizer without ids from `vocabSize` on, without the merges that made or used them, and how many they were. As it is where it has none, or
 * where a byte is among them, so that text could not be written any more: then the reader of tokenizers says what is wrong.
 */
export function withoutSurplus(
  tokenizerJson: unknown,
  vocabSize: number,
): { readonly tokenizerJson: unknown; readonly surplus: number } {
  const whole = { tokenizerJson, surplus: 0 };
  if (!isJson(tokenizerJson) || !isJson(tokenizerJson.model) || !isJson(tokenizerJson.model.vocab)) return whole;
  const { model } = tokenizerJson;
  const entries = Object.entries(tokenizerJson.model.vocab);
  const vocab = entries.filter(([, id]) => isBelow(id, vocabSize));
  const added: unknown[] = Array.isArray(tokenizerJson.added_tokens) ? tokenizerJson.added_tokens : [];
  const addedKept = added.filter(token => isJson(token) && isBelow(token.id, vocabSize));
  const kept = new Set(vocab.map(([token]) => token));
  const gone = new Set<unknown>();
  for (const [token, id] of entries) if (!kept.has(token)) gone.add(id);
  for (const token of added) if (!addedKept.includes(token)) gone.add(isJson(token) ? token.id : token);
  if (gone.size === 0) return whole;
  if (entries.some(([token]) => !kept.has(token) && BYTE_TO_CHAR.includes(token))) return whole;
  const merges: unknown[] = Array.isArray(model.merges) ? model.merges : [];
  const mergesKept = merges.filter(merge => {
    const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    return parts.every(part => typeof part === 'string' && kept.has(part)) && kept.has(parts.join(''));
  });
  return {
    tokenizerJson: {
      ...tokenizerJson,
      added_tokens: addedKept,
      model: { ...model, vocab: Object.fromEntries(vocab), merges: mergesKept },
    },
    surplus: gone.size,
  };
}
