// The largest of many numbers. `Math.max(...numbers)` takes each as an argument, and a long list of them overflows the stack.

/** The largest of `values` and `least`; NaN where one of them is. */
export function mostOf(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (const value of values) most = Math.max(most, value);
  return most;
}
