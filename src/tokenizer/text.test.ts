// Layout of tokens in their text: against TextDecoder, and against the definition of who owns a character.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, layoutTokens, relayoutTokens, tokenAt, tokenText } from './text.ts';
import { anyText } from './texts.fixture.ts';

const utf8 = new TextEncoder();

/** Bytes that are often the start or the middle of a character. */
const brokenBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x61, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, 0xbb, 0xbf, 0x90),
      fc.nat({ max: 255 }),
    ),
    { maxLength: 16 },
  )
  .map(list => Uint8Array.from(list));

/** Well-formed text or broken bytes, cut anywhere into tokens; some are empty. */
const tokensOf = fc
  .tuple(
    fc.oneof(
      anyText().map(text => utf8.encode(text)),
      brokenBytes,
    ),
    fc.array(fc.nat({ max: 40 }), { maxLength: 12 }),
  )
  .map(([bytes, cuts]) => {
    const at = [0, ...cuts.filter(cut => cut <= bytes.length).sort((a, b) => a - b), bytes.length];
    return at.slice(1).map((end, i) => bytes.slice(at[i], end));
  });

describe('layoutTokens', () => {
  test('the text is that of a TextDecoder', () => {
    fc.assert(
      fc.property(tokensOf, tokens => {
        expect(layoutTokens(tokens).text).toBe(tokenText(concatBytes(tokens)));
      }),
      { numRuns: 2000 },
    );
  });

  test('every character belongs to the token of its first byte', () => {
    fc.assert(
      fc.property(anyText(), fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 }), (text, sizes) => {
        const bytes = utf8.encode(text);
        const owners: number[] = []; // of each byte
        const tokens: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = i < sizes.length ? (sizes[i] ?? 1) : 5;
          tokens.push(bytes.slice(at, at + size));
          for (let k = 0; k < size && at + k < bytes.length; k++) owners.push(i);
          at += size;
        }
        const { starts } = layoutTokens(tokens);
        let byte = 0;
        let unit = 0;
        for (const char of text) {
          const owner = owners[byte] ?? -1;
          expect(starts[owner]).toBeLessThanOrEqual(unit);
          expect(starts[owner + 1]).toBeGreaterThanOrEqual(unit + char.length);
          byte += utf8.encode(char).length;
          unit += char.length;
        }
        expect(starts[tokens.length]).toBe(text.length);
      }),
    );
  });

  test('groups: a cut between groups leaves both texts as they are, any other cut does not', () => {
    fc.assert(
      fc.property(tokensOf, tokens => {
        const { text, groups, starts } = layoutTokens(tokens);
        for (let i = 1; i < tokens.length; i++) {
          const parts = layoutTokens(tokens.slice(0, i)).text + layoutTokens(tokens.slice(i)).text;
          if (groups[i] === i) {
            expect(parts).toBe(text);
            expect(layoutTokens(tokens.slice(0, i)).text).toHaveLength(starts[i] ?? -1);
          } else {
            expect(groups[i]).toBe(groups[i - 1]);
            // A character without its head or its tail is broken.
            expect(parts).not.toBe(text);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('an emoji over three tokens', () => {
    const [a, b, c, d] = utf8.encode('😀');
    const tokens = [
      utf8.encode('hi '),
      Uint8Array.of(a ?? 0),
      Uint8Array.of(b ?? 0, c ?? 0),
      Uint8Array.of(d ?? 0, 0x21),
      utf8.encode('x'),
    ];
    const layout = layoutTokens(tokens);
    expect(layout.text).toBe('hi 😀!x');
    expect([...layout.starts]).toEqual([0, 3, 5, 5, 6, 7]);
    expect([...layout.groups]).toEqual([0, 1, 1, 1, 4]);
    expect(layout.whole).toBe(7);
    expect([0, 2, 3, 4, 5, 6, 7].map(offset => tokenAt(layout, offset))).toEqual([0, 0, 1, 1, 3, 4, 5]);
    const open = layoutTokens(tokens.slice(0, 3));
    expect(open.text).toBe('hi \ufffd');
    expect(open.whole).toBe(3);
    expect([...layoutTokens([]).starts]).toEqual([0]);
  });

  test('tokenAt is the token whose range holds the unit', () => {
    fc.assert(
      fc.property(tokensOf, tokens => {
        const layout = layoutTokens(tokens);
        for (let unit = 0; unit < layout.text.length; unit++) {
          const i = tokenAt(layout, unit);
          expect(layout.starts[i]).toBeLessThanOrEqual(unit);
          expect(layout.starts[i + 1]).toBeGreaterThan(unit);
        }
        expect(tokenAt(layout, layout.text.length)).toBe(tokens.length);
      }),
    );
  });
});

describe('the whole part of a layout', () => {
  test('is what a decoder gives out of bytes as they come: the text up to the unfinished character', () => {
    fc.assert(
      fc.property(tokensOf, tokens => {
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        let shown = '';
        tokens.forEach((token, i) => {
          shown += decoder.decode(token, { stream: true });
          const layout = layoutTokens(tokens.slice(0, i + 1));
          expect(shown).toBe(layout.text.slice(0, layout.whole));
        });
        expect(shown + decoder.decode()).toBe(layoutTokens(tokens).text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('relayoutTokens', () => {
  const asTokens = (list: readonly Uint8Array[]) => list.map(bytes => ({ bytes }));

  test('is the layout of the tokens as they stand, whatever was put in place of what', () => {
    fc.assert(
      fc.property(tokensOf, tokensOf, fc.nat(), fc.nat(), (tokens, added, a, b) => {
        const [from = 0, to = 0] = [a % (tokens.length + 1), b % (tokens.length + 1)].sort((x, y) => x - y);
        const made = [...tokens.slice(0, from), ...added, ...tokens.slice(to)];
        const change = { from, to, added: added.length };
        expect(relayoutTokens(layoutTokens(tokens), asTokens(made), change)).toEqual(layoutTokens(made));
      }),
      { numRuns: 5000 },
    );
  });

  test('decodes the tokens beside a change, however long the text is', () => {
    for (const length of [1_000, 100_000]) {
      let read = 0;
      const letters = Array.from({ length }, () => utf8.encode('ab'));
      const before = layoutTokens(letters);
      const made = letters.toSpliced(length / 2, 1, utf8.encode('x'));
      const watched = made.map(bytes => ({
        get bytes() {
          read += 1;
          return bytes;
        },
      }));
      const layout = relayoutTokens(before, watched, { from: length / 2, to: length / 2 + 1, added: 1 });
      expect(layout).toEqual(layoutTokens(made));
      expect(read).toBeLessThan(32);
    }
  });
});
