// A change between two texts, widened to whole characters.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { between, wholePairs } from './text-change.ts';

test('a change that parts no surrogate pair makes the same text', () => {
  const texts = fc.array(fc.constantFrom('a', '\u{1F600}', '\u{1F601}', '\u{1FA00}', '\u{10A00}'), { maxLength: 6 });
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const [before, after] = [one.join(''), other.join('')];
      const { start, end, insert } = wholePairs(before, between(before, after));
      const parts = [before.slice(0, start), insert, before.slice(end)];
      expect(parts.join('')).toBe(after);
      for (const part of parts) expect(part.isWellFormed()).toBe(true);
    }),
  );
});
