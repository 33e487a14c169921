// A GPU without a GPU: steps that follow their tables as kernels do, with logits that hang on every token of a text. For tests of who computes what, when.
import type { BatchDraw, BatchRow, BatchSteps } from '../../src/gpu/batch-runner.ts';
import { settingWords, TOUCHED_WORDS } from '../../src/gpu/draw-record.ts';
import type { TableWrite } from '../../src/gpu/kv-cache.ts';
import type { DrawStep, Row } from '../../src/gpu/runner.ts';
import { defined } from '../../src/lib/assert.ts';
import { NucleusError } from '../../src/lib/error.ts';
import { drawTwin } from './draw-twin.ts';

const UNWRITTEN = -1;

const idOf = (record: Float32Array<ArrayBuffer>): number => new Uint32Array(record.buffer)[0] ?? 0;

/** A state with an id mixed into it: the states after two texts are the same only where the texts are. */
function mixed(state: number, id: number): number {
  let x = Math.imul(state ^ Math.imul(id + 1, 0x9e3779b1), 0x85ebca6b);
  x ^= x >>> 15;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 13)) >>> 0;
}

export class ScriptedRunner {
  readonly maxRows = 16;
  readonly #V: number;
  readonly #tables = new Map<number, number[]>();
  readonly #states = new Map<number, number>();
  readonly #touched = new Map<number, Uint32Array<ArrayBuffer>>();
  /** The id of the last single draw, and those of the last step of several. */
  #drawn = 0;
  #together: readonly number[] = [];

  constructor(V: number) {
    this.#V = V;
  }

  turnsAsBefore(): boolean {
    return true;
  }

  turnFor(): void {}

  async prepareDraw(): Promise<void> {}

  writeTable({ sequence, from, slots }: TableWrite): void {
    const table = this.#tables.get(sequence) ?? [];
    for (const [i, slot] of slots.entries()) table[from + i] = slot;
    this.#tables.set(sequence, table);
  }

  async prefill(rows: readonly Row[]): Promise<void> {
    this.#run(rows);
  }

  async step(row: Row): Promise<Float32Array<ArrayBuffer>> {
    this.#run([row]);
    return this.row(row.slot);
  }

  async logits(slot: number): Promise<Float32Array<ArrayBuffer>> {
    return this.row(slot);
  }

  draw({ row, slot, follows, setting }: DrawStep) {
    if (row) this.#run([follows ? { ...row, id: this.#drawn } : row]);
    const record = this.#record(slot, settingWords(setting, this.#V), 0, this.#drawn);
    this.#drawn = idOf(record);
    return { read: async () => record, drop: () => {} };
  }

  writeTouched(from: number, words: Uint32Array<ArrayBuffer>): void {
    this.#write(0, from, words);
  }

  async score(): Promise<never> {
    throw new NucleusError('internal', 'nothing is scored');
  }

  /** What stands in for a BatchRunner. */
  get batch(): BatchSteps {
    return {
      prepare: async () => {},
      giveBack: () => {},
      writeTouched: (lane: number, from: number, words: Uint32Array<ArrayBuffer>) => this.#write(lane + 1, from, words),
      draw: (draws: readonly BatchDraw[]) => {
        const before = draws.map(({ follows = -1 }) => this.#together[follows] ?? UNWRITTEN);
        this.#run(
          draws.flatMap(({ row, follows }, i) =>
            row ? [follows === undefined ? row : { ...row, id: before[i]! }] : [],
          ),
        );
        const records = draws.map(({ slot, setting, lane }, i) =>
          this.#record(slot, settingWords(setting, this.#V), lane + 1, before[i]!),
        );
        this.#together = records.map(idOf);
        return records.map(record => ({ read: async () => record, drop: () => {} }));
      },
      rows: async (rows: readonly BatchRow[]) => {
        this.#run(rows.flatMap(({ row }) => row ?? []));
        return rows.map(({ slot }) => this.row(slot));
      },
    };
  }

  /** Logits [V] of a slot. */
  row(slot: number): Float32Array<ArrayBuffer> {
    let state = defined(this.#states.get(slot), `the state of slot ${slot}`);
    return Float32Array.from({ length: this.#V }, (_, id) => {
      state = mixed(state, id);
      return 6 * (state / 2 ** 32) ** 3;
    });
  }

  #run(rows: readonly Row[]): void {
    for (const { id, position, slot, sequence } of rows) {
      const table = defined(this.#tables.get(sequence), 'a table');
      // A state hangs on the slots of all positions before, as attention does.
      let state = position;
      for (const before of table.slice(0, position)) state = mixed(state, defined(this.#states.get(before), 'a state'));
      this.#states.set(slot, mixed(state, id));
    }
  }

  #write(lane: number, from: number, words: Uint32Array<ArrayBuffer>): void {
    const all = this.#touched.get(lane) ?? new Uint32Array(1_000 * TOUCHED_WORDS).fill(UNWRITTEN);
    all.set(words, from * TOUCHED_WORDS);
    this.#touched.set(lane, all);
  }

  #record(slot: number, words: Uint32Array<ArrayBuffer>, lane: number, pending: number): Float32Array<ArrayBuffer> {
    const touched = this.#touched.get(lane) ?? new Uint32Array();
    return drawTwin(this.row(slot), words, 0, { touched, pending });
  }
}
