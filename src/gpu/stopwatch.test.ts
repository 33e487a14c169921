// The stopwatch on a stand-in for a GPU whose work takes what the test says: a coarse clock is no matter, a broken one is left alone.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Scope } from './scope.ts';
import { Stopwatch, type TimedBy } from './stopwatch.ts';

beforeEach(() => {
  vi.stubGlobal('GPUBufferUsage', { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, QUERY_RESOLVE: 512 });
  vi.stubGlobal('GPUMapMode', { READ: 1 });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Milliseconds that a submit takes beside its work. */
const LATENCY = 0.3;

interface Passes {
  /** Pieces of each pass. */
  readonly counts: number[];
  readonly alive: () => number;
}

/** A GPU on which a piece of work takes `pieceMs`, and whose timestamps are what `stamps` makes of the milliseconds of a pass. */
function standIn(pieceMs: number, stamps: ((ms: number) => number) | null) {
  let [clock, busy, queries] = [5, 0, 0];
  const counts: number[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const stamped = new BigUint64Array(2);
  const device = {
    features: new Set(stamps ? ['timestamp-query'] : []),
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    createQuerySet: () => {
      queries++;
      return { destroy: () => queries-- };
    },
    createBuffer: () => ({
      size: 16,
      destroy: () => {},
      mapAsync: async () => {
        clock += LATENCY + busy;
        const begin = 1_000_000_000n;
        stamped.set([begin, begin + BigInt(Math.round((stamps?.(busy) ?? 0) * 1e6))]);
      },
      getMappedRange: () => stamped.buffer,
      unmap: () => {},
    }),
    createCommandEncoder: () => ({
      beginComputePass: () => {
        busy = 0;
        counts.push(0);
        return {
          dispatchWorkgroups: () => {
            busy += pieceMs;
            counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
          },
          end: () => {},
        };
      },
      resolveQuerySet: () => {},
      copyBufferToBuffer: () => {},
      finish: () => ({}),
    }),
    queue: { submit: () => {} },
  } as unknown as GPUDevice;
  const passes: Passes = { counts, alive: () => queries };
  const watch = (by?: TimedBy) => Stopwatch.create({ device }, new Scope('device', device), by);
  return { watch, passes };
}

const piece = (pass: GPUComputePassEncoder): void => pass.dispatchWorkgroups(1);

test.each([
  ['exact timestamps', (ms: number) => ms, 'timestamps'],
  ['timestamps rounded to 0.1 ms', (ms: number) => Math.floor(ms * 10) / 10, 'timestamps'],
  ['no timestamps', null, 'submits'],
  ['timestamps that run backwards', () => -1, 'submits'],
] as const)('a piece of 0.003 ms is measured with %s', async (_, stamps, by) => {
  const { watch, passes } = standIn(0.003, stamps);
  const stopwatch = await watch();
  const { median, fastest } = await stopwatch.each([piece, piece, piece]);
  expect(stopwatch.by).toBe(by);
  for (const ms of [median, fastest]) expect(Math.abs(ms - 0.003)).toBeLessThan(0.003 * 0.03);
  expect(Math.max(...passes.counts)).toBeLessThanOrEqual(4096);
  stopwatch[Symbol.dispose]();
  expect(passes.alive()).toBe(0);
});

test('what takes long goes alone; a clock that stands still is left after some long waits, and by a wish at once', async () => {
  const slow = standIn(40, ms => ms);
  expect((await (await slow.watch()).each([piece, piece])).median).toBe(40);
  expect(Math.max(...slow.passes.counts)).toBe(1);

  const still = standIn(40, () => 0);
  const stopwatch = await still.watch();
  const { median } = await stopwatch.each([piece]);
  expect(stopwatch.by).toBe('submits');
  expect(median).toBeGreaterThan(0);

  const asked = standIn(1, ms => 2 * ms);
  const submits = await asked.watch('submits');
  expect(submits.by).toBe('submits');
  expect((await submits.each([piece])).median).toBeCloseTo(1, 6);
});
