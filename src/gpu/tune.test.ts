// Measuring teams on a clock of the test's own: the quickest is taken, noise is not, and the budget ends it.
import { describe, expect, test } from 'vitest';
import { headRowPlan, matrixPlan } from '../../e2e/support/product-plan.ts';
import { defined } from '../lib/assert.ts';
import { productName } from './product.ts';
import { type Candidate, type Trial, trialsOf, tune } from './tune.ts';

const SUBGROUP = { kernelClass: 'subgroup', lanes: 32 } as const;
const trials = trialsOf(SUBGROUP, [
  ...matrixPlan(SUBGROUP, 768, 768, 'f16'),
  ...matrixPlan(SUBGROUP, 2304, 768, 'f16'),
  ...matrixPlan(SUBGROUP, 768, 768, 'f16'),
]);

/** Every run takes what `cost` says of its candidate, on a clock that stands still otherwise; compiling takes `compiling`. */
function clock(cost: (trial: Trial, candidate: number) => number, compiling = 0) {
  let ms = 1_000;
  const prepared: string[] = [];
  return {
    prepared,
    now: () => ms,
    prepare: async (trial: Trial) => {
      ms += compiling;
      prepared.push(trial.name);
      return trial.candidates.map((_, i) => async () => {
        ms += cost(trial, i);
        return cost(trial, i);
      });
    },
  };
}

test('a trial a shape, those that read most first, the team by rule first and each team once', () => {
  expect(trials.map(({ name }) => name)).toEqual(['linear row 2304x768 f16', 'linear row 768x768 f16']);
  for (const { candidates, name } of trials) {
    const teams = candidates.map(({ team }) => JSON.stringify(team));
    expect(new Set(teams).size).toBe(teams.length);
    expect(teams.length).toBeGreaterThan(3);
    for (const { team, matrices } of candidates) {
      // Every matrix of the shape has its turn.
      expect(matrices).toHaveLength(name.includes('2304') ? 1 : 2);
      for (const dispatch of matrices.flat()) {
        expect(dispatch.product && productName(dispatch.product)).toBe(name);
        const { WORKGROUP, CLUSTER } = team;
        expect(dispatch.consts).toMatchObject({ WORKGROUP, CLUSTER });
        expect(dispatch.kernel.name).toBe(CLUSTER < WORKGROUP ? 'linear_row_cluster' : 'linear_row_workgroup');
      }
    }
  }
});

test('a head with the reduction of its logits by each team, and the two apart', () => {
  const [trial, ...more] = trialsOf(SUBGROUP, headRowPlan(SUBGROUP, 50_257, 768, 'f16'));
  expect(more).toEqual([]);
  const { name, candidates } = defined(trial, 'a trial');
  expect(name).toBe('head row 50257x768 f16');
  const apart = candidates.at(-1);
  expect(apart?.team).toEqual({ ...candidates[0]?.team, apart: true });
  const kernels = ({ matrices }: Candidate) => matrices.map(each => each.map(({ kernel }) => kernel.name));
  expect(apart && kernels(apart)).toEqual([['linear_row_cluster', 'draw_pieces']]);
  for (const each of candidates.slice(0, -1)) {
    const { WORKGROUP, CLUSTER } = each.team;
    expect(kernels(each)).toEqual([[CLUSTER < WORKGROUP ? 'head_row_cluster' : 'head_row_workgroup']]);
    const [[dispatch] = []] = each.matrices;
    const { consts, grid } = defined(dispatch, 'a dispatch');
    expect(consts).toMatchObject({ WORKGROUP, CLUSTER });
    // 786 pieces of 64 ids.
    expect(consts.PIECES).toBe(786);
    const rounds = 64 / (4 * Number(consts.TOGETHER));
    expect(Number(grid[0]) * (WORKGROUP / CLUSTER) * 4 * rounds).toBeGreaterThanOrEqual(50_257);
  }
});

test('a CPU that plays a GPU has nothing to measure', () => {
  const free = { kernelClass: 'barrier_free' } as const;
  expect(trialsOf(free, matrixPlan(free, 768, 768, 'f16'))).toEqual([]);
  expect(trialsOf(free, headRowPlan(free, 768, 768, 'f16'))).toEqual([]);
});

describe('the quickest team', () => {
  test('is kept for each shape', async () => {
    const time = clock((trial, i) => (i === (trial === trials[0] ? 2 : 1) ? 1 : 2));
    const { teams, ms } = await tune(trials, { ...time, budgetMs: 300 });
    expect([...teams]).toEqual([
      [trials[0]!.name, trials[0]!.candidates[2]!.team],
      [trials[1]!.name, trials[1]!.candidates[1]!.team],
    ]);
    expect(ms).toBeLessThan(300);
  });

  test('has to be more than noise quicker than the rule', async () => {
    const { teams } = await tune(trials, { ...clock((_, i) => (i === 0 ? 1 : 0.97)), budgetMs: 300 });
    expect(teams.get(trials[0]!.name)).toBe(trials[0]!.candidates[0]!.team);
  });

  test('is not judged by its first run, which warms up', async () => {
    const runs = new Map<number, number>();
    const time = clock((_, i) => {
      const run = runs.get(i) ?? 0;
      runs.set(i, run + 1);
      return i === 1 ? (run < 2 ? 50 : 1) : 2;
    });
    const { teams } = await tune(trials.slice(0, 1), { ...time, budgetMs: 1_000 });
    expect(teams.get(trials[0]!.name)).toBe(trials[0]!.candidates[1]!.team);
  });
});

describe('the budget', () => {
  test('leaves out what it does not reach', async () => {
    const time = clock(() => 10);
    const { teams } = await tune(trials, { ...time, budgetMs: 4 * 10 * trials[0]!.candidates.length });
    expect([...teams.keys()]).toEqual([trials[0]!.name]);
    expect(time.prepared).toEqual([trials[0]!.name]);
  });

  test('drops a shape that it ends in the middle of', async () => {
    const { teams } = await tune(trials, { ...clock(() => 30), budgetMs: 300 });
    expect(teams.size).toBe(0);
  });

  test('counts compiling', async () => {
    const time = clock(() => 1, 400);
    expect((await tune(trials, { ...time, budgetMs: 300 })).teams.size).toBe(0);
    expect(time.prepared).toHaveLength(1);
  });
});
