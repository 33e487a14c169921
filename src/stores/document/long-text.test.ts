// A long text: nothing of it is lost, and a key costs what it changes, however much stands around it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import { withEdits } from '../../tokenizer/with-edits.ts';
import { createDocumentStore } from './document.ts';
import { plainToken } from './sequence.ts';
import type { DocumentStore, DocumentToken } from './types.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);

/** 45,000 characters of three bytes, in sentences. */
const CHINESE = '天地玄黄宇宙洪荒日月盈昃辰宿列张。'.repeat(2648).slice(0, 45_000);

function ready(text: string): DocumentStore {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  return store;
}

test('45,000 Chinese characters after typed words are all in the document, and the next key too', () => {
  const store = ready('A few words first');
  const { length } = store.getState().text;
  store.getState().edit(length, length, CHINESE);
  expect(store.getState().text).toBe(`A few words first${CHINESE}`);
  store.getState().finish();
  expect(store.getState().view.text).toBe(store.getState().text);
  const end = store.getState().text.length;
  store.getState().edit(end, end, '!');
  const { text, tokens } = store.getState();
  expect(text).toBe(`A few words first${CHINESE}!`);
  expect(tokens.map(token => token.id)).toEqual([...tokenizer.encode(text)]);
  store.getState().undo();
  store.getState().undo();
  expect(store.getState().text).toBe('A few words first');
});

/** What an action reads and makes, counted in tokens and in characters. */
interface Counts {
  reads: number;
  made: number;
  encoded: number;
}

/** A text of so many tokens whose every look at one of them is counted. */
function watched(length: number): { store: DocumentStore; counts: Counts } {
  const counts: Counts = { reads: 0, made: 0, encoded: 0 };
  const counting: Tokenizer = withEdits({
    ...tokenizer,
    typed: (text, place) => {
      counts.encoded += text.length;
      return tokenizer.typed(text, place);
    },
    bytes: id => {
      counts.made += 1;
      return tokenizer.bytes(id);
    },
  });
  const [word = 0] = tokenizer.encode(' the');
  const tokens = Array.from({ length }, (): DocumentToken => {
    return new Proxy(plainToken(tokenizer, word, 'typed'), {
      get: (token, key: keyof DocumentToken) => {
        counts.reads += 1;
        return token[key];
      },
    });
  });
  const store = createDocumentStore();
  store.getState().setTokenizer(counting, false);
  const text = tokenizer.decode(tokens.map(({ id }) => id));
  store.getState().restore({ text, tokens, selection: { start: 0, end: 0, focus: 'end' } });
  return { store, counts };
}

describe('a key costs the same in a text of 200 tokens and of 20,000', () => {
  const cost = (length: number, act: (store: DocumentStore) => void): Counts => {
    const { store, counts } = watched(length);
    const { edit } = store.getState();
    // The first one learns where numbers end.
    edit(4, 4, 's');
    Object.assign(counts, { reads: 0, made: 0, encoded: 0 });
    act(store);
    return { ...counts };
  };
  const middle = (store: DocumentStore): number => 4 * Math.floor(store.getState().tokens.length / 2);
  const key = (at: (store: DocumentStore) => number, removed: number, insert: string) => (store: DocumentStore) => {
    const offset = at(store);
    store.getState().edit(offset, offset + removed, insert);
  };
  test.each<[string, (store: DocumentStore) => void]>([
    ['at the start', key(() => 0, 0, 'q')],
    ['in the middle', key(middle, 0, 'q')],
    ['at the end', key(store => store.getState().text.length, 0, 'q')],
    ['a deletion in the middle', key(middle, 1, '')],
    ['a line end', key(middle, 0, '\n')],
    ['a drawn token at the end', ({ getState }) => getState().appendDrawn([plainToken(tokenizer, 300, 'chosen')])],
    ['a caret', store => store.getState().select(middle(store), middle(store))],
  ])('%s', (_, act) => {
    const long = cost(20_000, act);
    expect(long).toEqual(cost(200, act));
    expect(long.reads).toBeLessThan(1_000);
    expect(long.made).toBeLessThan(10);
    expect(long.encoded).toBeLessThan(600);
  });
});

/** A document whose turns come when the test lets them; `ms` pass with each look at the clock, so that a turn ends after so many slices. */
function inTurns(text = '', ms = 40, of = tokenizer): { readonly store: DocumentStore; readonly turn: () => boolean } {
  const asked: (() => void)[] = [];
  let now = 0;
  const clock = (): number => {
    now += ms;
    return now;
  };
  const store = createDocumentStore(text, clock, callback => void asked.push(callback));
  store.getState().setTokenizer(of, false);
  const turn = (): boolean => {
    asked.shift()?.();
    return asked.length > 0;
  };
  return { store, turn };
}

const ENGLISH = Array.from({ length: 9000 }, (_, i) => `${i} men went to mow,\n`).join('');
const ids = (store: DocumentStore): number[] => store.getState().tokens.map(token => token.id);

test('a turn that throws is not gone on with: the text is begun anew', () => {
  let refuses = true;
  const once: Tokenizer = {
    ...tokenizer,
    encodeSlices: function* slices(text, steps, place) {
      for (const [i, slice] of [...tokenizer.encodeSlices(text, steps, place)].entries()) {
        if (refuses && i === 3) throw new NucleusError('bad_tokenizer', 'too long');
        yield slice;
      }
    },
  };
  const { store, turn } = inTurns(ENGLISH, 40, once);
  expect(() => {
    while (turn());
  }).toThrow('too long');
  expect(store.getState().text).toBe(ENGLISH);
  refuses = false;
  store.getState().finish();
  expect(store.getState()).toMatchObject({ pending: null, text: ENGLISH });
  expect(ids(store)).toEqual([...tokenizer.encode(ENGLISH)]);
});

test('a step back to a text without all its tokens, under a tokenizer that makes it shorter, ends', () => {
  const json = { ...Object(shippedJson('tokenizer.json')), normalizer: { type: 'NFC' } };
  const made = createTokenizer(json, shippedJson('tokenizer_config.json'), SHIPPED_VOCAB_SIZE);
  const shortens = { ...made, fingerprint: 'shortens' };
  const text = `${ENGLISH}Cafe\u0301`;
  const { store, turn } = inTurns();
  store.getState().edit(0, 0, text);
  const { length } = text;
  store.getState().edit(length, length, 'x');
  store.getState().setTokenizer(shortens, false);
  store.getState().undo();
  expect(store.getState().pending).not.toBeNull();
  for (let i = 0; i < 1000 && turn(); i++);
  expect(store.getState()).toMatchObject({ pending: null, text: text.normalize('NFC') });
});

/** What always holds: tokens lay out a beginning of the text, and what is pending is the rest. */
function checkParts(store: DocumentStore): void {
  const { tokens, text, view, pending, branches, branch } = store.getState();
  expect(tokenizer.decode(tokens.map(({ id }) => id))).toBe(view.text);
  expect(view.text + (pending === null ? '' : pending.text + pending.tailText)).toBe(text);
  expect(tokenizer.decode((pending?.tail ?? []).map(({ id }) => id))).toBe(pending?.tailText ?? '');
  expect(branches.find(({ id }) => id === branch)?.tokens).toBe(tokens);
}

describe('a long text gets its tokens in turns', () => {
  test('the text is there at once, the tokens follow, and in the end they are those of the whole', () => {
    const { store, turn } = inTurns('Once upon a time');
    store.getState().edit(4, 4, ENGLISH);
    expect(store.getState().text).toBe(`Once${ENGLISH} upon a time`);
    expect(store.getState().selection.end).toBe(4 + ENGLISH.length);
    let [turns, before] = [0, -1];
    do {
      checkParts(store);
      expect(store.getState().view.text.length).toBeGreaterThan(before);
      before = store.getState().view.text.length;
      turns += 1;
    } while (turn());
    expect(turns).toBeGreaterThan(2);
    expect(store.getState().pending).toBeNull();
    expect(ids(store)).toEqual([...tokenizer.encode(`Once${ENGLISH} upon a time`)]);
  });

  test('a text from before the tokenizer came', () => {
    const { store, turn } = inTurns(ENGLISH);
    expect(store.getState().pending).not.toBeNull();
    while (turn());
    expect(ids(store)).toEqual([...tokenizer.encode(ENGLISH)]);
  });

  test('a word of 100,000 letters', () => {
    const { store, turn } = inTurns('a');
    store.getState().edit(1, 1, 'x'.repeat(100_000));
    while (turn()) checkParts(store);
    expect(ids(store)).toEqual([...tokenizer.encode(`a${'x'.repeat(100_000)}`)]);
  });

  test('tokens that a run has drawn stay behind a paste, and lose their numbers', () => {
    const { store, turn } = inTurns('Once');
    const [there = 0] = tokenizer.encode(' there');
    const drawn = { ...plainToken(tokenizer, there, 'chosen'), stats: { logprob: -1, rank: 2, entropy: 3, logZ: 4 } };
    store.getState().appendDrawn([drawn, drawn]);
    store.getState().edit(4, 4, ENGLISH);
    while (turn());
    expect(store.getState().text).toBe(`Once${ENGLISH} there there`);
    expect(store.getState().tokens.slice(-2)).toEqual([
      plainToken(tokenizer, there, 'chosen'),
      plainToken(tokenizer, there, 'chosen'),
    ]);
  });

  test('Undo and Redo take it away and bring it back while it is under way', () => {
    const { store, turn } = inTurns('Once');
    store.getState().edit(4, 4, ENGLISH);
    turn();
    store.getState().undo();
    checkParts(store);
    expect(store.getState()).toMatchObject({ text: 'Once', pending: null });
    store.getState().redo();
    checkParts(store);
    expect(store.getState().text).toBe(`Once${ENGLISH}`);
    while (turn());
    expect(ids(store)).toEqual([...tokenizer.encode(`Once${ENGLISH}`)]);
  });

  test('what needs all tokens gets them', () => {
    const { store } = inTurns('Once');
    store.getState().edit(4, 4, ENGLISH);
    store.getState().keepTail(30);
    expect(store.getState().pending).toBeNull();
    expect(store.getState().text).not.toBe('');
    expect(ENGLISH.endsWith(store.getState().text)).toBe(true);
  });

  test('a text that is put at its end stands behind all of it', () => {
    const { store } = inTurns('Once');
    store.getState().edit(4, 4, ENGLISH);
    expect(store.getState().pending).not.toBeNull();
    store.getState().force('end', 'And on');
    const { text, branches } = store.getState();
    expect(text).toBe(`Once${ENGLISH}And on`);
    expect(branches).toHaveLength(1);
  });

  const offset = fc.double({ min: 0, max: 1, noNaN: true });
  const insert = fc.oneof(
    fc.constantFrom('', 'x', ' ', "'", '\n', ' fox', '天地', '😀', ' \n '),
    fc.constantFrom(ENGLISH.slice(0, 20_000), 'x'.repeat(17_000), ' '.repeat(17_000)),
  );
  const step = fc.oneof(
    fc.record({ start: offset, length: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 30_000 })), insert }),
    fc.constantFrom('turn', 'undo', 'redo'),
  );

  test('whatever is typed, pasted and taken back meanwhile, in the end the tokens are those of the text', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        const { store, turn } = inTurns('Once upon');
        store.getState().edit(4, 4, ENGLISH.slice(0, 60_000));
        for (const each of steps) {
          const { text, edit, undo, redo } = store.getState();
          if (each === 'turn') turn();
          else if (each === 'undo') undo();
          else if (each === 'redo') redo();
          else {
            const start = Math.floor(each.start * text.length);
            const wanted = text.slice(0, start) + each.insert + text.slice(start + each.length);
            edit(start, start + each.length, each.insert);
            // A cut pair is no text.
            expect(store.getState().text).toBe(wanted.toWellFormed());
          }
          checkParts(store);
        }
        while (turn());
        const { text } = store.getState();
        // Only a run longer than an edit looks for a border in may be cut otherwise.
        if (!/x{64}|\s{64}/.test(text)) expect(ids(store)).toEqual([...tokenizer.encode(text)]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the end that is kept begins with a word', () => {
  const kept = (text: string, count: number): string => {
    const store = ready(text);
    store.getState().keepTail(count);
    expect(store.getState().tokens.length).toBeLessThanOrEqual(count);
    return store.getState().text;
  };

  test('where one begins in reach, whatever the count', () => {
    const text = 'Unbelievable circumstances notwithstanding, everybody persevered admirably nevertheless.';
    const { length } = tokenizer.encode(text);
    for (let count = 20; count < length; count++) {
      const end = kept(text, count);
      expect(text.endsWith(end)).toBe(true);
      const at = text.length - end.length;
      expect(/\s/.test(text.slice(at - 1, at + 1))).toBe(true);
    }
  });

  test('behind a full stop in a text without spaces', () => {
    const text = '天地玄黄。宇宙洪荒。日月盈昃。辰宿列张。寒来暑往。';
    const { length } = tokenizer.encode(text);
    for (let count = 30; count < length; count++) expect(text).toContain(`。${kept(text, count)}`);
  });

  test('never inside a character, and inside a word only where there is no other place', () => {
    const end = kept('x'.repeat(200), 20);
    expect(end.length).toBeGreaterThan(0);
    expect(/^x+$/.test(end)).toBe(true);
    expect(/^😀+$/u.test(kept('😀'.repeat(50), 30))).toBe(true);
  });

  test('behind the token that texts begin with, which counts; not where it was taken away', () => {
    const [opening = 0] = [...tokenizer.specials.keys()];
    const opens: Tokenizer = { ...tokenizer, fingerprint: 'opens', opening: [opening] };
    const store = createDocumentStore('Once upon a time there was a fox.');
    store.getState().setTokenizer(opens, false);
    store.getState().keepTail(5);
    const [first, ...rest] = store.getState().tokens;
    expect(first).toEqual(plainToken(tokenizer, opening, 'typed'));
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThanOrEqual(4);
    expect('Once upon a time there was a fox.'.endsWith(tokenizer.decode(rest.map(({ id }) => id)))).toBe(true);
    store.getState().keepTail(1);
    expect(ids(store)).toEqual([opening]);
    store.getState().keepTail(0);
    expect(ids(store)).toEqual([]);
    store.getState().undo();
    store.getState().undo();
    store.getState().edit(0, tokenizer.decode([opening]).length, '');
    store.getState().keepTail(2);
    expect(ids(store)).not.toContain(opening);
    expect(store.getState().text).not.toBe('');
  });

  test('Undo brings the beginning back', () => {
    const store = ready('Once upon a time there was a fox.');
    store.getState().keepTail(4);
    expect(store.getState().canUndo).toBe('keep_tail');
    store.getState().undo();
    expect(store.getState().text).toBe('Once upon a time there was a fox.');
  });
});
