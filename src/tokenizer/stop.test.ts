// Stop strings over tokens against a plain definition: join all bytes, look for each stop string.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StopMatch, StopMatcher } from './stop.ts';
import { concatBytes } from './text.ts';

const utf8 = new TextEncoder();

/** Bytes as a string of one character a byte, so that indexOf works on them. */
const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);

interface PlainResult {
  readonly match: StopMatch | null;
  /** After each push, the tokens that may be shown in all. */
  readonly shown: readonly number[];
}

/** The definition. */
function plain(stops: readonly string[], tokens: readonly Uint8Array[]): PlainResult {
  const wanted = stops.filter(stop => stop !== '').map(stop => ({ stop, needle: latin(utf8.encode(stop)) }));
  const shown: number[] = [];
  for (let n = 1; n <= tokens.length; n++) {
    const all = latin(concatBytes(tokens.slice(0, n)));
    const ends = tokens.slice(0, n).map((_, i) => concatBytes(tokens.slice(0, i + 1)).length);
    const [best] = wanted
      .map(({ stop, needle }) => ({ stop, at: all.indexOf(needle), length: needle.length }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.length - a.length);
    if (best !== undefined) {
      const dropFrom = ends.findIndex(end => end > best.at);
      const piece = Uint8Array.from(all.slice(ends[dropFrom - 1] ?? 0, best.at), char => char.charCodeAt(0));
      shown.push(dropFrom);
      return { match: { stop: best.stop, dropFrom, piece }, shown };
    }
    let safe = all.length;
    for (let at = all.length - 1; at >= 0; at--) {
      if (wanted.some(({ needle }) => needle.startsWith(all.slice(at)))) safe = at;
    }
    shown.push(ends.filter(end => end <= safe).length);
  }
  return { match: null, shown };
}

function streamed(stops: readonly string[], tokens: readonly Uint8Array[]): PlainResult {
  const matcher = new StopMatcher(stops);
  const shown: number[] = [];
  let total = 0;
  for (const token of tokens) {
    const step = matcher.push(token);
    total += step.release;
    shown.push(total);
    if (step.match !== null) return { match: step.match, shown };
  }
  return { match: null, shown };
}

const letters = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength });

/** Texts of few letters, cut anywhere, characters too; some tokens are empty. */
const cutText = fc.tuple(letters(14), fc.array(fc.nat({ max: 30 }), { maxLength: 14 })).map(([text, cuts]) => {
  const bytes = utf8.encode(text);
  const at = [0, ...cuts.filter(cut => cut <= bytes.length).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.slice(at[i], end));
});

describe('StopMatcher', () => {
  test('it finds what the definition finds, and shows what it may', () => {
    fc.assert(
      fc.property(fc.array(letters(5), { maxLength: 4 }), cutText, (stops, tokens) => {
        expect(streamed(stops, tokens)).toEqual(plain(stops, tokens));
      }),
      { numRuns: 2500 },
    );
  });

  const run = (stops: string[], ...tokens: string[]) =>
    streamed(
      stops,
      tokens.map(token => utf8.encode(token)),
    );

  test('a stop string over three tokens; the piece before it comes back', () => {
    const { match, shown } = run(['\n\nQ:'], 'A: yes', '.\n', '\n', 'Q: what');
    expect(match).toEqual({ stop: '\n\nQ:', dropFrom: 1, piece: utf8.encode('.') });
    expect(shown).toEqual([1, 1, 1, 1]);
  });

  test('a false start is let go', () => {
    expect(run(['abc'], 'x', 'ab', 'd').shown).toEqual([1, 1, 3]);
    expect(run(['aab'], 'a', 'a', 'a', 'b').match).toEqual({ stop: 'aab', dropFrom: 1, piece: new Uint8Array(0) });
  });

  test('a complete stop string does not wait for a longer one', () => {
    expect(run(['abcd', 'bc'], 'a', 'bc', 'd').match).toEqual({ stop: 'bc', dropFrom: 1, piece: new Uint8Array(0) });
    expect(run(['abcd', 'bc'], 'a', 'bcd').match).toEqual({ stop: 'abcd', dropFrom: 0, piece: new Uint8Array(0) });
    expect(run(['ab', 'abc'], 'xabc').match).toEqual({ stop: 'abc', dropFrom: 0, piece: utf8.encode('x') });
  });

  test('empty stop strings are ignored; nothing is held without stop strings', () => {
    expect(run([''], 'a', 'b')).toEqual({ match: null, shown: [1, 2] });
    expect(run([], 'a', '')).toEqual({ match: null, shown: [1, 2] });
  });

  test('what may begin a stop string waits, and a push after a match throws', () => {
    const matcher = new StopMatcher(['stop']);
    expect(matcher.push(utf8.encode('st')).release).toBe(0);
    expect(matcher.push(utf8.encode('o')).release).toBe(0);
    expect(matcher.push(utf8.encode('ut')).release).toBe(3);
    expect(matcher.push(utf8.encode('stop')).match?.dropFrom).toBe(3);
    expect(() => matcher.push(utf8.encode('x'))).toThrow();
  });

  test('a long stop string of one letter over a long run of it', () => {
    const matcher = new StopMatcher([`${'a'.repeat(500)}b`]);
    let released = 0;
    for (let i = 0; i < 1000; i++) released += matcher.push(utf8.encode('a')).release;
    expect(released).toBe(500);
    expect(matcher.push(utf8.encode('b')).match?.dropFrom).toBe(500);
  });
});
