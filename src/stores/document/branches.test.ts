// Branches: forks, switches, names, and that undo and redo go over all of it.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { distinct, labelOf, leads, MOST_BRANCHES, MOST_NAME } from './branches.ts';
import { createDocumentStore } from './document.ts';
import { idsOf } from './sequence.ts';
import type { Branch, DocumentStore, DocumentToken } from './types.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);

const drawn = (id: number): DocumentToken => ({
  id,
  bytes: tokenizer.bytes(id),
  special: false,
  origin: 'drawn',
  draw: { settings: DEFAULT_SETTINGS, seed: 1, u: 0.5, pAfter: 0.5, outdated: false, model: null },
  stats: { logprob: -1, rank: 2, entropy: 3, logZ: 4 },
});

let store: DocumentStore;
let clock = 0;
const now = () => store.getState();
const ids = (branch: Branch): number[] => branch.tokens.map(token => token.id);
const lists = () => now().branches.map(ids);
const active = () => now().branches.find(branch => branch.id === now().branch);
/** A branch as another one: ids alone. */
const seen = () => ({ lists: lists(), names: now().branches.map(labelOf), active: now().branch, text: now().text });

beforeEach(() => {
  clock = 0;
  store = createDocumentStore('Once upon a time', () => ++clock);
  now().setTokenizer(tokenizer, false);
  now().beginRun();
  now().appendDrawn([300, 301, 302].map(drawn));
});

describe('a turn of a conversation', () => {
  test('is written in place, or aside with the old text as another branch; Undo takes it back', () => {
    const [whole = []] = lists();
    const kept = whole.slice(0, 3);
    now().rewrite(3, [drawn(400)], false);
    expect(lists()).toEqual([[...kept, 400]]);
    now().rewrite(2, [drawn(401)], true);
    expect(lists()).toEqual([
      [...kept, 400],
      [...kept.slice(0, 2), 401],
    ]);
    expect(now().canUndo).toBe('chat');
    now().undo();
    now().undo();
    expect(lists()).toEqual([whole]);
  });
});

describe('a fork', () => {
  test('in the middle leaves the old tail as another branch, with its numbers and draws', () => {
    const before = now().tokens;
    now().choose(5, 400);
    expect(now().branches).toHaveLength(2);
    expect(now().branches[0]?.tokens).toBe(before);
    expect(active()?.tokens).toBe(now().tokens);
    expect(
      now()
        .tokens.slice(0, 5)
        .every((token, i) => token === before[i]),
    ).toBe(true);
    expect(now().tokens.at(-1)).toMatchObject({ id: 400, origin: 'chosen' });
    expect(now().branches.map(({ began }) => began)).toEqual([1, 2]);
  });

  test('at the end goes on with the same branch', () => {
    now().choose(now().tokens.length, 400);
    expect(now().branches).toHaveLength(1);
    expect(active()?.id).toBe(1);
  });

  test('typing in the text, and a run, change the active branch in place', () => {
    now().edit(now().text.length, now().text.length, '!');
    now().appendDrawn([drawn(310)]);
    expect(now().branches).toHaveLength(1);
    expect(active()?.tokens).toBe(now().tokens);
  });

  test('forced text is typed, behind ids that stay as they are', () => {
    const head = now().tokens.slice(0, 6);
    now().force(6, ' sat down');
    expect(now().tokens.slice(0, 6)).toEqual(head);
    expect(now().text.endsWith(' sat down')).toBe(true);
    expect(
      now()
        .tokens.slice(6)
        .every(token => token.origin === 'typed'),
    ).toBe(true);
    expect(now().canUndo).toBe('force');
    now().force(0, '');
    expect(now().branches).toHaveLength(2);
  });

  test('that says what another branch says leaves no duplicate behind', () => {
    const old = ids(now().branches[0] as Branch);
    // The same token again: a beginning of the old branch.
    now().choose(5, old[5] ?? 0);
    expect(lists()).toEqual([old, old.slice(0, 6)]);
    now().choose(5, 400);
    expect(lists()).toEqual([old, [...old.slice(0, 5), 400]]);
    now().choose(5, old[5] ?? 0);
    now().switchBranch(1);
    expect(lists()).toEqual([old, [...old.slice(0, 5), 400]]);
    // A beginning with a name is worth keeping.
    now().choose(5, old[5] ?? 0);
    now().renameBranch(now().branch, 'short');
    now().switchBranch(1);
    expect(lists()).toHaveLength(3);
  });

  test('outside the text does nothing', () => {
    const before = now();
    now().choose(99, 1);
    now().cut(99, 'run');
    now().graft(7, 0, [1]);
    now().graft(1, 99, [1]);
    now().switchBranch(12);
    now().switchBranch(1);
    now().renameBranch(12, 'x');
    now().removeBranch(1);
    expect(now()).toBe(before);
  });

  test('past the most, the oldest without a name goes, and its name is told', () => {
    now().renameBranch(1, 'first');
    for (let i = 0; i < MOST_BRANCHES - 1; i++) now().choose(5, 400 + i);
    expect(now().branches).toHaveLength(MOST_BRANCHES);
    expect(now().forgotten).toBeNull();
    now().choose(5, 900);
    expect(now().branches).toHaveLength(MOST_BRANCHES);
    expect(now().forgotten).toBe('Branch 2');
    expect(
      now()
        .branches.map(({ id }) => id)
        .slice(0, 2),
    ).toEqual([1, 3]);
    now().undo();
    expect(
      now()
        .branches.map(({ id }) => id)
        .slice(0, 2),
    ).toEqual([1, 2]);
    expect(now().forgotten).toBeNull();
  });

  test('from another branch makes it of that branch', () => {
    const old = ids(now().branches[0] as Branch);
    now().choose(5, 400);
    now().graft(1, old.length, [500, 501]);
    expect(now().branch).toBe(1);
    expect([...idsOf(now().tokens)]).toEqual([...old, 500, 501]);
    now().graft(2, 5, [600]);
    expect([...idsOf(now().tokens)]).toEqual([...old.slice(0, 5), 600]);
    expect(now().branches).toHaveLength(3);
  });
});

describe('switch, rename, remove', () => {
  test('a switch brings ids, numbers and draws back at once, and the caret to the end', () => {
    const before = now().tokens;
    now().choose(5, 400);
    now().switchBranch(1);
    expect(now().tokens).toBe(before);
    expect(now().selected).toBe('end');
    expect(now().selection.start).toBe(now().text.length);
  });

  test('a name is one line of bounded length; text and caret stay', () => {
    const { revision } = now();
    now().select(3, 3);
    now().renameBranch(1, `  a\n ${'b'.repeat(100)}`);
    expect(active()?.name).toBe(`a ${'b'.repeat(MOST_NAME - 2)}`);
    expect(now().revision).toBe(revision);
    now().select(5, 5);
    now().undo();
    expect(active()?.name).toBe('');
    expect(now().selection.start).toBe(5);
    expect(now().revision).toBe(revision);
    now().redo();
    now().renameBranch(1, ' ');
    expect(labelOf(active() as Branch)).toBe('Branch 1');
  });

  test('without the active one the page is on the branch nearest to it; the last one stays', () => {
    now().choose(5, 400);
    now().appendDrawn([drawn(401)]);
    now().choose(6, 402);
    expect(now().branch).toBe(3);
    now().removeBranch(3);
    expect(now().branch).toBe(2);
    now().removeBranch(1);
    now().removeBranch(2);
    expect(now().branches.map(({ id }) => id)).toEqual([2]);
    for (let i = 0; i < 2; i++) now().undo();
    expect(now().branches.map(({ id }) => id)).toEqual([1, 2, 3]);
    // An id is never given twice.
    now().choose(1, 77);
    expect(now().branch).toBe(4);
  });

  test('numbers that arrive hold for every branch with the same beginning', () => {
    now().choose(5, 400);
    const numbers = now().tokens.map(() => ({ logprob: -2, rank: 1, entropy: 1, logZ: 1 }));
    now().fillStats(idsOf(now().tokens), 1, numbers.slice(1));
    const [first, second] = now().branches;
    expect(second?.tokens).toBe(now().tokens);
    expect(first?.tokens[3]).toBe(second?.tokens[3]);
    expect(first?.tokens[3]?.stats?.logprob).toBe(-2);
    expect(first?.tokens[5]?.stats?.logprob).toBe(-1);
  });

  test('another model takes the numbers of all branches, another vocabulary gives all of them its ids', () => {
    now().choose(5, 400);
    now().setTokenizer(tokenizer, false);
    expect(now().branches.every(branch => branch.tokens.every(token => token.stats === undefined))).toBe(true);
    const [first, second] = now().branches;
    expect(first?.tokens[2]).toBe(second?.tokens[2]);
    const texts = now().branches.map(branch => tokenizer.decode(ids(branch)));
    const other = { ...tokenizer, fingerprint: 'another', encode: (text: string) => tokenizer.encode(text) };
    now().setTokenizer(other, false);
    expect(now().branches.map(branch => tokenizer.decode(ids(branch)))).toEqual(texts);
    now().undo();
    expect(tokenizer.decode(ids(active() as Branch))).toBe(texts[0]);
  });
});

type Act = readonly [
  name: 'choose' | 'force' | 'cut' | 'switch' | 'rename' | 'remove' | 'edit' | 'run' | 'graft',
  a: number,
  b: number,
];
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.tuple(
    fc.constantFrom<Act[0]>('choose', 'force', 'cut', 'switch', 'rename', 'remove', 'edit', 'run', 'graft'),
    fc.nat(9),
    fc.nat(5),
  ),
  { maxLength: 25 },
);

function act([name, a, b]: Act): void {
  const nth = now().branches[a % now().branches.length]?.id ?? 0;
  if (name === 'choose') now().choose(a, 300 + b);
  else if (name === 'force') now().force(a, [' x', ' y z', ''][b % 3] ?? '');
  else if (name === 'cut') now().cut(a, 'run');
  else if (name === 'switch') now().switchBranch(nth);
  else if (name === 'rename') now().renameBranch(nth, ['', 'one', 'two'][b % 3] ?? '');
  else if (name === 'remove') now().removeBranch(nth);
  else if (name === 'edit') now().edit(a, a + b, 'q');
  else if (name === 'graft') now().graft(nth, a, [300 + b]);
  else {
    now().beginRun();
    now().appendDrawn([drawn(300 + b)]);
  }
}

describe('whatever is done', () => {
  test('the active branch is the document, and no other one leads another unnamed', () => {
    fc.assert(
      fc.property(acts, list => {
        store = createDocumentStore('Once upon a time', () => 1);
        now().setTokenizer(tokenizer, false);
        for (const one of list) {
          act(one);
          expect(active()?.tokens).toBe(now().tokens);
          expect(new Set(now().branches.map(({ id }) => id)).size).toBe(now().branches.length);
          const shown = distinct(now());
          expect(shown).toContain(active());
          const idle = shown.filter(branch => branch.id !== now().branch && branch.name === '');
          for (const branch of idle) {
            expect(shown.some(other => other !== branch && leads(branch.tokens, other.tokens))).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('undone to the end, the beginning is back; redone to the end, the last state', () => {
    fc.assert(
      fc.property(acts, list => {
        store = createDocumentStore('Once upon a time', () => 1);
        now().setTokenizer(tokenizer, false);
        const first = seen();
        for (const one of list) act(one);
        const last = seen();
        while (now().canUndo !== null) now().undo();
        expect(seen()).toEqual(first);
        while (now().canRedo !== null) now().redo();
        expect(seen()).toEqual(last);
      }),
      { numRuns: 60 },
    );
  });
});
