// A run from the caret: which tokens stay, what is a branch afterwards, and that Undo brings all of it back.
import { describe, expect, test } from 'vitest';
import { ids, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { caretPlace, endedAtCaret } from './caret.ts';
import { checkWhole, drawn, ready, tokenizer } from './document.fixture.ts';

const { visit } = visitsOf('real');

const TEXT = 'Once upon a time there was a small';

describe('the place of a caret', () => {
  test('none before or behind the text, and none in a text without tokens', () => {
    const document = ready(TEXT);
    expect(caretPlace(document.getState())).toBeNull();
    document.getState().select(0, 0);
    expect(caretPlace(document.getState())).toBeNull();
    document.getState().select(9, 9);
    expect(caretPlace({ ...document.getState(), tokenizer: null })).toBeNull();
    expect(caretPlace(ready('').getState())).toBeNull();
  });

  test('a space that the next token begins with goes along with it; a caret within a word cuts the word', () => {
    const document = ready(TEXT);
    const { length } = document.getState().tokens;
    const at = (caret: number) => {
      document.getState().select(caret, caret);
      return caretPlace(document.getState());
    };
    const before = at(TEXT.indexOf(' small'));
    expect(before).toEqual({ offset: TEXT.indexOf(' small'), behind: expect.any(Number) });
    expect(at(TEXT.indexOf('small'))).toEqual(before);
    expect(at(TEXT.indexOf('mall'))).toEqual({ offset: TEXT.indexOf('mall'), behind: before?.behind });
    expect(before?.behind).toBeGreaterThan(0);
    expect(before?.behind).toBeLessThan(length);
  });

  test('of a selection it is the end that moves', () => {
    const document = ready(TEXT);
    document.getState().select(4, 11, 'start');
    expect(caretPlace(document.getState())?.offset).toBe(4);
    document.getState().select(4, 11, 'end');
    expect(caretPlace(document.getState())?.offset).toBe(11);
  });
});

describe('the text up to the caret', () => {
  test('wherever the caret stands, it is on a branch of its own with the ids of a deletion, and Undo brings the other back', () => {
    for (let caret = 1; caret < TEXT.length; caret++) {
      const document = ready(TEXT);
      document.getState().appendDrawn([drawn(300), drawn(301)]);
      const whole = document.getState();
      whole.select(caret, caret);
      const { offset } = caretPlace(document.getState()) ?? { offset: 0 };
      const deleted = ready(TEXT);
      deleted.getState().edit(offset, TEXT.length, '');
      document.getState().branchOff('run', endedAtCaret);
      checkWhole(document, tokenizer);
      const now = document.getState();
      expect(now.text).toBe(TEXT.slice(0, offset));
      expect(now.tokens.map(({ id }) => id)).toEqual(deleted.getState().tokens.map(({ id }) => id));
      expect(now.branches.some(({ tokens }) => tokens.length === whole.tokens.length)).toBe(true);
      now.undo();
      expect(document.getState().tokens).toEqual(whole.tokens);
      expect(document.getState().branches).toHaveLength(1);
    }
  });

  test('drawn tokens before it keep their numbers', () => {
    const document = ready('Once');
    document.getState().appendDrawn([drawn(300), drawn(301), drawn(302)]);
    const { tokens, view } = document.getState();
    document.getState().select(view.starts[tokens.length - 1] ?? 0, view.starts[tokens.length - 1] ?? 0);
    document.getState().branchOff('run', endedAtCaret);
    const now = document.getState();
    for (const [i, token] of now.tokens.entries()) expect(token).toBe(tokens[i]);
    expect(now.tokens).toHaveLength(tokens.length - 1);
  });
});

describe('Run from here', () => {
  test('draws after the caret; what stood behind it is a branch; one Undo takes run and cut back', async () => {
    const p = await visit();
    await p.generation.getState().run();
    const [old, whole] = [ids(p), text(p)];
    const caret = p.document.getState().view.starts[3] ?? 0;
    p.document.getState().select(caret, caret);
    await p.generation.getState().runFromCaret();
    expect(ids(p).slice(0, 3)).toEqual(old.slice(0, 3));
    expect(ids(p)).not.toEqual(old);
    expect(p.generation.getState().stats).toMatchObject({ reused: 3, computed: 0 });
    expect(p.document.getState().branches.map(({ tokens }) => tokens.map(({ id }) => id))).toContainEqual(old);
    p.document.getState().undo();
    expect(text(p)).toBe(whole);
    expect(ids(p)).toEqual(old);
  });

  test('with the caret at the end it is Run', async () => {
    const p = await visit();
    const before = ids(p);
    await p.generation.getState().runFromCaret();
    expect(ids(p).slice(0, before.length)).toEqual(before);
    expect(p.document.getState().branches).toHaveLength(1);
  });
});
