// Types of counts.mjs, which is plain JavaScript because `npm test` runs it before anything is built.

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `report`: the JSON of Vitest or Playwright; undefined where there is none. */
export function outcomeOf(exitCode: number, report: unknown): Counts;

export function failedIn(report: unknown): string[];

export function totalLine(outcomes: readonly Counts[]): string;
