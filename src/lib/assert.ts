// Assertions that narrow types; a failed one is a bug of ours, never bad input.

/** Throws when `condition` is false. `what` names the invariant. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}

/** The value, or a thrown error naming it when it is null or undefined. */
export function defined<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`missing: ${what}`);
  return value;
}
