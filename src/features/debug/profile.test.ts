// What a profile comes to, and its files: sums, shares and rates of a made-up one, and a trace in which every event has its place.
import { expect, test } from 'vitest';
import { PROFILE } from './profile.fixture.ts';
import { floorOf, lanesOf, rowsOf } from './profileFigures.ts';
import { profileJson, profileTrace } from './profileFiles.ts';

const ABOUT = {
  model: 'small',
  dtype: 'f16',
  adapter: {
    vendor: 'acme',
    architecture: 'rocket',
    device: '',
    description: '',
    software: false,
    kernels: 'subgroup',
    features: [],
    maxBufferSize: 1,
    maxStorageBufferBindingSize: 1,
  },
  measured: '2026-11-28T08:00:00.000Z',
} as const;

test('rows by kernel and by place in a layer, the slowest first; rates against the most of the adapter', () => {
  const rows = rowsOf(PROFILE, 'kernel');
  expect(rows.map(({ name, count, ms }) => [name, count, ms])).toEqual([
    ['linear_row f16', 4, 2],
    ['attention', 2, 1],
    ['layernorm', 2, 0],
  ]);
  // 996,000 bytes and 992,000 operations in 2 ms.
  expect(rows[0]).toMatchObject({
    bytes: 996_000,
    bandwidth: 4.98e8,
    ofBandwidth: 0.498,
    flops: 4.96e8,
    ofFlops: 0.248,
  });
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBe(1);
  expect(rows[2]?.bandwidth).toBeNaN();
  expect(rowsOf(PROFILE, 'place').map(({ name, count }) => [name, count])).toEqual([
    ['h.*.mlp.c_fc (linear_row)', 2],
    ['h.*.attn (attention)', 2],
    ['h.*.attn.c_attn (linear_row)', 2],
    ['h.*.ln_1 (layernorm)', 2],
  ]);
});

test('the floor is weights and cache at the measured bandwidth; of many rows no less than their arithmetic', () => {
  expect(floorOf(PROFILE)).toEqual({ bytes: 1_000_000, ms: 1 });
  const slow = { ...PROFILE, peak: { bandwidth: 1e9, flops: 1e8 } };
  expect(floorOf(slow).ms).toBe(1);
  expect(floorOf({ ...slow, of: { kind: 'prefill', rows: 8 } }).ms).toBeCloseTo(9.92, 10);
});

test('two lanes of one length: all of the token is somewhere, on the GPU and in the worker', () => {
  const { ms, gpu, worker } = lanesOf(PROFILE);
  expect(gpu.map(piece => [piece.key, piece.ms])).toEqual([
    ['floor', 1],
    ['above', 1.5],
    ['idle', 1.5],
  ]);
  expect(worker.map(piece => [piece.key, piece.ms])).toEqual([
    ['encode', 0.5],
    ['draw', 0.25],
    ['wait', 3],
    ['rest', 0.25],
  ]);
  for (const lane of [gpu, worker]) expect(lane.reduce((sum, piece) => sum + piece.ms, 0)).toBe(ms);
  // Without a run there is the step alone; kernels in a cache may be below the floor.
  const alone = lanesOf({ ...PROFILE, run: null, stepMs: 0.5 });
  expect(alone).toMatchObject({ ms: 0.5, worker: [] });
  expect(alone.gpu.map(piece => piece.ms)).toEqual([0.5, 0, 0]);
});

test('JSON has every number, and says null where there is none', () => {
  const file: unknown = JSON.parse(profileJson(PROFILE, ABOUT));
  expect(file).toMatchObject({ ...ABOUT, ...PROFILE, format: 'nucleus-profile', floor: { ms: 1, share: 0.25 } });
  expect(file).toHaveProperty('kernels.2.bandwidth', null);
});

test('a trace: threads by name, and complete events one after the other', () => {
  const { traceEvents } = JSON.parse(profileTrace(PROFILE, ABOUT)) as {
    traceEvents: { name: string; ph: string; pid: number; tid: number; ts?: number; dur?: number; args: object }[];
  };
  const threads = traceEvents.filter(({ name }) => name === 'thread_name');
  expect(threads.map(({ ph, tid }) => [ph, tid])).toEqual([
    ['M', 1],
    ['M', 2],
  ]);
  for (const { tid } of threads) {
    const events = traceEvents.filter(event => event.ph === 'X' && event.tid === tid);
    let end = 0;
    for (const { ts, dur, pid } of events) {
      expect([ts, pid]).toEqual([end, 1]);
      expect(dur).toBeGreaterThanOrEqual(0);
      end += dur ?? Number.NaN;
    }
    // Microseconds: the kernels by themselves, the token of the run.
    expect(end).toBe(tid === 1 ? 3000 : 4000);
    expect(events).toHaveLength(tid === 1 ? PROFILE.dispatches.length : 4);
  }
  const product = traceEvents.find(({ name }) => name === 'h.1.mlp.c_fc (linear_row)');
  expect(product?.args).toMatchObject({ weightBytes: 400_000, kernel: 'linear_row', 'GFLOP/s': 400_000 / 0.75 / 1e6 });
});
