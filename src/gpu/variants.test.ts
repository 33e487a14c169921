// A variant that is switched off gives way to the next class of kernels, op by op; where nothing is left the plan stays as it is.
import { expect, test } from 'vitest';
import { headRowPlan, matrixPlan } from '../../e2e/support/product-plan.ts';
import type { Choosing } from './dispatch.ts';
import { trialsOf } from './tune.ts';
import { variantOf } from './variants.ts';

const GPU: Choosing = { kernelClass: 'subgroup', lanes: 32 };
const planned = (...off: string[]) => matrixPlan({ ...GPU, off: new Set(off) }, 768, 768, 'f16').map(variantOf);

test('from clusters of lanes down to the naive twin', () => {
  const chain = ['linear_row_cluster f16', 'linear_row_workgroup f16', 'linear_row f16', 'linear_naive f16'];
  for (const [i, variant] of chain.entries()) expect(planned(...chain.slice(0, i)), variant).toEqual([variant]);
  expect(planned(...chain)).toEqual(chain.slice(0, 1));
});

test('a head that reduces its logits gives way to one that does not, of the same class', () => {
  const heads = (...off: string[]) => headRowPlan({ ...GPU, off: new Set(off) }, 768, 768, 'f16').map(variantOf);
  expect(heads()).toEqual(['head_row_cluster f16']);
  expect(heads('head_row_cluster f16')).toEqual(['linear_row_cluster f16']);
  expect(heads('head_row_cluster f16', 'linear_row_cluster f16')).toEqual(['head_row_workgroup f16']);
});

test('a head that is switched off is not measured, and keeps nothing else from being', () => {
  const c = { ...GPU, off: new Set(['head_row_cluster f16']) };
  const dispatches = [...headRowPlan(c, 5_000, 768, 'f16'), ...matrixPlan(c, 768, 768, 'f16')];
  expect(trialsOf(c, dispatches).map(({ name }) => name)).toEqual(['linear row 768x768 f16']);
});

test('another storage of the same kernel stays on', () => {
  expect(planned('linear_row_cluster q8_0')).toEqual(['linear_row_cluster f16']);
});

test('what is off is not measured', () => {
  const dispatches = matrixPlan(GPU, 768, 768, 'f16');
  const kernels = (off: string[]) =>
    trialsOf({ ...GPU, off: new Set(off) }, dispatches).flatMap(({ candidates }) =>
      candidates.flatMap(each => each.matrices.flat().map(variantOf)),
    );
  expect(kernels([])).toContain('linear_row_cluster f16');
  expect(new Set(kernels(['linear_row_cluster f16']))).toEqual(new Set(['linear_row_workgroup f16']));
});
