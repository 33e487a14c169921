// Steps of a prompt on GPUs of several speeds.
import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

/** Milliseconds of the steps of a prompt, of which a step takes `fixed` and each row `perRow`. */
function stepsOf(count: number, most: number, fixed: number, perRow: (step: number) => number) {
  const pace = new Pace(most);
  const steps: { rows: number; ms: number }[] = [];
  for (let done = 0; done < count; ) {
    const rows = Math.min(pace.rows, count - done);
    const ms = fixed + rows * perRow(steps.length);
    pace.took(rows, ms, most);
    steps.push({ rows, ms });
    done += rows;
  }
  return steps;
}

test('a fast GPU gets to the widest step in a few, each under 100 ms', () => {
  const steps = stepsOf(4096, 512, 0.5, () => 0.05);
  expect(steps.map(({ rows }) => rows)).toEqual([16, 32, 64, 128, 256, ...Array.from({ length: 7 }, () => 512), 16]);
  expect(Math.max(...steps.map(({ ms }) => ms))).toBeLessThan(100);
});

test('where rows take one ms, more or less by a quarter, no step takes 100', () => {
  const steps = stepsOf(4096, 512, 2, step => 1 + 0.25 * Math.sin(step));
  expect(Math.max(...steps.map(({ ms }) => ms))).toBeLessThan(100);
  // And none is so short that it wastes weights.
  for (const { rows } of steps.slice(3, -1)) expect(rows).toBeGreaterThan(40);
});

test('a slow one goes down to eight rows, and no further', () => {
  expect(stepsOf(64, 512, 0, () => 50).map(({ rows }) => rows)).toEqual([16, 8, 8, 8, 8, 8, 8]);
});

test('what room there is bounds a step, and a last short step says nothing', () => {
  const pace = new Pace(4);
  expect(pace.rows).toBe(4);
  pace.took(4, 1, 6);
  expect(pace.rows).toBe(6);
  pace.took(2, 1, 100);
  expect(pace.rows).toBe(6);
});
