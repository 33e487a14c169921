// Maps that remember the last of what they were given.

/** Takes what was put in first out of `kept`, until it has no more than `most`. */
export function keepLatest<K>(kept: Map<K, unknown>, most: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
