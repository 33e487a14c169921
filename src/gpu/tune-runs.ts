// Runs the candidates of a trial on the device, on the model's own weights and buffers, before its first step.
import { NucleusError } from '../lib/error.ts';
import type { Gpu } from './device.ts';
import { type Buffers, Executor } from './executor.ts';
import type { Runs, Trial } from './tune.ts';
import { workDone } from './waits.ts';

/** A run reads about so many bytes, in one matrix of the shape after the other, so that it outlasts the submit around it. */
const RUN_BYTES = 32e6;
const MOST_DISPATCHES = 16;

/** The candidates compiled, all at once. `now` in milliseconds. Throws `kernel_failed`; a run throws where nothing ran, as on buffers that are gone. */
export async function prepareRuns(gpu: Gpu, buffers: Buffers, trial: Trial, now: () => number): Promise<Runs[]> {
  const wanted = Math.min(MOST_DISPATCHES, Math.max(1, Math.round(RUN_BYTES / trial.bytes)));
  const matrices = Math.min(wanted, trial.candidates[0]?.matrices.length ?? 0);
  const repeats = Math.ceil(wanted / Math.max(1, matrices));
  const made = trial.candidates.map(candidate =>
    Executor.create(gpu, candidate.matrices.slice(0, matrices).flat(), buffers),
  );
  return (await Promise.all(made)).map(executor => async () => {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) executor.encode(pass, 1);
    pass.end();
    const begin = now();
    gpu.device.pushErrorScope('validation');
    gpu.device.queue.submit([encoder.finish()]);
    const refused = gpu.device.popErrorScope();
    await workDone(gpu.device);
    const ms = now() - begin;
    const error = await refused;
    if (error) throw new NucleusError('internal', error.message);
    return ms;
  });
}
