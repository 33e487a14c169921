// Lets events through at most so often, and never loses the last one.

export class Throttle<T> {
  readonly #ms: number;
  readonly #emit: (value: T) => void;
  #waiting: { readonly value: T } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, emit: (value: T) => void) {
    this.#ms = ms;
    this.#emit = emit;
  }

  /** Emits at once after a pause, else when the pause is over, then the newest value alone. */
  push(value: T): void {
    if (this.#timer !== undefined) {
      this.#waiting = { value };
      return;
    }
    this.#emit(value);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting) this.push(waiting.value);
    }, this.#ms);
  }

  /** Emits what still waits, and nothing later. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#emit(waiting.value);
  }
}
