// Who makes quantised blocks while a model loads: this thread, or several (pool.ts).
import { type QuantiseJob, quantised } from './job.ts';

/** Takes what a job has made. */
export type Take = (bytes: Uint8Array<ArrayBuffer>) => void;

export interface Quantiser {
  /** Numbers of a tensor for which it is worth asking; smaller ones are made in this thread. */
  readonly least: number;
  /** Numbers of a job, as near as whole rows come. */
  readonly slice: number;
  /** Takes over the memory of the rows. `take` gets the bytes in the order of the jobs, perhaps before this returns. Throws what an earlier one has failed with. */
  add(job: QuantiseJob, take: Take): void;
  /** Once another job may be added. Throws what one has failed with. */
  room(): Promise<void>;
  /** Once all bytes are taken. Throws what a job has failed with. */
  settled(): Promise<void>;
}

/** Numbers of a job: some milliseconds of work beside a message of a tenth of one, and under a megabyte on its way. */
export const SLICE = 2 ** 17;

export const IN_THREAD: Quantiser = {
  least: 0,
  slice: SLICE,
  add: (job, take) => take(quantised(job)),
  room: () => Promise.resolve(),
  settled: () => Promise.resolve(),
};
