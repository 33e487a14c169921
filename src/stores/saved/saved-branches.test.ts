// Branches through a reload: what was written is read, shared beginnings are stored once, and nothing unsound is brought back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { MOST_BRANCHES } from '../document/branches.ts';
import type { Branch, DocumentToken } from '../document/types.ts';
import { readBranches, type StoredBranches, writeBranches } from './saved-branches.ts';
import { readTokens, writeTokens } from './saved-tokens.ts';

const token = (id: number, seed?: number): DocumentToken => ({
  id,
  bytes: Uint8Array.of(id % 128),
  special: false,
  origin: seed === undefined ? 'typed' : 'drawn',
  ...(seed === undefined
    ? {}
    : { draw: { settings: DEFAULT_SETTINGS, seed, u: 0.5, pAfter: 0.25, outdated: false, model: null } }),
});
const branch = (id: number, ids: readonly number[], name = ''): Branch => ({
  id,
  name,
  began: 1000 + id,
  tokens: ids.map(each => token(each, each > 50 ? each : undefined)),
});

/** As it comes back from the store. */
function through(branches: readonly Branch[], active: number) {
  const tokens = branches.find(({ id }) => id === active)?.tokens ?? [];
  const written = writeBranches({ branches, branch: active }, textOf(tokens));
  return readBranches(structuredClone(written), readTokens({ ...writeTokens(tokens) }), textOf(tokens));
}
const textOf = (tokens: readonly DocumentToken[]) => String.fromCharCode(...tokens.map(({ id }) => id));
const bare = (branches: readonly Branch[]) =>
  branches.map(each => ({
    ...each,
    text: textOf(each.tokens),
    tokens: each.tokens.map(({ bytes: _, special: __, ...saved }) => saved),
  }));

describe('what was written', () => {
  test('is read, in its order, with draws and names', () => {
    const branches = [branch(3, [1, 2, 60, 61]), branch(5, [1, 2, 70], 'short'), branch(9, [1, 2, 60, 62, 63])];
    for (const { id } of branches) expect(through(branches, id)).toEqual({ branches: bare(branches), branch: id });
  });

  test('holds a shared beginning once', () => {
    const head = Array.from({ length: 500 }, (_, i) => token(i));
    const branches = [1, 2, 3].map(id => ({ ...branch(id, []), tokens: [...head, token(600 + id)] }));
    const written = writeBranches({ branches, branch: 2 }, textOf(head));
    expect(written?.columns.ids).toHaveLength(2);
    const read = through(branches, 2);
    expect(read?.branches[0]?.tokens[9]).toBe(read?.branches[1]?.tokens[9]);
  });

  test('is nothing for one branch without a name', () => {
    expect(writeBranches({ branches: [branch(1, [1])], branch: 1 }, '')).toBeNull();
    expect(through([branch(1, [1], 'named')], 1)?.branches[0]?.name).toBe('named');
  });

  test('comes back whatever the branches are', () => {
    const lists = fc.array(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 8 }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(lists, fc.nat(), (ids, pick) => {
        const branches = ids.map((list, i) => branch(i + 1, list, i % 3 === 0 ? `name ${i}` : ''));
        const active = 1 + (pick % branches.length);
        expect(through(branches, active)).toEqual({ branches: bare(branches), branch: active });
      }),
    );
  });
});

describe('reading is careful', () => {
  const active = [1, 2, 3].map(id => token(id));
  const saved = readTokens({ ...writeTokens(active) });
  const sound = (): StoredBranches => ({
    entries: [
      { id: 1, name: '', began: 5, like: 0, shared: 3, own: 0 },
      { id: 2, name: 'two', began: 6, like: 0, shared: 1, own: 2 },
    ],
    at: 0,
    columns: writeTokens([token(8), token(9)]),
  });
  const entry = (part: object, at = 1) => {
    const value = sound();
    return { ...value, entries: value.entries.map((each, i) => (i === at ? { ...each, ...part } : each)) };
  };

  test('the sound value is read', () => {
    const read = readBranches(sound(), saved, 'abc');
    expect(read?.branches.map(each => each.tokens.map(({ id }) => id))).toEqual([
      [1, 2, 3],
      [1, 8, 9],
    ]);
  });

  test.each([
    ['absent', undefined],
    ['a string', 'x'],
    ['no entries', { ...sound(), entries: [] }],
    ['too many entries', { ...sound(), entries: new Array(MOST_BRANCHES + 1).fill(sound().entries[0]) }],
    ['no columns', { ...sound(), columns: null }],
    ['fewer tokens than named', entry({ own: 3 })],
    ['more tokens than named', entry({ own: 1 })],
    ['more shared than there is', entry({ shared: 4 })],
    ['like one that comes later', entry({ like: 1 })],
    ['an id twice', entry({ id: 1 })],
    ['id 0', entry({ id: 0 })],
    ['an id beyond all numbers', entry({ id: 2 ** 52 })],
    ['a name that is none', entry({ name: 7 })],
    ['a negative share', entry({ shared: -1 })],
    ['not a number', entry({ began: Number.NaN })],
    ['an active one that is not the document', entry({ shared: 2 }, 0)],
  ])('%s gives none', (_, value) => {
    expect(readBranches(value, saved, 'abc')).toBeNull();
  });

  test('a name is cut, a place outside is the last', () => {
    const read = readBranches({ ...entry({ name: `${'n'.repeat(5000)}` }), at: 99 }, saved, 'abc');
    expect(read?.branches.map(({ id }) => id)).toEqual([2, 1]);
    expect(read?.branches[0]?.name).toHaveLength(60);
  });

  test('anything at all does not throw', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        expect(() => readBranches(value, saved, 'abc')).not.toThrow();
      }),
    );
  });
});
