// Added tokens in a text: the longest of many, and work that does not grow with how many lengths there are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finder } from './added-words.ts';
import type { AddedToken } from './spec.ts';

const PLAIN = { special: false, normalized: false, lstrip: false, rstrip: false, singleWord: false };

function tokensOf(contents: readonly string[], more: Partial<AddedToken> = {}): AddedToken[] {
  return contents.map((content, id) => ({ ...PLAIN, ...more, id, content }));
}

function found(text: string, tokens: readonly AddedToken[]): [number | null, string][] {
  const sections = finder(tokens, token => token.content)?.(text) ?? [];
  return [...sections].map(section => [section.id, section.text]);
}

/** The same, place by place and token by token. */
function plainly(text: string, contents: readonly string[]): [number | null, string][] {
  const sections: [number | null, string][] = [];
  for (let at = 0; at < text.length; ) {
    const id = contents.reduce(
      (best, content, i) => (text.startsWith(content, at) && content.length > (contents[best]?.length ?? 0) ? i : best),
      -1,
    );
    const content = contents[id];
    const piece = content ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    const last = sections.at(-1);
    if (content === undefined && last?.[0] === null) last[1] += piece;
    else sections.push([content === undefined ? null : id, piece]);
    at += piece.length;
  }
  return sections;
}

test('the longest at each place, as looking for each of them at every place finds it', () => {
  const units = fc.constantFrom('a', 'a', 'b', '<', '😀', '😁');
  const content = fc.string({ unit: units, minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.uniqueArray(content, { minLength: 1, maxLength: 30 }),
      fc.string({ unit: units, maxLength: 40 }),
      (contents, text) => {
        expect(found(text, tokensOf(contents))).toEqual(plainly(text, contents));
      },
    ),
    { numRuns: 2000 },
  );
});

test('four thousand lengths that begin alike and end otherwise are no more work than their common part', () => {
  const contents = Array.from({ length: 4000 }, (_, i) => `${'a'.repeat(i)}b`);
  const text = 'a'.repeat(8000);
  expect(found(text, tokensOf(contents))).toEqual([[null, text]]);
  expect(found(`${text}bc`, tokensOf(contents))).toEqual([
    [null, 'a'.repeat(4001)],
    [3999, contents[3999]],
    [null, 'c'],
  ]);
});

test('a long run of space between tokens that take space is walked once', () => {
  const text = ' '.repeat(300_000);
  expect(found(`a${text}b`, tokensOf([' '], { lstrip: true }))).toHaveLength(300_002);
  expect(found(`a${text}b`, tokensOf([' '], { rstrip: true }))).toHaveLength(300_002);
});
