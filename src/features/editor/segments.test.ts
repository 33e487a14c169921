// Segments: joined they are the text, cut where lines and pieces end, and the same objects where nothing has changed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentToken } from '../../stores/document/types.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import { blocksOf, cutSegments, MOST_UNITS, NO_SEGMENTS, type Segment } from './segments.ts';

const utf8 = new TextEncoder();
const VOCABULARY = ['\n', ' a', 'line\n', ' word', '天地', '\n\n', `${'long'.repeat(200)}`, '😀'].map(text =>
  utf8.encode(text),
);
// The halves of a character.
VOCABULARY.push(utf8.encode('é').slice(0, 1), utf8.encode('é').slice(1), new Uint8Array());

const tokenOf = (id: number): DocumentToken => ({
  id,
  bytes: VOCABULARY[id] ?? new Uint8Array(),
  special: false,
  origin: 'typed',
});
const viewOf = (tokens: readonly DocumentToken[]) => layoutTokens(tokens.map(({ bytes }) => bytes));
const cut = (tokens: readonly DocumentToken[], before = NO_SEGMENTS) => cutSegments(before, tokens, viewOf(tokens));
const joined = (list: readonly Segment[]) => list.map(({ text }) => text).join('');
const someIds = (length: number) =>
  fc.array(fc.nat({ max: VOCABULARY.length - 1 }), { maxLength: length, size: 'max' });

test('whatever is put in place of what, the segments are the text and keep their form', () => {
  fc.assert(
    fc.property(
      someIds(400),
      fc.array(fc.record({ at: fc.nat(), removed: fc.nat({ max: 60 }), ids: someIds(30) }), { maxLength: 6 }),
      (ids, edits) => {
        let tokens = ids.map(tokenOf);
        let segments = cut(tokens);
        for (const { at, removed, ids: added } of [{ at: 0, removed: 0, ids: [] }, ...edits]) {
          tokens = tokens.toSpliced(at % (tokens.length + 1), removed, ...added.map(tokenOf));
          segments = cut(tokens, segments);
          const { list } = segments;
          expect(joined(list)).toBe(viewOf(tokens).text);
          expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
          expect(list.reduce((sum, each) => sum + each.tokens, 0)).toBe(tokens.length);
          for (const [i, each] of list.entries()) {
            expect(each.closed).toBe(each.text.endsWith('\n'));
            expect(each.text.length).toBeLessThan(MOST_UNITS + 800);
            if (i < list.length - 1) expect(each.text).not.toBe('');
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a key makes a segment or two anew, however long the text is', () => {
  const line = [...Array.from({ length: 12 }, () => 3), 2];
  for (const lines of [100, 4000]) {
    const tokens = Array.from({ length: lines }, () => line)
      .flat()
      .map(tokenOf);
    const before = cut(tokens);
    for (const at of [0, Math.floor(tokens.length / 2), tokens.length]) {
      const after = cut(tokens.toSpliced(at, 0, tokenOf(1)), before);
      expect(after.list.slice(0, before.list.length).map(({ id }) => id)).toEqual(before.list.map(({ id }) => id));
      const kept = new Set(before.list);
      expect(after.list.filter(segment => !kept.has(segment)).length).toBeLessThanOrEqual(2);
      const blocks = new Set(blocksOf(before.list));
      expect(blocksOf(after.list).filter(block => !blocks.has(block)).length).toBeLessThanOrEqual(3);
    }
  }
});

test('a line end that goes joins two blocks, one that comes parts them', () => {
  const tokens = [6, 6, 0, 6, 6, 0, 6, 6, 0].map(tokenOf);
  const before = cut(tokens);
  expect(blocksOf(before.list)).toHaveLength(4);
  const joint = cut(tokens.toSpliced(2, 1), before);
  expect(joined(joint.list)).toBe(viewOf(tokens.toSpliced(2, 1)).text);
  expect(blocksOf(joint.list)).toHaveLength(2);
  expect(blocksOf(cut(tokens, joint).list)).toHaveLength(4);
});

test('the last block is the place of the end, and empty behind a line end', () => {
  expect(blocksOf([])).toEqual([[]]);
  expect(blocksOf(cut([tokenOf(0)]).list).at(-1)).toEqual([]);
  expect(blocksOf(cut([tokenOf(1)]).list)).toHaveLength(1);
});
