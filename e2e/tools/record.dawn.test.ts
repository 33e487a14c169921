// The recording is what the engine says today: it is made once more and compared, number by number.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { unpack } from '../../src/recorded/pack.ts';
import { RECORDED, recordRun } from '../support/record-run.ts';

const TOLERANCE = 5e-5;
/** Ranks of tokens that are about equally likely may change places. */
const RANKS = 2;
/** Of the machine and the moment that it was recorded on. */
const OF_THE_MACHINE = new Set(['adapter', 'at', 'cachedMs', 'uncachedMs', 'difference']);

/** Where two recordings differ, as paths. */
function* differences(was: unknown, is: unknown, where = ''): Generator<string> {
  if (was instanceof Float32Array && is instanceof Float32Array && was.length === is.length) {
    const most = TOLERANCE * Math.max(1, ...was.map(Math.abs));
    for (const [i, value] of was.entries())
      if (!(Math.abs(value - (is[i] ?? Number.NaN)) <= most)) yield `${where}[${i}]: ${value}, now ${is[i]}`;
  } else if (was instanceof Uint32Array && is instanceof Uint32Array && was.length === is.length) {
    const most = where.endsWith('.ranks') ? RANKS : 0;
    for (const [i, value] of was.entries())
      if (!(Math.abs(value - (is[i] ?? Number.NaN)) <= most)) yield `${where}[${i}]: ${value}, now ${is[i]}`;
  } else if (typeof was === 'number' && typeof is === 'number') {
    if (!(Math.abs(was - is) <= TOLERANCE * Math.max(1, Math.abs(was)))) yield `${where}: ${was}, now ${is}`;
  } else if (typeof was === 'object' && typeof is === 'object' && was !== null && is !== null) {
    const [before, now] = [new Map(Object.entries(was)), new Map(Object.entries(is))];
    for (const key of new Set([...before.keys(), ...now.keys()]))
      if (!OF_THE_MACHINE.has(key)) yield* differences(before.get(key), now.get(key), `${where}.${key}`);
  } else if (was !== is) yield `${where}: ${String(was)}, now ${String(is)}`;
}

test('a recording of today is the one in public/, which is small', async () => {
  const left = new Set(await readdir(RECORDED));
  for await (const [name, now] of recordRun(0)) {
    expect(left.delete(name), name).toBe(true);
    const was = await readFile(path.join(RECORDED, name));
    expect(was.length, name).toBeLessThan(400_000);
    const found = [...differences(unpack(was), unpack(now))];
    expect(found.slice(0, 5), `${name}: npm run record makes it anew`).toEqual([]);
  }
  expect([...left]).toEqual([]);
});

test('a number that is off is found', () => {
  const row = { rows: [Float32Array.of(1, 2)], run: { ids: [3], at: 1 } };
  expect([...differences(row, { ...row, rows: [Float32Array.of(1, 2.0004)] })].length).toBe(1);
  expect([...differences(row, { ...row, run: { ids: [4], at: 2 } })]).toEqual(['.run.ids.0: 3, now 4']);
  expect([...differences(row, { run: row.run })].length).toBe(1);
  expect([...differences(row, structuredClone(row))]).toEqual([]);
});
