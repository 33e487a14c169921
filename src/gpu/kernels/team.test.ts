// Teams of threads by rule: what they are for narrow and wide matrices, storages and subgroups of every size.
import { describe, expect, test } from 'vitest';
import { STORAGES, type StorageName } from '../storage/storages.ts';
import { teamOf, teamsFor } from './team.ts';

const product = (outputs: number, stride: number, storage: StorageName = 'f32') => ({
  op: 'linear' as const,
  outputs,
  stride,
  storage: STORAGES[storage],
});
const subgroup = (lanes: number) => ({ kernelClass: 'subgroup', lanes }) as const;

describe('every team that can be chosen', () => {
  test.each([4, 8, 16, 32, 64, 128])('is whole in subgroups of %i', lanes => {
    for (const { WORKGROUP, CLUSTER } of teamsFor(subgroup(lanes), product(768, 768))) {
      expect(WORKGROUP % 64).toBe(0);
      if (CLUSTER > 0) expect([CLUSTER >= 4, lanes % CLUSTER, WORKGROUP % CLUSTER]).toEqual([true, 0, 0]);
    }
  });

  test('is a workgroup where subgroups are not numbered, or a row is no whole units', () => {
    const whole = [64, 128].map(WORKGROUP => ({ WORKGROUP, CLUSTER: 0 }));
    expect(teamsFor(subgroup(0), product(768, 768))).toEqual(whole);
    expect(teamsFor({ kernelClass: 'workgroup', lanes: 32 }, product(768, 768))).toEqual(whole);
    expect(teamsFor(subgroup(32), product(768, 20, 'f16'))).toEqual(whole);
    expect(teamsFor(subgroup(32), product(768, 20, 'f32'))).not.toEqual(whole);
  });
});

describe('by rule', () => {
  test.each([
    ['the smallest subgroup of a CPU', 4, product(768, 768), 4],
    ['Mesa', 8, product(2304, 768), 8],
    ['a head has outputs enough for small clusters', 32, product(50_257, 768), 8],
    ['a narrow matrix gives each output more lanes', 32, product(768, 3072), 32],
    ['and no more than have two units each', 32, product(768, 768, 'q4_1'), 8],
    ['large subgroups are cut', 128, product(768, 3072), 32],
  ] as const)('%s', (_, lanes, shape, cluster) => {
    expect(teamOf(subgroup(lanes), shape).CLUSTER).toBe(cluster);
  });

  test('without clusters, 64 threads', () => {
    expect(teamOf({ kernelClass: 'workgroup' }, product(768, 768))).toEqual({ WORKGROUP: 64, CLUSTER: 0 });
  });
});
