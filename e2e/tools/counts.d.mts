// Types of counts.mjs, which is plain JavaScript because `npm test` runs it before anything is built.

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `report`: the JSON of Vitest or Playwright; undefined where there is none. */
export function outcomeOf(exitCode: number, report: unknown): Counts;

export interface Failure {
  readonly name: string;
  readonly why: readonly string[];
}

export function failedIn(report: unknown): Failure[];

export function totalLine(outcomes: readonly Counts[]): string;
