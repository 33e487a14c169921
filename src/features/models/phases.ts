// The phases of a load and the numbers beside its bar, in words.
import { formatByteRate, formatBytes, formatDuration } from '../../lib/format.ts';
import type { LoadPhase } from '../../protocol/events.ts';
import type { LoadProgress } from '../../stores/model-types.ts';

export const PHASE_WORDS: Readonly<Record<LoadPhase, string>> = {
  list: 'Looking at the files',
  download: 'Downloading',
  verify: 'Verifying',
  upload: 'Uploading to the GPU',
  compile: 'Compiling the kernels',
  ready: 'Ready',
};

/** Share of the whole; null while it is unknown. */
export function shareDone({ bytes, totalBytes }: LoadProgress): number | null {
  return totalBytes > 0 ? Math.min(1, bytes / totalBytes) : null;
}

/** `Downloading`, `548 MB of 1.1 GB`, `12 MB/s`, `34 s left`; only what is known. */
export function progressWords(progress: LoadProgress): string[] {
  const { phase, bytes, totalBytes, fromCache, speed, secondsLeft } = progress;
  const words = [phase === 'upload' && fromCache ? 'Uploading from the cache to the GPU' : PHASE_WORDS[phase]];
  if (totalBytes > 0) words.push(`${formatBytes(bytes)} of ${formatBytes(totalBytes)}`);
  if (speed !== null) words.push(formatByteRate(speed));
  if (secondsLeft !== null) words.push(`${formatDuration(secondsLeft * 1000)} left`);
  return words;
}
