// The counts at the end of npm test: nothing failed may be counted as fine.
import { expect, test } from 'vitest';
import { failedIn, outcomeOf, totalLine } from '../tools/counts.mjs';

const vitest = (passed: number, failed: number, files: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 1,
  testResults: files,
});

test('the counts of a Vitest report', () => {
  expect(outcomeOf(0, vitest(3, 0))).toEqual({ passed: 3, failed: 0, skipped: 1 });
  expect(outcomeOf(1, vitest(3, 2))).toEqual({ passed: 3, failed: 2, skipped: 1 });
});

test('a file that did not load is one failed', () => {
  const files = [{ status: 'failed', assertionResults: [] }];
  expect(outcomeOf(1, vitest(3, 0, files))).toEqual({ passed: 3, failed: 1, skipped: 1 });
});

test('the counts of a Playwright report', () => {
  const report = { stats: { expected: 4, unexpected: 1, flaky: 0, skipped: 2 }, errors: [] };
  expect(outcomeOf(1, report)).toEqual({ passed: 4, failed: 1, skipped: 2 });
});

test('a step that fails without a report, or with none failed in it, is one failed', () => {
  expect(outcomeOf(2, undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(outcomeOf(1, vitest(5, 0))).toEqual({ passed: 5, failed: 1, skipped: 1 });
  expect(outcomeOf(0, undefined)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test('the failed tests by name and why, whichever runner', () => {
  const files = [
    { name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    {
      name: 'b.test.ts',
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'one' },
        { status: 'failed', fullName: 'two', failureMessages: ['\u001b[31mexpected 1\u001b[39m\n\ncame 2'] },
      ],
    },
  ];
  expect(failedIn(vitest(1, 1, files))).toEqual([
    { name: 'a.test.ts', why: ['no such module'] },
    { name: 'b.test.ts › two', why: ['expected 1', 'came 2'] },
  ]);
  const message = Array.from({ length: 99 }, (_, i) => `line ${i}`).join('\n');
  const specs = [
    { ok: true, file: 'c.spec.ts', line: 3, title: 'three' },
    { ok: false, file: 'c.spec.ts', line: 4, title: 'four', tests: [{ results: [{ errors: [{ message }] }] }] },
  ];
  const [four, ...others] = failedIn({ stats: {}, suites: [{ suites: [{ specs }], specs: [] }] });
  expect(others).toEqual([]);
  expect(four?.name).toBe('c.spec.ts:4 › four');
  expect(four?.why).toEqual(message.split('\n').slice(0, 12));
  expect(failedIn(undefined)).toEqual([]);
});

test('the closing line', () => {
  const outcomes = [outcomeOf(0, undefined), outcomeOf(1, vitest(3, 2))];
  expect(totalLine(outcomes)).toBe('3 passed, 2 failed, 1 skipped');
  expect(totalLine([{ passed: 7, failed: 0, skipped: 0 }])).toBe('7 passed, 0 failed');
});
