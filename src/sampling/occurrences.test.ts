// Counts that are carried along with a text are those of counting all of it, and look at each token once.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingText } from './growing-text.ts';
import { type Counted, Occurrences } from './occurrences.ts';
import { type History, pastOf, withBeside } from './past.ts';

const COUNTED: readonly Counted[] = [-1, 0, 1, 3, 64].flatMap(last => [
  { last, drawnAlone: false },
  { last, drawnAlone: true },
]);

function plain(ids: readonly number[], drawn: readonly number[], { last, drawnAlone }: Counted): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [i, id] of ids.entries()) {
    if (last >= 0 && i < ids.length - last) continue;
    if (drawnAlone && drawn[i] !== 1) continue;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

test('after any growth, asked at any time', () => {
  const token = fc.record({ id: fc.nat({ max: 5 }), drawn: fc.nat({ max: 1 }), asked: fc.boolean() });
  fc.assert(
    fc.property(fc.array(token, { maxLength: 100 }), fc.constantFrom(...COUNTED), (tokens, counted) => {
      const occurrences = new Occurrences(counted);
      for (const [i, { asked }] of tokens.entries()) {
        if (!asked && i < tokens.length - 1) continue;
        const ids = tokens.slice(0, i + 1).map(({ id }) => id);
        const drawn = tokens.slice(0, i + 1).map(each => each.drawn);
        const found = occurrences.of({ ids: Uint32Array.from(ids), drawn: Uint8Array.from(drawn) });
        expect(new Map(found)).toEqual(plain(ids, drawn, counted));
      }
    }),
  );
});

test('a token more is one look at the text, however long it is', () => {
  let looks = 0;
  const watched = (length: number): Uint32Array =>
    new Proxy(new Uint32Array(length), {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key, target);
      },
    });
  const occurrences = new Occurrences({ last: -1, drawnAlone: false });
  occurrences.of({ ids: watched(5000), drawn: new Uint8Array(5000) });
  expect(looks).toBe(5000);
  looks = 0;
  occurrences.of({ ids: watched(5001), drawn: new Uint8Array(5001) });
  expect(looks).toBe(1);
});

test('a text that grows gives what the steps count without counting all of it again', () => {
  const text = new GrowingText({ tokens: Uint32Array.of(1, 2, 2), drawn: Uint8Array.of(0, 0, 1) }, () => undefined, 7);
  const values = { repeat_last_n: 3, penalties_count: 'drawn' };
  const counts = (history: History) => {
    const { seen, counted } = pastOf(history, values, []);
    return [new Map(seen), new Map(counted)];
  };
  const fresh = () => counts({ ids: text.ids.slice(), drawn: text.drawn.slice() });
  let asked = 0;
  const { occurrences } = text;
  const watched: History = {
    ...withBeside(text, null, null),
    occurrences: (counted, length) => {
      asked++;
      return occurrences(counted, length);
    },
  };
  expect(counts(watched)).toEqual(fresh());
  expect(asked).toBe(2);
  for (const id of [5, 1, 5, 5, 2, 2, 1]) {
    const before = withBeside(text, null, null);
    const then = fresh();
    text.push(id, 1);
    expect(counts(text)).toEqual(fresh());
    // What was known at a place stays so when the text has gone on.
    expect(counts(before)).toEqual(then);
  }
});
