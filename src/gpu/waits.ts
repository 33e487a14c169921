// Waiting for the GPU: every wait goes through here, since one browser forgets to look whether it is over.
import { NucleusError } from '../lib/error.ts';

const FIREFOX = /Firefox\//.test(globalThis.navigator?.userAgent ?? '');
/** Milliseconds. */
const NUDGE = 1;

/** Maps `bytes` of a staging buffer. Throws `device_lost` when the device goes away meanwhile. */
export async function mapForReading(device: GPUDevice, staging: GPUBuffer, bytes: number): Promise<void> {
  try {
    await nudged(device, staging.mapAsync(GPUMapMode.READ, 0, bytes));
  } catch (error) {
    throw new NucleusError('device_lost', error instanceof Error ? error.message : String(error));
  }
}

/** Waits until all that was submitted is done. */
export const workDone = (device: GPUDevice): Promise<undefined> => nudged(device, device.queue.onSubmittedWorkDone());

/**
 * Firefox looks every 100 ms whether the GPU is done, and whenever something is submitted: empty submits make it look. Of others nothing is asked.
 * @param nudges whether this is such a browser
 */
export async function nudged<T>(device: Pick<GPUDevice, 'queue'>, wait: Promise<T>, nudges = FIREFOX): Promise<T> {
  const nudge = nudges ? setInterval(() => device.queue.submit([]), NUDGE) : undefined;
  try {
    return await wait;
  } finally {
    clearInterval(nudge);
  }
}
