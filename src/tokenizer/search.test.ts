// Search against its plain form: each token on its own, one after the other.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTyped } from '../lib/typed-text.ts';
import { searchTokens } from './search.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = (bytes: Uint8Array) => Array.from(bytes, byte => String.fromCharCode(byte)).join('');

/** 0 equal, 2 begins with it, 4 holds it; one more where only the other case of letters does; null where it does not. */
function plainClass(text: string, query: string): number | null {
  const exact = text.includes(query);
  const [subject, sought] = exact ? [text, query] : [text.toLowerCase(), query.toLowerCase()];
  if (!subject.includes(sought)) return null;
  const trimmed = subject.trimStart();
  if (subject === sought || trimmed === sought) return exact ? 0 : 1;
  return (subject.startsWith(sought) || trimmed.startsWith(sought) ? 2 : 4) + (exact ? 0 : 1);
}

function plainBytes(token: Uint8Array, query: Uint8Array): number | null {
  const at = latin1(token).indexOf(latin1(query));
  if (at < 0) return null;
  return at > 0 ? 4 : token.length === query.length ? 0 : 2;
}

function plainSearch(table: readonly Uint8Array[], typed: string, limit: number): number[] {
  if (typed === '' || limit <= 0) return [];
  const ranked = (classOf: (token: Uint8Array) => number | null) =>
    table
      .map((token, id) => ({ id, found: classOf(token) }))
      .filter(({ found }) => found !== null)
      .sort((a, b) => (a.found ?? 0) - (b.found ?? 0) || a.id - b.id)
      .map(({ id }) => id);
  const byText = (query: string) => ranked(token => plainClass(decoder.decode(token), query));
  const { text, bytes } = readTyped(typed);
  const named = /^\d+$/.test(typed.trim()) ? Number(typed.trim()) : -1;
  const found = new Set([
    ...(named >= 0 && named < table.length ? [named] : []),
    ...(text === null ? ranked(token => plainBytes(token, bytes)) : byText(text)),
    ...(text === typed ? [] : byText(typed)),
  ]);
  return [...found].slice(0, limit);
}

const UTF8 = new TextEncoder();
const piece = fc.oneof(
  fc.constantFrom(
    ' ',
    '\n',
    '\t ',
    ' ',
    '　',
    'a',
    'b',
    'ab',
    'A',
    'Ab',
    'İ',
    'ß',
    'ΟΣ',
    'σ',
    'é',
    '中',
    '😀',
    'fi',
    '12',
    '\\',
  ),
  fc.string({ maxLength: 2 }),
);
const token = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { maxLength: 4 }).map(parts => UTF8.encode(parts.join(''))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
);
const query = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 3 }).map(parts => parts.join('')),
  fc.constantFrom('\\xe4', '\\xf0\\x9f', '·', '↵', '\\n', '3', '1 2', '\uFFFD', '#1'),
);

test('finds what looking at every token finds, in the same order', () => {
  fc.assert(
    fc.property(
      fc.array(token, { maxLength: 40 }),
      fc.array(query, { minLength: 1, maxLength: 4 }),
      (table, queries) => {
        for (const typed of queries)
          for (const limit of [1, 3, Number.POSITIVE_INFINITY])
            expect(searchTokens(table, typed, limit)).toEqual(plainSearch(table, typed, limit));
      },
    ),
    { numRuns: 400 },
  );
});

test('a match over the border of two tokens is none, whatever comes after it', () => {
  const table = ['ab', 'ca', 'bca', 'aaa', 'a'].map(text => UTF8.encode(text));
  expect(searchTokens(table, 'bca', 9)).toEqual([2]);
  expect(searchTokens(table, 'aaaa', 9)).toEqual([]);
  expect(searchTokens(table, 'aa', 9)).toEqual([3]);
});
