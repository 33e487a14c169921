// Reads out of the JSON reports of Vitest and Playwright how many tests passed, failed and were skipped, and which failed and why.
import { stripVTControlCharacters } from 'node:util';

/** `{ passed, failed, skipped }` of a report; a file that could not be loaded counts as one failed. Throws on an unknown form. */
export function countsOf(report) {
  if (typeof report?.numPassedTests === 'number') {
    const unloaded = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0);
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
      skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    };
  }
  if (typeof report?.stats?.expected === 'number') {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return { passed: expected + flaky, failed: unexpected + (report.errors?.length ?? 0), skipped };
  }
  throw new Error('neither a Vitest nor a Playwright report');
}

/**
 * The outcome of a step: its counts, and whether all is well. A step that exits non-zero with no failed test in its report
 * (a type error, a crash, no tests at all) counts as one failed, so that `0 failed` always means success.
 */
export function outcomeOf(exitCode, report) {
  const counts = report === undefined ? { passed: 0, failed: 0, skipped: 0 } : countsOf(report);
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Lines of a failure that are repeated at the end: what was expected, what came, and where. */
const MOST_LINES = 12;

function linesOf(message = '') {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines.filter(line => line.trim() !== '').slice(0, MOST_LINES);
}

/**
 * Each failed test as `{ name, why }`: `file › title`, or the file alone where none of its tests could be read, and the first lines of its failure,
 * since the end of a log may be all that is seen of it.
 */
export function failedIn(report) {
  if (report?.testResults !== undefined) {
    return report.testResults.flatMap(({ name, status, message, assertionResults = [] }) => {
      const failed = assertionResults
        .filter(each => each.status === 'failed')
        .map(each => ({ name: `${name} › ${each.fullName}`, why: linesOf(each.failureMessages?.[0]) }));
      return status === 'failed' && assertionResults.length === 0 ? [{ name, why: linesOf(message) }] : failed;
    });
  }
  const within = ({ suites = [], specs = [] }) => [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ file, line, title, tests = [] }) => {
        const errors = tests.flatMap(({ results = [] }) => results.flatMap(result => result.errors ?? []));
        return { name: `${file}:${line} › ${title}`, why: linesOf(errors[0]?.message) };
      }),
    ...suites.flatMap(within),
  ];
  return within(report ?? {});
}

/** `12 passed, 0 failed`, and `, 1 skipped` where there are any. */
export function totalLine(outcomes) {
  const sum = key => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
