// What was computed of one text for ablation: rows and log-probabilities by what was off, and the requests for what is missing.
import type { EventOf } from '../../protocol/events.ts';
import type { Baseline, Part } from '../../protocol/probe-commands.ts';
import { type RankedRow, rankRow } from '../../sampling/row.ts';
import { keyOfParts } from './parts.ts';
import type { Comparison, Measured } from './types.ts';

/** One pass of the model, with or without parts. */
export interface MeasureRequest {
  readonly off: readonly Part[];
  readonly baseline: Baseline;
  /** The text as far as it is read: the row after it is what comes back. */
  readonly tokens: Uint32Array;
  /** Log-probabilities of `tokens[from...]` come back too. */
  readonly from: number;
}

/** Rows remembered: each holds the whole vocabulary twice. */
const MOST_ROWS = 12;

export class Measures {
  readonly ids: Uint32Array;
  readonly #rows = new Map<string, RankedRow>();
  readonly #logprobs = new Map<string, Float32Array>();

  /** Of the text `ids` and a model. */
  constructor(ids: Uint32Array) {
    this.ids = ids;
  }

  /** What is missing to compare at `position`: the row there and the log-probabilities of the text, as it is and with `off`. */
  missing(position: number, off: readonly Part[], baseline: Baseline): MeasureRequest[] {
    const { ids } = this;
    const requests: MeasureRequest[] = [];
    for (const parts of off.length === 0 ? [[]] : [[], off]) {
      const key = keyOf(parts, baseline);
      const stands: Baseline = parts.length === 0 ? 'zero' : baseline;
      const row = position > 0 && !this.#rows.has(rowKey(key, position));
      if (row && position < ids.length) {
        requests.push({ off: parts, baseline: stands, tokens: ids.subarray(0, position), from: position });
      }
      if (!this.#logprobs.has(key) || (row && position === ids.length)) {
        requests.push({ off: parts, baseline: stands, tokens: ids, from: 1 });
      }
    }
    return requests;
  }

  /** Null as long as something is missing. */
  comparison(position: number, off: readonly Part[], baseline: Baseline): Comparison | null {
    const plain = this.#measured(position, [], baseline);
    const ablated = this.#measured(position, off, baseline);
    return plain && ablated && { ids: this.ids, position, off, baseline, plain, ablated };
  }

  /** The row of the model as it is, where it is here. */
  plainRow(position: number): RankedRow | null {
    return this.#row(rowKey('', position));
  }

  /** Keeps what the worker said. Throws `nan_logits`. */
  accept({ tokens, off, baseline }: MeasureRequest, answer: EventOf<'ablated'>): void {
    const key = keyOf(off, baseline);
    this.#rows.set(rowKey(key, tokens.length), rankRow(answer.logits));
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= MOST_ROWS) break;
      this.#rows.delete(oldest);
    }
    if (tokens.length === this.ids.length) this.#logprobs.set(key, Float32Array.from([Number.NaN, ...answer.logprobs]));
  }

  #measured(position: number, off: readonly Part[], baseline: Baseline): Measured | null {
    const key = keyOf(off, baseline);
    const row = this.#row(rowKey(key, position));
    const logprobs = this.#logprobs.get(key);
    if (logprobs === undefined || (row === null && position > 0)) return null;
    return { row, logprobs };
  }

  /** The row that was looked at last is forgotten last. */
  #row(key: string): RankedRow | null {
    const row = this.#rows.get(key);
    if (row === undefined) return null;
    this.#rows.delete(key);
    this.#rows.set(key, row);
    return row;
  }
}

/** What stands in for nothing makes no difference. */
function keyOf(off: readonly Part[], baseline: Baseline): string {
  return off.length === 0 ? '' : `${baseline} ${keyOfParts(off)}`;
}

const rowKey = (key: string, position: number): string => `${position} ${key}`;
