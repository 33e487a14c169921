// Teams of threads by rule: what they are for narrow and wide matrices, storages and subgroups of every size.
import { describe, expect, test } from 'vitest';
import type { Team } from '../product.ts';
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
    for (const { WORKGROUP, CLUSTER } of teamsFor(subgroup(lanes))) {
      expect(WORKGROUP % 64).toBe(0);
      if (CLUSTER < WORKGROUP) expect([CLUSTER >= 4, lanes % CLUSTER, WORKGROUP % CLUSTER]).toEqual([true, 0, 0]);
    }
  });

  const sizes = (teams: readonly Team[]) => teams.map(({ CLUSTER }) => CLUSTER);

  test('joins in the memory of a workgroup where subgroups are not numbered, however many lanes they would have', () => {
    expect(sizes(teamsFor(subgroup(0)))).toEqual([8, 16, 32, 64, 128]);
    for (const lanes of [0, 4, 32])
      expect(sizes(teamsFor({ kernelClass: 'workgroup', lanes }))).toEqual([8, 16, 32, 64, 128]);
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

  test.each([
    [8, product(50_257, 768)],
    [32, product(768, 3072)],
    [8, product(576, 576, 'q4_0')],
  ])('without subgroups, %i threads as if they were lanes', (threads, shape) => {
    expect(teamOf({ kernelClass: 'workgroup' }, shape)).toEqual({ WORKGROUP: 64, CLUSTER: threads });
  });
});
