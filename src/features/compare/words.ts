// Words for columns: what one is asked, what came of it, and how far two of them are apart.
import { formatCount, formatNats, formatNumber } from '../../lib/format.ts';
import { sourceName } from '../../lib/model-source.ts';
import type { FinishReason } from '../../protocol/events.ts';
import { countWords } from '../shared/countWords.ts';
import type { Column, ColumnSetup, Distance } from './types.ts';

const END_WORDS: Readonly<Record<FinishReason, string>> = {
  length: 'length reached',
  end_of_text: 'end of text',
  stop_string: 'stop string',
  constraint_complete: 'constraint complete',
  context_full: 'context full',
  cancelled: 'stopped',
};

export function statusWords({ status, result }: Column): string {
  const count = result?.tokens.length ?? 0;
  const tokens = countWords(count, 'token');
  switch (status) {
    case 'empty':
      return 'not run yet';
    case 'waiting':
      return 'waits';
    case 'running':
      return `${tokens} so far`;
    case 'stopped':
      return `${tokens}, stopped`;
    case 'failed':
      return 'failed';
    case 'done':
      return result?.end ? `${tokens}, ${END_WORDS[result.end]}` : tokens;
    default:
      return status satisfies never;
  }
}

/** One line: what sets a column apart. */
export function setupWords({ settings, seed, model, branch, prompt }: ColumnSetup, branchName: string): string {
  const of = model === null ? [] : [sourceName(model)];
  if (branch !== null) return [branchName, ...of].join(' · ');
  return [
    `temperature ${formatNumber(settings.temperature)}`,
    `top-p ${formatNumber(settings.top_p)}`,
    ...(settings.top_k > 0 ? [`top-k ${formatCount(settings.top_k)}`] : []),
    `seed ${seed}`,
    ...(prompt === null ? [] : ['own prompt']),
    ...of,
  ].join(' · ');
}

/** How far a row is from that of the reference, in words that say how sure that is. */
export function distanceWords(distance: Distance): string {
  switch (distance.kind) {
    case 'none':
      return 'no row';
    case 'other_vocabulary':
      return 'not comparable: other vocabulary';
    case 'known': {
      const { least, most } = distance;
      if (least === Number.POSITIVE_INFINITY) return 'endless: a token is ruled out';
      if (least === most) return formatNats(least);
      return Number.isFinite(most) ? `${formatNats(least)} to ${formatNats(most)}` : `at least ${formatNats(least)}`;
    }
    default:
      return distance satisfies never;
  }
}
