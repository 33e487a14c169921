// The document: ids are the truth and text their view, through any edits, runs, undo and redo.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import { createDocumentStore } from './document.ts';
import { idsOf } from './sequence.ts';
import type { DocumentStore, DocumentToken } from './types.ts';

const json = shippedJson('tokenizer.json');
const tokenizer = createTokenizer(json, shippedJson('tokenizer_config.json'), SHIPPED_VOCAB_SIZE);
const BOS = 2047;

function ready(text: string): DocumentStore {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  return store;
}

const drawn = (id: number, seed = 1): DocumentToken => ({
  id,
  bytes: tokenizer.bytes(id),
  special: tokenizer.isSpecial(id),
  origin: 'drawn',
  draw: { settings: DEFAULT_SETTINGS, seed, u: 0.5, pAfter: 0.5, outdated: false, model: null },
  stats: { logprob: -1, rank: 2, entropy: 3, logZ: 4 },
});

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

test('an edit that goes on with the one before is one step of the history with it', () => {
  now().edit(16, 16, ' n');
  now().edit(17, 18, 'ni', true);
  now().edit(17, 19, '你', true);
  expect(now().text).toBe('Once upon a time 你');
  now().undo();
  expect(now().text).toBe('Once upon a time');
  now().redo();
  expect(now().text).toBe('Once upon a time 你');
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

describe('history', () => {
  test('the letters of a word are one step, the next word another', () => {
    type(' big fox');
    now().undo();
    expect(now().text).toBe('Once upon a time big ');
    now().undo();
    expect(now().text).toBe('Once upon a time ');
    now().undo();
    expect(now().text).toBe('Once upon a time');
    expect(now().canUndo).toBeNull();
    now().redo();
    now().redo();
    expect(now().text).toBe('Once upon a time big ');
  });

  test('a caret put elsewhere begins a new step', () => {
    type('ab');
    now().select(0, 0);
    now().select(now().text.length, now().text.length);
    type('c');
    now().undo();
    expect(now().text).toBe('Once upon a timeab');
  });

  test('deletions in a row are one step', () => {
    for (let i = 0; i < 5; i++) now().edit(now().text.length - 1, now().text.length, '');
    expect(now().canUndo).toBe('deleting');
    now().undo();
    expect(now().text).toBe('Once upon a time');
  });

  test('a run is one step, in however many pieces it came, and joins a choice', () => {
    const before = now().tokens;
    now().beginRun();
    now().appendDrawn([drawn(5)]);
    now().appendDrawn([drawn(6)]);
    now().appendTyped(new TextEncoder().encode(' x'));
    now().undo();
    expect(now().tokens).toBe(before);
    now().choose(2, 300);
    now().beginRun(true);
    now().appendDrawn([drawn(7)]);
    expect(now().canUndo).toBe('choice');
    now().undo();
    expect(now().tokens).toBe(before);
  });

  test('a run without a token leaves no step', () => {
    now().beginRun();
    expect(now().canUndo).toBeNull();
  });

  test('an edit after Undo forgets what could be redone', () => {
    type(' a');
    now().undo();
    type('b');
    expect(now().canRedo).toBeNull();
  });
});

type Action =
  | { kind: 'edit'; at: number; length: number; insert: string }
  | { kind: 'run'; ids: number[]; join: boolean }
  | { kind: 'typed'; text: string }
  | { kind: 'choose'; at: number; id: number }
  | { kind: 'special'; at: number }
  | { kind: 'set'; text: string }
  | { kind: 'keep'; count: number }
  | { kind: 'cut'; at: number }
  | { kind: 'select'; at: number }
  | { kind: 'fill' }
  | { kind: 'retokenise' | 'trim' | 'undo' | 'redo' };

const words = fc.oneof(
  fc.constantFrom(' ', 'a', ' fox', 'é', '😀', '\n', "'s", ' the', '  ', '<|endoftext|>', '.'),
  fc.string({ maxLength: 6 }),
);
const at = fc.nat({ max: 60 });
const id = fc.nat({ max: SHIPPED_VOCAB_SIZE - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), at, length: fc.nat({ max: 4 }), insert: words }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ids: fc.array(id, { minLength: 1, maxLength: 4 }),
      join: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('typed' as const), text: words }),
  fc.record({ kind: fc.constant('choose' as const), at, id }),
  fc.record({ kind: fc.constant('special' as const), at }),
  fc.record({ kind: fc.constant('set' as const), text: words }),
  fc.record({ kind: fc.constant('keep' as const), count: fc.nat({ max: 8 }) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({ kind: fc.constant('select' as const), at }),
  fc.constant<Action>({ kind: 'fill' }),
  {
    weight: 4,
    arbitrary: fc.constantFrom<Action>({ kind: 'undo' }, { kind: 'redo' }, { kind: 'retokenise' }, { kind: 'trim' }),
  },
);

function perform(document: DocumentStore, each: Action): void {
  const state = document.getState();
  const { length } = state.text;
  switch (each.kind) {
    case 'edit': {
      // An editor never cuts a surrogate pair.
      const chars = Array.from(state.text);
      const first = Math.min(each.at, chars.length);
      const start = chars.slice(0, first).join('').length;
      state.edit(start, start + chars.slice(first, first + each.length).join('').length, each.insert.toWellFormed());
      return;
    }
    case 'run':
      state.beginRun(each.join);
      state.appendDrawn(each.ids.map(one => drawn(one)));
      return;
    case 'typed':
      state.appendTyped(new TextEncoder().encode(each.text));
      return;
    case 'choose':
      state.choose(Math.min(each.at, state.tokens.length), each.id);
      return;
    case 'special':
      state.insertSpecial(Array.from(state.text).slice(0, each.at).join('').length, BOS);
      return;
    case 'set':
      state.setText(each.text.toWellFormed());
      return;
    case 'keep':
      state.keepTail(each.count);
      return;
    case 'cut':
      state.cut(each.at, 'run');
      return;
    case 'select':
      state.select(Math.min(each.at, length), Math.min(each.at, length));
      return;
    case 'fill':
      state.fillStats(
        idsOf(state.tokens),
        1,
        state.tokens.slice(1).map(() => ({ logprob: -2, rank: 1, entropy: 1, logZ: 1 })),
      );
      return;
    case 'retokenise':
      state.retokenise();
      return;
    case 'trim':
      state.trimEnd();
      return;
    case 'undo':
      state.undo();
      return;
    case 'redo':
      state.redo();
      return;
    default:
      each satisfies never;
  }
}

function checkWhole(document: DocumentStore, of: Tokenizer): void {
  const { tokens, text, view, selection, selected } = document.getState();
  expect(of.decode(tokens.map(token => token.id))).toBe(text);
  expect(view.text).toBe(text);
  expect(view.starts).toHaveLength(tokens.length + 1);
  expect(selection.start).toBeLessThanOrEqual(selection.end);
  expect(selection.end).toBeLessThanOrEqual(text.length);
  if (selected !== 'end') expect(selected).toBeLessThan(tokens.length);
  for (const token of tokens) expect(token.bytes).toBe(of.bytes(token.id));
}

describe('any sequence of changes', () => {
  test('text is always the text of the ids', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 25 }), steps => {
        const document = ready('Once upon a time');
        for (const step of steps) {
          perform(document, step);
          checkWhole(document, tokenizer);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('Undo restores exactly what was there, Redo what came after', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 15 }), steps => {
        const document = ready('Once upon a time');
        // Numbers that arrive for tokens already there are no step: they are part of the state that the next change leaves.
        for (const step of steps) {
          const before = document.getState();
          perform(document, step);
          const after = document.getState();
          if (['undo', 'redo', 'select', 'fill'].includes(step.kind) || after.revision === before.revision) continue;
          document.getState().undo();
          const undone = document.getState();
          const ownStep =
            step.kind !== 'edit' &&
            step.kind !== 'trim' &&
            step.kind !== 'typed' &&
            !(step.kind === 'run' && step.join);
          if (ownStep) {
            expect(undone.tokens).toBe(before.tokens);
            expect(undone.text).toBe(before.text);
            expect(undone.selection).toEqual(before.selection);
          }
          document.getState().redo();
          const redone = document.getState();
          expect(redone.tokens).toBe(after.tokens);
          expect(redone.text).toBe(after.text);
          expect(redone.selection).toEqual(after.selection);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('undone to the end, the beginning is back; redone to the end, the last state', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), steps => {
        const document = ready('Once upon a time');
        const first = idsOf(document.getState().tokens);
        for (const step of steps) if (step.kind !== 'undo' && step.kind !== 'redo') perform(document, step);
        const last = document.getState().tokens;
        while (document.getState().canUndo !== null) document.getState().undo();
        if (document.getState().revision > 1) expect(idsOf(document.getState().tokens)).toEqual(first);
        while (document.getState().canRedo !== null) document.getState().redo();
        expect(document.getState().tokens).toEqual(last);
      }),
      { numRuns: 100 },
    );
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

  test('another vocabulary gets the same text, through Undo too; special tokens stay special', () => {
    now().insertSpecial(0, BOS);
    type(' fox');
    const { text } = now();
    const other: Tokenizer = {
      ...tokenizer,
      fingerprint: 'bytes',
      encode: from =>
        Uint32Array.from(tokenizer.encode(from))
          .reverse()
          .map(one => 2046 - one)
          .reverse(),
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
