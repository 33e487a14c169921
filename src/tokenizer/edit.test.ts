// Edits of tokens: the text is exactly the edited one, ids stay where they must, and typing gives the ids of a fresh tokenisation.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { divergence } from './divergence.ts';
import { REACH, retokenise } from './edit.ts';
import type { EditToken, Replacement, TextEdit } from './interface.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { layoutTokens } from './text.ts';
import { anyText, SHIPPED_VOCAB_SIZE, shippedJson, TEXTS, troubleText } from './texts.fixture.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

const gpt2 = createTokenizer(r50kTokenizerJson(), {}, R50K_VOCAB_SIZE);
const shipped = createTokenizer(shippedJson('tokenizer.json'), {}, SHIPPED_VOCAB_SIZE);

const tokensOf = (tokenizer: Tokenizer, ids: Iterable<number>, typed = true): EditToken[] =>
  Array.from(ids, id => ({ id, bytes: tokenizer.bytes(id), typed }));

const layoutOf = (tokens: readonly EditToken[]) => layoutTokens(tokens.map(token => token.bytes));
const textOf = (tokens: readonly EditToken[]) => layoutOf(tokens).text;
const idsOf = (tokens: readonly EditToken[]) => tokens.map(token => token.id);

function replaced(tokenizer: Tokenizer, tokens: readonly EditToken[], { from, to, ids }: Replacement): EditToken[] {
  return [...tokens.slice(0, from), ...tokensOf(tokenizer, ids), ...tokens.slice(to)];
}

function apply(tokenizer: Tokenizer, tokens: readonly EditToken[], edit: TextEdit): EditToken[] {
  return replaced(tokenizer, tokens, retokenise(tokens, layoutOf(tokens), edit, tokenizer));
}

const splice = (text: string, { start, end, insert }: TextEdit) => text.slice(0, start) + insert + text.slice(end);

/** An edit as shares of the text's length, so that it fits any text. */
const editShape = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(0), fc.nat({ max: 6 })),
  insert: fc.oneof(fc.constant(''), troubleText(4)),
});

function editOf(
  text: string,
  shape: { readonly at: number; readonly length: number; readonly insert: string },
): TextEdit {
  const start = Math.round(shape.at * text.length);
  return { start, end: Math.min(text.length, start + shape.length), insert: shape.insert };
}

/** Tokens of any kind: words, and ids at random, which hold parts of characters; typed or not. */
const anyTokens = (tokenizer: Tokenizer): fc.Arbitrary<EditToken[]> =>
  fc
    .array(
      fc.record({
        ids: fc.oneof(
          troubleText(6).map(text => [...tokenizer.encode(text)]),
          fc.nat({ max: tokenizer.vocabSize - 1 }).map(id => [id]),
          // Bytes from 0x80 on: ids 94 to 187 and some below 256 in both vocabularies.
          fc.integer({ min: 94, max: 255 }).map(id => [id]),
        ),
        typed: fc.boolean(),
      }),
      { maxLength: 10 },
    )
    .map(runs => runs.flatMap(({ ids, typed }) => tokensOf(tokenizer, ids, typed)));

describe.each([
  ['nucleus-3m', shipped],
  ['r50k', gpt2],
])('%s', (_, tokenizer) => {
  test('the new text is the edited text exactly, whatever the tokens', () => {
    fc.assert(
      fc.property(anyTokens(tokenizer), editShape, (tokens, shape) => {
        const text = textOf(tokens);
        const edit = editOf(text, shape);
        expect(textOf(apply(tokenizer, tokens, edit))).toBe(splice(text, edit).toWellFormed());
      }),
      { numRuns: 1500 },
    );
  });

  test('tokens that are not typed and not touched keep their ids', () => {
    fc.assert(
      fc.property(anyTokens(tokenizer), editShape, (tokens, shape) => {
        const layout = layoutOf(tokens);
        const { text, starts, groups } = layout;
        const edit = editOf(text, shape);
        const { from, to } = retokenise(tokens, layout, edit, tokenizer);
        for (let i = from; i < to; i++) {
          const token = tokens[i];
          if (token === undefined || (token.typed && !tokenizer.isSpecial(token.id))) continue;
          const head = groups[i] ?? 0;
          let tail = i + 1;
          while (tail < tokens.length && groups[tail] === head) tail++;
          const [start = 0, end = 0] = [starts[head], starts[tail]];
          const isTouched =
            edit.start === edit.end ? start < edit.start && edit.start < end : start < edit.end && edit.start < end;
          // Or it is broken bytes that would join with others once the text between them is gone, or without text of its own.
          const isBroken = text.slice(start, end).includes('\ufffd') || start === end;
          expect(isTouched || isBroken).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('all typed: any edits give the ids of a fresh tokenisation', () => {
    fc.assert(
      fc.property(anyText(), fc.array(editShape, { minLength: 1, maxLength: 8 }), (text, shapes) => {
        let tokens = tokensOf(tokenizer, tokenizer.encode(text));
        let current = text;
        for (const shape of shapes) {
          const edit = editOf(current, shape);
          tokens = apply(tokenizer, tokens, edit);
          current = splice(current, edit).toWellFormed();
          expect(idsOf(tokens)).toEqual([...tokenizer.encode(current)]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('all typed: words cut and joined, where the tokens of a word depend on its end', () => {
    const word = fc.string({ unit: fc.constantFrom(...'etaoinshrdlwg'), minLength: 3, maxLength: 14 });
    fc.assert(
      fc.property(
        word,
        fc.nat({ max: 14 }),
        fc.constantFrom('', ' ', '.', 'e', ' x'),
        fc.boolean(),
        (text, cut, insert, tail) => {
          const start = Math.min(cut, text.length);
          for (const edit of [
            { start, end: tail ? text.length : start, insert },
            { start: 0, end: start, insert },
          ]) {
            const edited = apply(tokenizer, tokensOf(tokenizer, tokenizer.encode(text)), edit);
            expect(idsOf(edited)).toEqual([...tokenizer.encode(splice(text, edit))]);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('typing a text character by character, at the end and in the middle of others', () => {
    const all = TEXTS.join(' ');
    let tokens: EditToken[] = [];
    let at = 0;
    for (const char of all) {
      tokens = apply(tokenizer, tokens, { start: at, end: at, insert: char });
      at += char.length;
    }
    expect(idsOf(tokens)).toEqual([...tokenizer.encode(all)]);
    const middle = all.indexOf(' small') + 3;
    for (const text of TEXTS) {
      let edited = tokens;
      let end = middle;
      for (const char of text) {
        edited = apply(tokenizer, edited, { start: end, end, insert: char });
        end += char.length;
      }
      expect(idsOf(edited)).toEqual([...tokenizer.encode(all.slice(0, middle) + text + all.slice(middle))]);
    }
  });

  test('deleting a text backwards, character by character', () => {
    const all = TEXTS.join(' ');
    let tokens = tokensOf(tokenizer, tokenizer.encode(all));
    const characters = Array.from(all);
    while (characters.length > 0) {
      const end = characters.join('').length;
      const last = characters.pop() ?? '';
      tokens = apply(tokenizer, tokens, { start: end - last.length, end, insert: '' });
      if (characters.length % 7 === 0) expect(idsOf(tokens)).toEqual([...tokenizer.encode(characters.join(''))]);
    }
    expect(tokens).toEqual([]);
  });

  test('an edit replaces no more than it must', () => {
    const text = 'Once upon a time there was a small fox named Pip.';
    const tokens = tokensOf(tokenizer, tokenizer.encode(text));
    const at = text.indexOf(' fox') + 4;
    const { from, to } = retokenise(tokens, layoutOf(tokens), { start: at, end: at, insert: 'es' }, tokenizer);
    expect(textOf(tokens.slice(0, from))).toMatch(/ small$|fox$/);
    expect(textOf(tokens.slice(to))).toMatch(/^ named/);
    const none = retokenise(tokens, layoutOf(tokens), { start: at, end: at, insert: '' }, tokenizer);
    expect([none.to - none.from, none.ids.length]).toEqual([0, 0]);
    const beyond = retokenise(tokens, layoutOf(tokens), { start: 1000, end: 2000, insert: '!' }, tokenizer);
    expect(beyond.from).toBeGreaterThanOrEqual(tokens.length - 1);
  });
});

test('what is tokenised is bounded, even where no border is certain', () => {
  const long = 'x9'.repeat(3).concat('中文字'.repeat(2000));
  const tokens = tokensOf(gpt2, gpt2.encode(long));
  const layout = layoutOf(tokens);
  const lengths: number[] = [];
  const watched = {
    isSpecial: gpt2.isSpecial,
    startsPretoken: gpt2.startsPretoken,
    typed: (text: string) => {
      lengths.push(new TextEncoder().encode(text).length);
      return gpt2.typed(text);
    },
  };
  for (const start of [0, 3, 1000, 3001, long.length]) {
    const { from, to } = retokenise(tokens, layout, { start, end: start, insert: '!' }, watched);
    expect(to - from).toBeLessThanOrEqual(2 * REACH + 3);
    const edited = replaced(gpt2, tokens, retokenise(tokens, layout, { start, end: start, insert: 'q' }, watched));
    expect(textOf(edited)).toBe(`${long.slice(0, start)}q${long.slice(start)}`);
  }
  const longest = Math.max(...Array.from({ length: gpt2.vocabSize }, (_, id) => gpt2.bytes(id).length));
  expect(Math.max(...lengths)).toBeLessThanOrEqual((2 * REACH + 4) * longest);
  // Three-byte characters in tokens of at most three bytes: far less in truth.
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * REACH * 3 + 16);
});

test('an edit asks for the tokens near it, not for the whole text', () => {
  const text = 'Once upon a time there was a small fox. 中文字中文字 '.repeat(2000);
  const tokens = tokensOf(gpt2, gpt2.encode(text));
  const layout = layoutOf(tokens);
  for (const start of [0, 10, 40_000, 40_042, text.length]) {
    const asked = new Set<number>();
    const watched = {
      length: tokens.length,
      at: (index: number) => {
        asked.add(index);
        return tokens[index];
      },
    };
    const found = retokenise(watched, layout, { start, end: start, insert: 'q' }, gpt2);
    expect(found).toEqual(retokenise(tokens, layout, { start, end: start, insert: 'q' }, gpt2));
    expect(asked.size).toBeLessThanOrEqual(2 * REACH + 4);
  }
});

test('a special token is not re-tokenised by an edit beside it, and gives its text back when it is cut', () => {
  const eot = gpt2.idOf('<|endoftext|>') ?? 0;
  const tokens = tokensOf(gpt2, [...gpt2.encode('a'), eot, ...gpt2.encode('b')]);
  const beside = apply(gpt2, tokens, { start: 14, end: 14, insert: 'x' });
  expect(idsOf(beside)).toEqual([...gpt2.encode('a'), eot, ...gpt2.encode('xb')]);
  const cut = apply(gpt2, tokens, { start: 13, end: 14, insert: '' });
  expect(textOf(cut)).toBe('a<|endoftext|b');
  expect(cut.some(token => token.id === eot)).toBe(false);
});

test('broken bytes do not join to a character when the text between them goes', () => {
  const [first, second, third] = new TextEncoder().encode('€');
  const ids = [first, second, 0x61, third].map(
    byte =>
      Array.from({ length: 256 }, (_, id) => id).find(
        id => gpt2.bytes(id)[0] === byte && gpt2.bytes(id).length === 1,
      ) ?? 0,
  );
  const tokens = tokensOf(gpt2, ids, false);
  expect(textOf(tokens)).toBe('\ufffda\ufffd');
  const edited = apply(gpt2, tokens, { start: 1, end: 2, insert: '' });
  expect(textOf(edited)).toBe('\ufffd\ufffd');
  expect(edited.at(-1)?.id).toBe(ids[3]);
});

test('a border must have been one before the edit too: half a contraction is no contraction', () => {
  const vocab: Record<string, number> = Object.fromEntries(BYTE_TO_CHAR.map((char, byte) => [char, byte]));
  vocab["'l"] = 256;
  const json = { model: { type: 'BPE', vocab, merges: [["'", 'l']] }, pre_tokenizer: { type: 'ByteLevel' } };
  const tokenizer = createTokenizer(json, {}, 257);
  const tokens = tokensOf(tokenizer, tokenizer.encode("a'll"));
  expect(tokens.map(token => token.bytes.length)).toEqual([1, 2, 1]);
  const edited = apply(tokenizer, tokens, { start: 3, end: 4, insert: '.' });
  expect(idsOf(edited)).toEqual([...tokenizer.encode("a'l.")]);
});

test('a drawn neighbour keeps its id although a fresh tokenisation would not', () => {
  const tokens = [...tokensOf(gpt2, gpt2.encode(' hel'), false), ...tokensOf(gpt2, gpt2.encode('l'))];
  const edited = apply(gpt2, tokens, { start: 5, end: 5, insert: 'o' });
  expect(textOf(edited)).toBe(' hello');
  expect(idsOf(edited).slice(0, 1)).toEqual([...gpt2.encode(' hel')]);
  expect(divergence(edited, gpt2)).toEqual([{ from: 0, to: edited.length, ids: gpt2.encode(' hello'), bytes: null }]);
});

describe('divergence', () => {
  test('all ranges replaced give a fresh tokenisation; each by itself keeps the text', () => {
    fc.assert(
      fc.property(anyTokens(gpt2), tokens => {
        const ranges = divergence(tokens, gpt2);
        const fixed = ranges.toReversed().reduce((list, range) => replaced(gpt2, list, range), [...tokens]);
        const fresh: number[] = [];
        let stretch: EditToken[] = [];
        for (const token of [...tokens, null]) {
          if (token !== null && !gpt2.isSpecial(token.id)) stretch.push(token);
          else {
            fresh.push(...gpt2.encode(textOf(stretch)), ...(token === null ? [] : [token.id]));
            stretch = [];
          }
        }
        expect(idsOf(fixed)).toEqual(fresh);
        for (const range of ranges) expect(textOf(replaced(gpt2, tokens, range))).toBe(textOf(tokens));
        ranges.forEach((range, i) => {
          expect(range.from).toBeGreaterThan(ranges[i - 1]?.to ?? -1);
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('nothing to say about fresh text', () => {
    for (const text of TEXTS) expect(divergence(tokensOf(gpt2, gpt2.encode(text)), gpt2)).toEqual([]);
    expect(divergence(tokensOf(gpt2, gpt2.encodeWithSpecials('a<|endoftext|>b')), gpt2)).toEqual([]);
  });

  test('one word spelled in two tokens', () => {
    const tokens = tokensOf(gpt2, [
      ...gpt2.encode('The'),
      ...gpt2.encode(' f'),
      ...gpt2.encode('ox'),
      ...gpt2.encode(' ran'),
    ]);
    expect(divergence(tokens, gpt2)).toEqual([{ from: 1, to: 3, ids: gpt2.encode(' fox'), bytes: null }]);
  });
});
