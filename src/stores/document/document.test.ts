// The document: ids are the truth and text their view, through any edit, run, and change of the tokenizer.
import { beforeEach, describe, expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import { SHIPPED_VOCAB_SIZE } from '../../tokenizer/texts.fixture.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { BOS, checkWhole, drawn, ready, tokenizer } from './document.fixture.ts';
import { createDocumentStore } from './document.ts';
import { idsOf } from './sequence.ts';
import type { DocumentStore, DocumentStoreState } from './types.ts';

const idOf = (text: string): number => {
  const [id, ...rest] = tokenizer.encode(text);
  if (id === undefined || rest.length > 0) throw new Error(`${text} is not one token`);
  return id;
};

let store: DocumentStore;
const now = () => store.getState();
const idList = () => now().tokens.map(token => token.id);
beforeEach(() => {
  store = ready('Once upon a time');
});

const type = (text: string): void => {
  for (const char of text) now().edit(now().text.length, now().text.length, char);
};

describe('edit', () => {
  test('typed text has the ids of a fresh tokenisation', () => {
    type(' there was a fox.');
    now().edit(0, 4, 'Twice');
    expect(now().text).toBe('Twice upon a time there was a fox.');
    expect(idList()).toEqual([...tokenizer.encode(now().text)]);
    expect(now().selection).toEqual({ start: 5, end: 5, focus: 'end' });
  });

  test('drawn tokens beside an edit keep their ids, and lose the numbers that no longer hold', () => {
    now().appendDrawn([drawn(idOf(' there')), drawn(idOf(' was'))]);
    now().edit(0, 0, 'X');
    const tail = now().tokens.slice(-2);
    expect(tail.map(token => token.origin)).toEqual(['drawn', 'drawn']);
    expect(tail.every(token => token.stats === undefined && token.draw?.outdated === true)).toBe(true);
  });

  test('what stands before an edit keeps its numbers', () => {
    now().appendDrawn([drawn(idOf(' there')), drawn(idOf(' was'))]);
    const before = now().tokens;
    now().edit(now().text.length, now().text.length, ' big');
    expect(now().tokens.slice(0, before.length)).toEqual(before);
    expect(now().tokens.at(-1)?.origin).toBe('typed');
  });

  test('a special token goes as a whole, and nothing is typed into it', () => {
    now().insertSpecial(4, BOS);
    const { text } = now();
    expect(text).toBe('Once<|endoftext|> upon a time');
    expect(now().selection.start).toBe(4 + 13);
    now().edit(9, 9, 'x');
    expect(now().text).toBe('Once<|endoftext|>x upon a time');
    now().edit(16, 17, '');
    expect(now().text).toBe('Oncex upon a time');
    expect(idList()).not.toContain(BOS);
  });

  test('typed text never becomes a special token', () => {
    type('<|endoftext|>');
    expect(idList()).not.toContain(BOS);
    now().retokenise();
    expect(idList()).not.toContain(BOS);
  });

  test('a special token in the middle of a word parts it', () => {
    now().setText('time');
    now().insertSpecial(2, BOS);
    expect(idList()).toEqual([...tokenizer.encode('ti'), BOS, ...tokenizer.encode('me')]);
    expect(now().text).toBe('ti<|endoftext|>me');
  });
});

describe('caret and selected token', () => {
  test('the token at the caret is selected; at the end it is what comes next', () => {
    expect(now().selected).toBe('end');
    now().select(0, 0);
    expect(now().selected).toBe(0);
    now().select(5, 5);
    const starts = Array.from(now().view.starts);
    const index = Number(now().selected);
    expect(starts[index]).toBeLessThanOrEqual(5);
    expect(starts[index + 1]).toBeGreaterThan(5);
  });

  test('selectToken puts the caret before the token, also before one without text of its own', () => {
    const [a, b] = [...tokenizer.encode('é')];
    if (a === undefined || b === undefined) return expect(tokenizer.encode('é')).toHaveLength(1);
    now().setText('xé!');
    now().selectToken(2);
    expect(now().selected).toBe(2);
    now().selectToken('end');
    expect(now().selection.start).toBe(3);
  });

  test('the caret follows a run only when it stands at the end', () => {
    now().appendDrawn([drawn(idOf(' there'))]);
    expect(now().selected).toBe('end');
    expect(now().selection.end).toBe(now().text.length);
    now().select(2, 2);
    now().appendDrawn([drawn(idOf(' was'))]);
    expect(now().selection.end).toBe(2);
    expect(now().selected).toBe(0);
  });
});

describe('divergence', () => {
  test('is found where drawn ids are not those of a fresh tokenisation, and retokenise mends it', () => {
    const letters = [...'fox'].map(letter => drawn(idOf(letter)));
    now().appendDrawn([drawn(idOf(' ')), ...letters]);
    now().checkDivergence();
    const { divergence, text } = now();
    expect(divergence?.from).toBeGreaterThanOrEqual(0);
    now().retokenise();
    now().checkDivergence();
    expect(now().divergence).toBeNull();
    expect(now().text).toBe(text);
    expect(idList()).toEqual([...tokenizer.encode(text)]);
  });

  test('typed text never diverges', () => {
    type(" there's a  small\n\n fox 😀");
    now().checkDivergence();
    expect(now().divergence).toBeNull();
  });

  test('a character that a run left unfinished is none', () => {
    const [first] = new TextEncoder().encode('😀');
    const partial = Array.from({ length: SHIPPED_VOCAB_SIZE }, (_, i) => i).find(
      one => tokenizer.bytes(one).length === 1 && tokenizer.bytes(one)[0] === first,
    );
    if (partial === undefined) throw new Error('no byte token');
    now().appendDrawn([drawn(partial)]);
    now().checkDivergence();
    expect(now().divergence).toBeNull();
  });
});

describe('what the tokenizer refuses', () => {
  const refuse = () => {
    throw new NucleusError('bad_tokenizer', 'too long');
  };
  const refuses: Tokenizer = {
    ...tokenizer,
    fingerprint: 'refuses',
    typed: refuse,
    encodeSlices: refuse,
    retokenise: refuse,
    divergence: refuse,
  };
  const long = 'A long text. '.repeat(2000);

  test.each<[string, (document: DocumentStoreState) => void]>([
    ['an edit', ({ edit }) => edit(4, 4, ' more')],
    ['a key', ({ edit }) => edit(16, 16, '!')],
    ['a long text put in', ({ edit }) => edit(4, 4, long)],
    ['a text in place of all', ({ setText }) => setText('Twice')],
    ['a long text in place of all', ({ setText }) => setText(long)],
    ['a special token', ({ insertSpecial }) => insertSpecial(2, BOS)],
    ['ids made anew', ({ retokenise }) => retokenise()],
  ])('%s leaves no step behind, and what was taken back can come again', (_, act) => {
    now().edit(16, 16, ' fox');
    now().undo();
    const { tokens } = now();
    store.setState({ tokenizer: refuses });
    expect(() => act(now())).toThrow('too long');
    store.setState({ tokenizer });
    expect(now().tokens).toBe(tokens);
    now().redo();
    expect(now().text).toBe('Once upon a time fox');
    now().undo();
    expect(now()).toMatchObject({ text: 'Once upon a time', canUndo: null });
  });
});

describe('the space at the end', () => {
  test('is told and taken away', () => {
    expect(now().endsInSpace).toBe(false);
    type('  ');
    expect(now().endsInSpace).toBe(true);
    now().trimEnd();
    expect(now().text).toBe('Once upon a time');
    expect(now().endsInSpace).toBe(false);
    now().undo();
    expect(now().endsInSpace).toBe(true);
  });

  test('is taken away behind a text with any run of them', () => {
    const text = `a${' '.repeat(300_000)}b`;
    const long = createDocumentStore(`${text} `);
    long.getState().trimEnd();
    expect(long.getState().text).toBe(text);
  });
});

describe('numbers that arrive', () => {
  test('fill tokens that have none, and only while the ids are still there', () => {
    const ids = idsOf(now().tokens);
    const stats = { logprob: -2, rank: 1, entropy: 1, logZ: 1 };
    const revision = now().revision;
    now().fillStats(ids, 1, [stats]);
    expect(now().tokens[1]?.stats).toBe(stats);
    expect(now().revision).toBe(revision);
    now().edit(0, 1, 'o');
    const { tokens } = now();
    now().fillStats(ids, 2, [stats]);
    expect(now().tokens).toBe(tokens);
  });
});

describe('the tokenizer comes and changes', () => {
  test('text typed before it is tokenised when it arrives, the caret stays', () => {
    const early = createDocumentStore('Once');
    early.getState().edit(4, 4, ' upon');
    early.getState().select(2, 2);
    expect(early.getState()).toMatchObject({ text: 'Once upon', tokens: [] });
    early.getState().setTokenizer(tokenizer, false);
    expect(early.getState().tokens.map(token => token.id)).toEqual([...tokenizer.encode('Once upon')]);
    expect(early.getState().selection).toEqual({ start: 2, end: 2, focus: 'end' });
    early.getState().undo();
    expect(early.getState().text).toBe('Once');
    checkWhole(early, tokenizer);
  });

  test('the same model again changes nothing', () => {
    now().appendDrawn([drawn(300)]);
    const { tokens } = now();
    now().setTokenizer(tokenizer, true);
    expect(now().tokens).toBe(tokens);
  });

  test('another model of the same vocabulary keeps ids without numbers, also through Undo', () => {
    now().appendDrawn([drawn(300)]);
    now().beginRun();
    now().appendDrawn([drawn(301)]);
    const ids = idList();
    now().setTokenizer(tokenizer, false);
    expect(idList()).toEqual(ids);
    now().undo();
    expect(now().tokens.at(-1)).toMatchObject({ id: 300, draw: { outdated: true } });
    expect(now().tokens.at(-1)?.stats).toBeUndefined();
  });

  test('a special token that opens a text and that the other vocabulary lacks becomes its text; what texts of the one before begin with goes', () => {
    const spelled = tokenizer.decode([BOS]);
    const other: Tokenizer = {
      ...tokenizer,
      fingerprint: 'without',
      idOf: content => (content === spelled ? undefined : tokenizer.idOf(content)),
    };
    now().insertSpecial(0, BOS);
    type(' fox');
    const { text } = now();
    now().setTokenizer(other, false);
    expect(now().text).toBe(text);
    expect(now().tokens[0]?.special).toBe(false);
    // Through Undo too, of a step that was made with the other one.
    now().undo();
    expect(now().text).toBe(text.slice(0, -3));

    const opening: Tokenizer = { ...tokenizer, fingerprint: 'opening', opening: [BOS] };
    now().setTokenizer(opening, false);
    now().setText('Hello');
    expect(now().text).toBe(`${spelled}Hello`);
    now().setText('Hello there');
    now().setTokenizer(other, false);
    expect(now().text).toBe('Hello there');
    now().undo();
    expect(now().text).toBe('Hello');
  });

  test('a tokenizer that refuses the text changes nothing', () => {
    const refusal = () => new NucleusError('bad_tokenizer', 'too long');
    const refuses: Tokenizer = {
      ...tokenizer,
      fingerprint: 'refuses',
      typed: () => {
        throw refusal();
      },
      encodeSlices: () => {
        throw refusal();
      },
    };
    type(' fox');
    const plain = createDocumentStore('A text');
    const long = createDocumentStore('A long text. '.repeat(2000));
    for (const each of [store, plain, long]) {
      const before = each.getState();
      expect(() => before.setTokenizer(refuses, false)).toThrow(refusal());
      expect(each.getState()).toBe(before);
    }
  });

  test('another vocabulary gets the same text, through Undo too; special tokens stay special', () => {
    now().insertSpecial(0, BOS);
    type(' fox');
    const { text } = now();
    const mirrored = (from: string) => Uint32Array.from(tokenizer.encode(from)).map(one => 2046 - one);
    const other: Tokenizer = {
      ...tokenizer,
      fingerprint: 'bytes',
      encode: mirrored,
      typed: from => ({ ids: mirrored(from), bytes: null }),
      bytes: one => tokenizer.bytes(one === BOS ? BOS : 2046 - one),
      decode: ids => tokenizer.decode(Array.from(ids, one => (one === BOS ? BOS : 2046 - one))),
    };
    now().setTokenizer(other, false);
    expect(now().text).toBe(text);
    expect(now().tokens[0]).toMatchObject({ id: BOS, special: true });
    checkWhole(store, other);
    now().undo();
    expect(now().text).toBe(text.slice(0, -3));
    checkWhole(store, other);
  });
});
