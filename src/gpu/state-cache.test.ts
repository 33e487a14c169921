// The accounting of running states: what is found is the state of the text it is found for, whatever was advanced, kept and dropped.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeldState, LEAST_STATES, SCRATCH_STATE, StateCache } from './state-cache.ts';

const ids = (text: string) => [...text].map(c => c.charCodeAt(0));
/** Runs the positions of `text` that follow `at`. */
function run(cache: StateCache, at: HeldState | null, text: string, probe = false): HeldState {
  const state = cache.next(at, probe);
  cache.reached(state, ids(text));
  return state;
}
const found = (cache: StateCache, text: string, most = text.length) => cache.find(ids(text), most)?.length ?? 0;

describe('a pool of 6 states', () => {
  test('a state is advanced in its row', () => {
    const cache = new StateCache(6);
    const one = run(cache, null, 'abc');
    expect(one.row).not.toBe(SCRATCH_STATE);
    expect(run(cache, one, 'abcd')).toBe(one);
    expect(found(cache, 'abcdef')).toBe(4);
    expect(found(cache, 'abc')).toBe(0);
    expect(found(cache, 'abcXYZ')).toBe(0);
  });

  test('a kept state stays: what goes on from it has a row of its own, and branches share it', () => {
    const cache = new StateCache(6);
    const head = run(cache, null, 'abc');
    cache.keep(head);
    const one = run(cache, head, 'abcde');
    const two = run(cache, head, 'abcXY');
    expect(new Set([head.row, one.row, two.row]).size).toBe(3);
    expect([found(cache, 'abcdef'), found(cache, 'abcXYZ'), found(cache, 'abcd')]).toEqual([5, 5, 3]);
    expect(found(cache, 'abcde', 4)).toBe(3);
  });

  test('a long text leaves states behind that an edit can go on from', () => {
    const cache = new StateCache(6);
    const text = 'x'.repeat(200);
    let at: HeldState | null = null;
    for (let length = 8; length <= 200; length += 8) at = run(cache, at, text.slice(0, length));
    expect([201, 199, 127, 63].map(length => found(cache, `${text.slice(0, length)}!`))).toEqual([200, 192, 64, 0]);
  });

  test('a state in doubt is gone', () => {
    const cache = new StateCache(6);
    const head = run(cache, null, 'abc');
    cache.keep(head);
    cache.drop(cache.next(head));
    expect(found(cache, 'abcd')).toBe(3);
    cache.drop(head);
    expect(found(cache, 'abcd')).toBe(0);
    run(cache, null, 'ab');
    cache.clear();
    expect(found(cache, 'abcd')).toBe(0);
  });

  test('behind a token that is not known yet: named it takes over, dropped the one before goes on', () => {
    const cache = new StateCache(LEAST_STATES);
    const own = run(cache, null, 'abc');
    const wrong = cache.behind(own);
    expect([wrong.row === own.row, found(cache, 'abcd')]).toEqual([false, 3]);
    cache.drop(wrong);
    expect(found(cache, 'abcd')).toBe(3);
    let last = run(cache, own, 'abcd');
    for (const text of ['abcde', 'abcdef', 'abcdefg']) {
      const next = cache.behind(last);
      cache.named(next, ids(text).at(-1)!);
      expect([cache.holds(last), found(cache, text), found(cache, text, text.length - 1)]).toEqual([
        false,
        text.length,
        0,
      ]);
      last = next;
    }
  });

  test('one that is kept stays when the one behind it is named, and one after 64 tokens', () => {
    const cache = new StateCache(6);
    const head = run(cache, null, 'abc');
    cache.keep(head);
    cache.named(cache.behind(head), ids('d')[0]!);
    expect([found(cache, 'abcX'), found(cache, 'abcdX')]).toEqual([3, 4]);
    const text = 'z'.repeat(64);
    cache.named(cache.behind(run(cache, null, text)), ids('z')[0]!);
    expect([found(cache, `${text}X`), found(cache, `${text}zX`)]).toEqual([64, 65]);
  });

  test('a row that others need goes, and its token is named to nobody', () => {
    const cache = new StateCache(LEAST_STATES);
    const own = run(cache, null, 'abc');
    const queued = cache.behind(own);
    const probe = run(cache, own, 'abcP', true);
    cache.keep(probe);
    const other = run(cache, probe, 'abcPQ', true);
    expect([other.row, cache.holds(queued)]).toEqual([queued.row, false]);
    cache.named(queued, ids('d')[0]!);
    expect([found(cache, 'abcd'), found(cache, 'abcPQ')]).toEqual([3, 5]);
  });

  test("a probe's states are the first to go, and never the session's latest", () => {
    const cache = new StateCache(LEAST_STATES);
    const own = run(cache, null, 'abc');
    for (const text of ['abcd', 'abce', 'abcf']) {
      const at = run(cache, own, text, true);
      expect(at).not.toBe(own);
      expect(found(cache, text)).toBe(4);
    }
    expect(found(cache, 'abcXYZ')).toBe(3);
    const other = run(cache, null, 'ABC');
    expect(found(cache, 'abcX')).toBe(3);
    expect(found(cache, 'ABCX')).toBe(3);
    expect(other.row).not.toBe(own.row);
  });

  test('of the states of one text those close behind another go first', () => {
    const cache = new StateCache(6);
    const text = 'y'.repeat(640);
    let at: HeldState | null = null;
    for (let length = 64; length <= 640; length += 64) at = run(cache, at, text.slice(0, length));
    const left = Array.from({ length: 10 }, (_, i) => 64 * (i + 1)).filter(n => found(cache, text, n) === n);
    expect(left).toHaveLength(5);
    expect(left.at(-1)).toBe(640);
    const gaps = left.map((length, i) => length - (left[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(256);
  });
});

test('whatever is run, kept, probed and dropped, a state found is that of the text', () => {
  const word = fc.stringMatching(/^[ab]{1,12}$/);
  const queued = fc.constantFrom('none', 'dropped', 'named', 'left');
  const step = fc.record({ text: word, keep: fc.boolean(), probe: fc.boolean(), fails: fc.boolean(), queued });
  fc.assert(
    fc.property(fc.integer({ min: LEAST_STATES, max: 8 }), fc.array(step, { maxLength: 60 }), (rows, steps) => {
      const cache = new StateCache(rows);
      /** What each row holds, as the GPU would. */
      const held = new Map<number, string>();
      /** Queued behind a state, while others run. */
      let left: HeldState | null = null;
      for (const { text, keep, probe, fails, queued } of steps) {
        const at = cache.find(ids(text), text.length - 1);
        if (at) expect(held.get(at.row)).toBe(text.slice(0, at.length));
        const state = cache.next(at, probe);
        expect(state.row).not.toBe(SCRATCH_STATE);
        if (state !== at && at) expect(state.row).not.toBe(at.row);
        if (fails) {
          held.set(state.row, 'in doubt');
          cache.drop(state);
          continue;
        }
        held.set(state.row, text);
        cache.reached(state, ids(text));
        if (keep) cache.keep(state);
        expect(found(cache, text)).toBe(text.length);
        if (left) {
          cache.named(left, ids('a')[0]!);
          left = null;
        } else if (queued !== 'none') {
          const behind = cache.behind(state);
          expect([SCRATCH_STATE, state.row]).not.toContain(behind.row);
          held.set(behind.row, `${text}a`);
          if (queued === 'dropped') cache.drop(behind);
          if (queued === 'named') cache.named(behind, ids('a')[0]!);
          if (queued === 'left') left = behind;
          if (queued !== 'named') expect(found(cache, text)).toBe(text.length);
        }
      }
    }),
  );
});
