// What is measured on an adapter is kept for it, and what a record holds is believed only where it can be true.
import { describe, expect, test } from 'vitest';
import { headRowPlan, matrixPlan } from '../../e2e/support/product-plan.ts';
import type { Gpu } from '../gpu/device.ts';
import { choosing } from '../gpu/dispatch.ts';
import type { Team } from '../gpu/product.ts';
import { type Trial, trialsOf } from '../gpu/tune.ts';
import type { TuningStore } from '../hub/tuning-store.ts';
import { mapStore } from './records.fixture.ts';
import { adapterKey, readRecord, Tuning } from './tuning.ts';

const SUBGROUP = { kernelClass: 'subgroup', lanes: 32 } as const;
const DISPATCHES = [...matrixPlan(SUBGROUP, 768, 768, 'f16'), ...matrixPlan(SUBGROUP, 3072, 768, 'q8_0')];
const TRIALS = trialsOf(SUBGROUP, DISPATCHES);
const NAMES = TRIALS.map(({ name }) => name);
const BUFFERS = { get: () => undefined };

const gpuOf = (description: string, lost: Promise<unknown> = new Promise(() => {})): Gpu =>
  ({
    ...SUBGROUP,
    adapter: { vendor: 'v', architecture: 'a', device: 'd', description },
    tuned: new Map(),
    off: new Set(),
    device: { lost },
  }) as unknown as Gpu;

/** Candidate `best` takes 1 ms, the others 2. */
function tuning(store: TuningStore, best: number) {
  let ms = 0;
  const asked: string[] = [];
  const prepare = async (_gpu: Gpu, _buffers: unknown, trial: Trial) => {
    asked.push(trial.name);
    return trial.candidates.map((_, i) => async () => {
      ms += i === best ? 1 : 2;
      return i === best ? 1 : 2;
    });
  };
  return { asked, tuning: new Tuning(store, () => ms, prepare) };
}

test('a second load measures nothing, another driver does, and a product that is new does', async () => {
  const store = mapStore();
  const first = gpuOf('driver 1');
  await tuning(store, 2).tuning.measure(first, DISPATCHES, BUFFERS);
  const picked = new Map(TRIALS.map(({ name, candidates }) => [name, candidates[2]!.team]));
  expect(first.tuned).toEqual(picked);

  const again = tuning(store, 1);
  const second = gpuOf('driver 1');
  await again.tuning.measure(second, DISPATCHES, BUFFERS);
  expect([again.asked, second.tuned]).toEqual([[], picked]);
  await again.tuning.measure(gpuOf('driver 2'), DISPATCHES, BUFFERS);
  expect(again.asked).toEqual(NAMES);

  const more = tuning(store, 1);
  await more.tuning.measure(second, [...DISPATCHES, ...matrixPlan(SUBGROUP, 96, 768, 'f32')], BUFFERS);
  expect(more.asked).toEqual(['linear row 96x768 f32']);
  expect(second.tuned.size).toBe(3);
});

test('nothing is kept of what was measured while the device was lost', async () => {
  const store = mapStore();
  const gpu = gpuOf('driver 1', Promise.resolve());
  await tuning(store, 2).tuning.measure(gpu, DISPATCHES, BUFFERS);
  expect(gpu.tuned.size).toBe(0);
  const later = tuning(store, 1);
  await later.tuning.measure(gpuOf('driver 1'), DISPATCHES, BUFFERS);
  expect(later.asked).toEqual(NAMES);
});

test('what is forgotten is measured again', async () => {
  const store = mapStore();
  const gpu = gpuOf('driver');
  const { tuning: own, asked } = tuning(store, 1);
  await own.measure(gpu, DISPATCHES, BUFFERS);
  await own.forget(gpu);
  expect([gpu.tuned.size, store.records.size]).toEqual([0, 0]);
  await own.measure(gpu, DISPATCHES, BUFFERS);
  expect(asked).toEqual([...NAMES, ...NAMES]);
});

test('a browser that keeps nothing, and a kernel that a driver refuses, stop no load', async () => {
  const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  const gpu = gpuOf('driver');
  await tuning({ get: refuse, set: refuse, delete: refuse }, 1).tuning.measure(gpu, DISPATCHES, BUFFERS);
  expect(gpu.tuned.size).toBe(2);
  const broken = new Tuning(
    mapStore(),
    () => 0,
    () => Promise.reject(new Error('no such operation')),
  );
  const other = gpuOf('driver');
  await broken.measure(other, DISPATCHES, BUFFERS);
  expect(other.tuned.size).toBe(0);
});

test('a head whose reduction is quicker apart is kept so, and planned so by a later load', async () => {
  const store = mapStore();
  const plan = (gpu: Gpu) => headRowPlan(choosing(gpu), 5_000, 768, 'f16').map(({ kernel }) => kernel.name);
  const first = gpuOf('driver');
  expect(plan(first)).toEqual(['head_row_cluster']);
  const head = headRowPlan(SUBGROUP, 5_000, 768, 'f16');
  const apart = trialsOf(SUBGROUP, head)[0]!.candidates.findIndex(({ team }) => team.apart);
  await tuning(store, apart).tuning.measure(first, head, BUFFERS);
  const later = gpuOf('driver');
  await tuning(store, 0).tuning.measure(later, head, BUFFERS);
  expect(later.tuned.get('head row 5000x768 f16')).toMatchObject({ apart: true });
  for (const gpu of [first, later]) expect(plan(gpu)).toEqual(['linear_row_cluster']);
});

describe('a record', () => {
  const team: Team = TRIALS[0]!.candidates[1]!.team;
  const good = { version: 5, teams: { [TRIALS[0]!.name]: team } };
  test.each<[string, unknown, number]>([
    ['of this version', good, 1],
    ['that is none', undefined, 0],
    ['of another version', { ...good, version: 0 }, 0],
    ['without teams', { version: 5, teams: 'all' }, 0],
    ['of a team that is no object', { version: 5, teams: { [TRIALS[0]!.name]: 8 } }, 0],
    ['of a team that there is not', { version: 5, teams: { [TRIALS[0]!.name]: { WORKGROUP: 64, CLUSTER: 7 } } }, 0],
    ['of texts for numbers', { version: 5, teams: { [TRIALS[0]!.name]: { WORKGROUP: '64', CLUSTER: '8' } } }, 0],
    ['of a product that nobody asked for', { version: 5, teams: { other: team } }, 0],
  ])('%s', (_, record, count) => {
    expect(readRecord(record, TRIALS).size).toBe(count);
  });

  test('belongs to one adapter, driver, class and size of subgroup', () => {
    const gpu = gpuOf('driver');
    const keys = [gpu, gpuOf('driver 2'), { ...gpu, kernelClass: 'workgroup' as const }, { ...gpu, lanes: 16 }];
    expect(new Set(keys.map(adapterKey)).size).toBe(4);
  });
});
