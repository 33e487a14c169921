// The end of a long document: with its record it reads as the whole would, whatever has changed; what is not of its record is left out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import type { Branch, DocumentToken } from '../document/types.ts';
import { readSaved, type ToSave, writeSaved } from './saved.ts';
import { joinTail, LONG_DOCUMENT, MOST_TAIL, tailBase, writeTail } from './saved-tail.ts';

const OTHER_SETTINGS = { ...DEFAULT_SETTINGS, temperature: 0.25 };
const TOLD = { command: 'ASK', purpose: '', by: 'text', source: 'x', path: '', ms: 1, at: 2 } as const;

/** One letter a token; its kind hangs on its id. */
function token(id: number): DocumentToken {
  const plain = { id, bytes: Uint8Array.of(97 + (id % 26)), special: false };
  if (id % 7 === 0) return { ...plain, origin: 'external', told: TOLD };
  if (id % 3 !== 0) return { ...plain, origin: 'typed' };
  const settings = id % 2 === 0 ? DEFAULT_SETTINGS : OTHER_SETTINGS;
  const model = { name: `m${id % 5}`, digest: 'd' };
  return {
    ...plain,
    origin: 'drawn',
    draw: { settings, seed: id, u: 0.5, pAfter: 0.25, outdated: false, model, at: 5 },
  };
}

const textOf = (tokens: readonly DocumentToken[]): string =>
  tokens.map(({ bytes }) => String.fromCharCode(bytes[0] ?? 0)).join('');

const LONG = Array.from({ length: LONG_DOCUMENT + 500 }, (_, i) => token(i));
const branch = (id: number, tokens: readonly DocumentToken[]): Branch => ({ id, name: '', began: id, tokens });

function saved(tokens: readonly DocumentToken[], others: readonly Branch[] = []): ToSave {
  return {
    title: 'A title',
    created: 5,
    text: textOf(tokens),
    tokensOf: null,
    kept: null,
    tokens,
    set: { branches: [branch(1, tokens), ...others], branch: 1 },
    fingerprint: 'f',
    model: 'm',
    selection: { start: 1, end: 2, focus: 'end' },
    settings: DEFAULT_SETTINGS,
    seed: '7',
    lastSeed: 8,
    pins: { ids: [3], fingerprint: 'f' },
    source: null,
  };
}

const recordOf = (whole: ToSave): object => ({ ...Object(writeSaved(whole)), stamp: 'one' });

test('record and end read as the whole does: appended to, cut near its end, with other settings and branches', () => {
  const ids = fc.array(fc.nat(2000), { maxLength: 40 });
  fc.assert(
    fc.property(
      ids,
      fc.nat(400),
      fc.array(fc.nat(4000), { maxLength: 3 }),
      fc.boolean(),
      (added, cut, shares, other) => {
        const others = shares.map((shared, i) => branch(i + 2, [...LONG.slice(0, shared), token(5000 + i)]));
        const before = saved(LONG, others);
        const tokens = [...LONG.slice(0, LONG.length - cut), ...added.map(token)];
        const now = { ...saved(tokens, others), title: 'B', lastSeed: 9, ...(other && { settings: OTHER_SETTINGS }) };
        const record = recordOf(before);
        const tail = structuredClone(writeTail(tailBase(record, before, 'one'), now));
        expect(tail).not.toBeNull();
        const read = readSaved(joinTail(structuredClone(record), tail));
        expect(JSON.stringify(read)).toBe(JSON.stringify(readSaved(writeSaved(now))));
      },
    ),
    { numRuns: 12 },
  );
});

test('numbers that have come change nothing, so that the end stays as short as what was added', () => {
  const before = saved(LONG);
  const counted = LONG.map(each => ({ ...each, stats: { logprob: -1, rank: 1, entropy: 1, logZ: 1 } }));
  const record = recordOf(before);
  expect(writeTail(tailBase(record, before, 'one'), saved([...counted, token(9)]))).toMatchObject({
    from: LONG.length,
    text: 'j',
  });
});

test('short documents, too long an end, a change before what others share, and other branches are written whole', () => {
  const others = [branch(2, [...LONG.slice(0, 4200), token(1)])];
  const before = saved(LONG, others);
  const base = tailBase(recordOf(before), before, 'one');
  const more = Array.from({ length: MOST_TAIL + 1 }, (_, i) => token(i));
  expect(writeTail(base, saved([...LONG, ...more], others))).toBeNull();
  expect(writeTail(base, saved([...LONG, ...more.slice(1)], others))).not.toBeNull();
  expect(writeTail(base, saved([token(4), ...LONG], others))).toBeNull();
  expect(writeTail(base, saved([...LONG.slice(0, 4199), token(4)], others))).toBeNull();
  expect(writeTail(base, saved([...LONG.slice(0, 4200), token(4)], others))).not.toBeNull();
  expect(writeTail(base, saved([...LONG, token(4)], [branch(2, [...LONG.slice(0, 4200), token(2)])]))).toBeNull();
  expect(writeTail(base, saved([...LONG, token(4)], []))).toBeNull();
  expect(writeTail(base, { ...saved([...LONG, token(4)], others), fingerprint: 'g' })).toBeNull();
  const short = saved(LONG.slice(0, 9));
  expect(writeTail(tailBase(recordOf(short), short, 'one'), saved(LONG.slice(0, 10)))).toBeNull();
});

test('an end of another record, or a damaged one, is left out', () => {
  const before = saved(LONG);
  const record = recordOf(before);
  const tail = writeTail(tailBase(record, before, 'one'), saved([...LONG, token(4)]));
  expect(joinTail(record, tail)).not.toBeNull();
  expect(joinTail({ ...record, stamp: 'two' }, tail)).toBeNull();
  expect(joinTail(writeSaved(before), tail)).toBeNull();
  expect(joinTail(record, undefined)).toBeNull();
  for (const wrong of ['x', null, { ...Object(tail), version: 99 }, { ...Object(tail), from: 1e6 }, { on: 'one' }])
    expect(joinTail(record, wrong)).toBeNull();
  fc.assert(fc.property(fc.anything(), fc.anything(), (a, b) => void joinTail(a, b)));
});
