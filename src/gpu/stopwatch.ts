// How long work takes on the GPU: by timestamps around a pass where the adapter has them, else from the submit to the answer.
import { assert, defined } from '../lib/assert.ts';
import { median } from '../lib/median.ts';
import type { Gpu } from './device.ts';
import type { Scope } from './scope.ts';
import { mapForReading } from './waits.ts';

/** `timestamps`: the GPU's own clock at both ends of a pass; `submits`: this side's clock, less what an empty pass takes. */
export type TimedBy = 'timestamps' | 'submits';

type Encode = (pass: GPUComputePassEncoder) => void;

/**
 * A pass of like pieces of work lasts about so many milliseconds. Browsers round timestamps to 0.1 ms, which is little beside it, and a cancel is
 * seen between two.
 */
const PASS_MS = 8;
/** Pieces in a pass at most. */
const MOST_PIECES = 4096;
const ROUNDS = 5;
/** A clock that shows nothing beside so many milliseconds, so often in a row, stands still. */
const STILL_MS = 20;
const STILL_TIMES = 3;
/** Two timestamps, 64 bits each. */
const STAMP_BYTES = 16;

export class Stopwatch implements Disposable {
  readonly #device: GPUDevice;
  readonly #scope: Scope;
  readonly #stamps: GPUBuffer;
  readonly #staging: GPUBuffer;
  #queries: GPUQuerySet | null;
  /** Milliseconds of a submit with nothing in it. */
  #empty = 0;
  /** Times in a row that the GPU's clock stood still. */
  #still = 0;

  private constructor(scope: Scope, stamps: GPUBuffer, staging: GPUBuffer) {
    this.#device = scope.device;
    this.#scope = scope;
    this.#stamps = stamps;
    this.#staging = staging;
    this.#queries = scope.device.features.has('timestamp-query')
      ? scope.device.createQuerySet({ label: 'stopwatch', type: 'timestamp', count: 2 })
      : null;
  }

  /** In a scope of its own inside `owner`. `by` asks for one of the ways; timestamps alone may not be there. Throws `out_of_memory`. */
  static async create({ device }: Pick<Gpu, 'device'>, owner: Scope, by: TimedBy = 'timestamps'): Promise<Stopwatch> {
    const scope = owner.open('stopwatch');
    const resolve =
      GPUBufferUsage.COPY_SRC | (device.features.has('timestamp-query') ? GPUBufferUsage.QUERY_RESOLVE : 0);
    const [stamps, staging] = await scope.buffers([
      { label: 'stamps', size: STAMP_BYTES, usage: resolve },
      { label: 'staging', size: STAMP_BYTES, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST },
    ]);
    const watch = new Stopwatch(scope, defined(stamps, 'stamps'), defined(staging, 'staging'));
    if (by === 'submits') watch.#withoutQueries();
    const empties: number[] = [];
    for (let round = 0; round < ROUNDS; round++) empties.push((await watch.#run(() => {})).waited);
    watch.#empty = median(empties);
    return watch;
  }

  get by(): TimedBy {
    return this.#queries === null ? 'submits' : 'timestamps';
  }

  /**
   * Milliseconds of each of several like pieces of work, such as a kernel on the weights of every layer: they go round in one pass, so that none finds in a
   * cache what it has just read, until that lasts long enough to be measured. `median` and the fastest of some passes.
   */
  async each(pieces: readonly Encode[]): Promise<{ median: number; fastest: number }> {
    assert(pieces.length >= 1, 'a piece of work');
    const round = (count: number): Promise<number> =>
      this.#pass(pass => {
        for (let i = 0; i < count; i++) defined(pieces[i % pieces.length], 'a piece')(pass);
      });
    let count = 1;
    for (let ms = await round(count); ms < PASS_MS / 2 && count < MOST_PIECES; ms = await round(count))
      count = Math.min(MOST_PIECES, Math.ceil(count * Math.min(16, PASS_MS / Math.max(ms, 0.1))));
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i++) times.push((await round(count)) / count);
    return { median: median(times), fastest: times.reduce((least, ms) => Math.min(least, ms)) };
  }

  [Symbol.dispose](): void {
    this.#withoutQueries();
    this.#scope[Symbol.dispose]();
  }

  /** Milliseconds of one pass. A clock that runs backwards, or stands still beside waits that are long, is none from here on. */
  async #pass(encode: Encode): Promise<number> {
    const { stamped, waited } = await this.#run(encode);
    const felt = Math.max(0, waited - this.#empty);
    if (stamped === null) return felt;
    this.#still = stamped === 0 && felt > STILL_MS ? this.#still + 1 : 0;
    if (stamped >= 0 && this.#still < STILL_TIMES) return stamped;
    this.#withoutQueries();
    return felt;
  }

  #withoutQueries(): void {
    this.#queries?.destroy();
    this.#queries = null;
  }

  /** One pass: milliseconds by its timestamps, null where there are none, and from the submit until it was done. */
  async #run(encode: Encode): Promise<{ readonly stamped: number | null; readonly waited: number }> {
    const queries = this.#queries;
    const encoder = this.#device.createCommandEncoder({ label: 'stopwatch' });
    const timestampWrites = queries && { querySet: queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    encode(pass);
    pass.end();
    if (queries) encoder.resolveQuerySet(queries, 0, 2, this.#stamps, 0);
    encoder.copyBufferToBuffer(this.#stamps, 0, this.#staging, 0, STAMP_BYTES);
    const commands = encoder.finish();
    const begin = performance.now();
    this.#device.queue.submit([commands]);
    await mapForReading(this.#device, this.#staging, STAMP_BYTES);
    const waited = performance.now() - begin;
    const [from = 0n, to = 0n] = new BigUint64Array(this.#staging.getMappedRange(0, STAMP_BYTES).slice(0));
    this.#staging.unmap();
    return { stamped: queries ? Number(to - from) / 1e6 : null, waited };
  }
}
