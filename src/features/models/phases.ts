// The phases of a load and the numbers beside its bar, in words.
import { formatByteRate, formatBytes, formatDuration } from '../../lib/format.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import type { LoadPhase } from '../../protocol/events.ts';
import type { LoadProgress } from '../../stores/model/types.ts';

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

function phaseWords({ phase, fromCache }: LoadProgress, kind: ModelSource['kind']): string {
  if (phase === 'upload' && fromCache) return 'Uploading from the cache to the GPU';
  if (kind === 'server') return 'Asking what the server gives';
  if (phase === 'download' && kind === 'local') return 'Reading from disk';
  return PHASE_WORDS[phase];
}

/** `Downloading`, `548 MB of 1.1 GB`, `12 MB/s`, `34 s left`; only what is known. `kind` of the source: opened files are not downloaded. */
export function progressWords(progress: LoadProgress, kind: ModelSource['kind']): string[] {
  const { bytes, totalBytes, speed, secondsLeft } = progress;
  const words = [phaseWords(progress, kind)];
  if (totalBytes > 0) words.push(`${formatBytes(bytes)} of ${formatBytes(totalBytes)}`);
  if (speed !== null) words.push(formatByteRate(speed));
  if (secondsLeft !== null) words.push(`${formatDuration(secondsLeft * 1000)} left`);
  return words;
}
