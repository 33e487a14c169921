// The measured accuracy of a format in words that say what each number means.
import { formatBytes, formatCount } from '../../lib/format.ts';
import type { EventOf } from '../../protocol/events.ts';
import type { Measured } from './accuracy.ts';

/** `0.00013`, `1.2e-7`. */
function nats(value: number): string {
  return value === 0 || value >= 1e-5 ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

export function measuredWords(measured: Measured, dtype: string): string {
  const { own, done, total, same, kl, worst, perplexity, originalPerplexity } = measured;
  const where = own ? 'your text' : 'a plain English text';
  const count = `${formatCount(done)} ${done === 1 ? 'position' : 'positions'}`;
  const first =
    done < total ? `The first ${count} of ${where}` : `${count[0]?.toUpperCase()}${count.slice(1)} of ${where}`;
  const tokens = same === done ? 'the same everywhere' : `the same at ${formatCount(same)}`;
  return (
    `${first}, ${dtype} beside the weights of the files: the likeliest token is ${tokens}; ` +
    `probabilities move by ${nats(kl)} nats on average, ${nats(worst)} at the worst position (KL divergence, 0 where nothing moves); ` +
    `perplexity ${perplexity.toPrecision(5)}, with the weights of the files ${originalPerplexity.toPrecision(5)}.`
  );
}

export function readingWords({ bytes, totalBytes, fromCache }: EventOf<'progress'>): string {
  if (totalBytes === 0) return 'Looking at the files';
  return `${fromCache ? 'Reading' : 'Fetching'} the files: ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
}
