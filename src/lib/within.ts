// Work that is not waited for without end.

/** What `work` comes to; rejects with `late()` where that takes longer than `ms` milliseconds. */
export function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
