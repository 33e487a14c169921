// Undo and Redo: what is one step, and that both restore exactly what was there, whatever was done.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { SHIPPED_VOCAB_SIZE } from '../../tokenizer/texts.fixture.ts';
import { BOS, checkWhole, drawn, ready, tokenizer } from './document.fixture.ts';
import { idsOf } from './sequence.ts';
import type { DocumentStore } from './types.ts';

let store: DocumentStore;
const now = () => store.getState();
beforeEach(() => {
  store = ready('Once upon a time');
});

const type = (text: string): void => {
  for (const char of text) now().edit(now().text.length, now().text.length, char);
};

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
