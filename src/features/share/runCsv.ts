// A run as CSV (RFC 4180), a token a row. Probabilities and log-probabilities say in their names whether they are before sampling or after.

import { BESIDE, SHAPE } from '../../sampling/controls.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { tokenText } from '../../tokenizer/text.ts';
import type { RunToShare } from './sharedRun.ts';

type Cell = string | number | null | undefined;

/** What a spreadsheet would take for a formula, also behind spaces; full-width signs count. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** Text in quotes, with an apostrophe before what would be a formula; numbers as they are, nothing for none. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');

type Column = readonly [string, (token: DocumentToken, position: number) => Cell];

const COLUMNS: readonly Column[] = [
  ['position', (_, position) => position],
  ['id', token => token.id],
  ['token', token => tokenText(token.bytes)],
  ['bytes_hex', token => hex(token.bytes)],
  ['origin', token => token.origin],
  ['logprob_before_sampling', token => token.stats?.logprob],
  ['probability_before_sampling', token => token.stats && Math.exp(token.stats.logprob)],
  ['rank_before_sampling', token => token.stats?.rank],
  ['entropy_before_sampling_nats', token => token.stats?.entropy],
  ['probability_after_sampling', token => token.draw?.pAfter],
  ['seed', token => token.draw?.seed],
  ['u', token => token.draw?.u],
  ...[...SHAPE, ...BESIDE].map(({ key }): Column => [key, token => token.draw?.settings[key]]),
  ['sampler_order', token => token.draw?.settings.order],
  ['drawn_by', token => token.draw?.model?.name],
  ['drawn_by_digest', token => token.draw?.model?.digest],
  ['told_for', token => token.told?.command],
  ['told_by', token => token.told?.by],
];

/** Whose numbers stand in the columns before sampling: the model that is loaded, not the one that drew. */
const NUMBERS_OF = ['numbers_of', 'numbers_of_commit', 'numbers_of_digest'] as const;

export function writeRunCsv(run: RunToShare): string {
  const { key, commit, digest } = run.model;
  const head = [...COLUMNS.map(([name]) => name), ...NUMBERS_OF].join(',');
  const rows = run.tokens.map((token, position) => {
    const numbersOf: readonly Cell[] = token.stats === undefined ? NUMBERS_OF.map(() => null) : [key, commit, digest];
    return [...COLUMNS.map(([, cell]) => cell(token, position)), ...numbersOf].map(csvCell).join(',');
  });
  return `${[head, ...rows].join('\r\n')}\r\n`;
}
