// Records are read with care: nothing in the store can break a start.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { readSaved, SAVED_VERSION, writeSaved } from './saved.ts';
import { readPage } from './saved-page.ts';

const { visit } = visitsOf('held');

const OWN = {
  title: 'A title',
  created: 5,
  text: 'Once',
  tokensOf: null,
  set: null,
  fingerprint: 'f',
  model: 'm',
  selection: { start: 1, end: 2, focus: 'end' },
  settings: DEFAULT_SETTINGS,
  seed: '7',
  lastSeed: 8,
  pins: { ids: [3, 300], fingerprint: 'f' },
  source: { kind: 'hub', repo: 'a/b', revision: 'main' },
} as const;
const sound = () =>
  writeSaved({ ...OWN, kept: null, tokens: [{ id: 5, bytes: new Uint8Array(1), special: false, origin: 'typed' }] });

test('what was written is read', () => {
  expect(readSaved(structuredClone(sound()))).toEqual({ ...OWN, tokens: [{ id: 5, origin: 'typed' }] });
});

test('formats that are none are as stored', () => {
  for (const formats of [{ 'local/a': 'int2' }, ['int2'], 7, undefined]) {
    expect(readPage({ version: 2, formats })?.formats).toEqual({});
  }
});

test('another version is not read', () => {
  expect(readSaved({ ...Object(sound()), version: SAVED_VERSION + 1 })).toBeNull();
});

test.each([
  ['ids of another length', { ids: new Uint32Array(3) }],
  ['ids that are no array of ids', { ids: [1, 2] }],
  ['settings that are none', { drawSettings: 'x' }],
])('%s: the text alone is brought back', (_, part) => {
  expect(readSaved({ ...Object(sound()), ...part })).toMatchObject({ text: 'Once', tokens: [] });
});

test('a source that is no name gives the default', () => {
  for (const source of [{ kind: 'hub', repo: '../..', revision: 'x' }, { kind: 'local', name: '<script>' }, 5, null]) {
    const saved = readSaved({ ...Object(sound()), source });
    expect(saved === null || saved.source === null).toBe(true);
  }
});

test('anything at all: never an error, always within bounds', () => {
  const junk = fc.oneof(fc.anything(), fc.constant(new Float64Array([Number.NaN])), fc.constant(new Uint8Array(1)));
  fc.assert(
    fc.property(
      fc.oneof(junk, fc.dictionary(fc.constantFrom(...Object.keys(Object(sound()))), junk)),
      fc.boolean(),
      (value, part) => {
        const saved = readSaved(part && typeof value === 'object' ? { ...Object(sound()), ...value } : value);
        if (saved === null) return;
        expect(saved.selection.end).toBeLessThanOrEqual(saved.text.length);
        expect(saved.settings.temperature).toBeGreaterThanOrEqual(0);
        expect(saved.pins.ids.length).toBeLessThanOrEqual(8);
        expect(saved.pins.ids.every(id => Number.isInteger(id) && id >= 0)).toBe(true);
        expect(saved.seed).toMatch(/^\d*$/);
      },
    ),
    { numRuns: 500 },
  );
});

test('a page starts on anything', async () => {
  for (const value of [null, 5, 'x', [], { version: SAVED_VERSION }, { ...Object(sound()), ids: 'x', view: 3 }]) {
    for (const key of ['page', 'page:tab', 'document:a', 'entry:a', 'kept:tab']) {
      const memory = new Map<string, unknown>([
        ['page', { version: 2, document: 'a' }],
        [key, value],
      ]);
      const page = await visit({ memory });
      expect(page.model.getState().load.status).toBe('ready');
    }
  }
});
