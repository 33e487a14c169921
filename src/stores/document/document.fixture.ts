// Test support: a document of the shipped vocabulary, tokens as a run draws them, and what holds of a document at any time.
import { expect } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import { createDocumentStore } from './document.ts';
import type { DocumentStore, DocumentToken } from './types.ts';

const json = shippedJson('tokenizer.json');
export const tokenizer = createTokenizer(json, shippedJson('tokenizer_config.json'), SHIPPED_VOCAB_SIZE);
export const BOS = 2047;

export function ready(text: string): DocumentStore {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  return store;
}

export const drawn = (id: number, seed = 1): DocumentToken => ({
  id,
  bytes: tokenizer.bytes(id),
  special: tokenizer.isSpecial(id),
  origin: 'drawn',
  draw: { settings: DEFAULT_SETTINGS, seed, u: 0.5, pAfter: 0.5, outdated: false, model: null },
  stats: { logprob: -1, rank: 2, entropy: 3, logZ: 4 },
});

/** Text, ids, bytes, caret and selected token agree. */
export function checkWhole(document: DocumentStore, of: Tokenizer): void {
  const { tokens, text, view, selection, selected } = document.getState();
  expect(of.decode(tokens.map(token => token.id))).toBe(text);
  expect(view.text).toBe(text);
  expect(view.starts).toHaveLength(tokens.length + 1);
  expect(selection.start).toBeLessThanOrEqual(selection.end);
  expect(selection.end).toBeLessThanOrEqual(text.length);
  if (selected !== 'end') expect(selected).toBeLessThan(tokens.length);
  for (const token of tokens) expect(token.bytes).toBe(of.bytes(token.id));
}
