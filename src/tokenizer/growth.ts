// How much longer rules may make a text. Forty of them that double what they find would make a trillion characters of one.
import { NucleusError } from '../lib/error.ts';

/** Far more than any normal form or spelling of bytes makes of a text, and room for what is put before it. */
const TIMES = 64;
const ROOM = 64;

/** `made` UTF-16 units stand for `source` of them. @throws NucleusError bad_tokenizer */
export function assertGrowth(made: number, source: number): void {
  if (made <= TIMES * (source + ROOM)) return;
  const message = `the rules of this tokenizer make more than ${TIMES * (source + ROOM)} characters of ${source}`;
  throw new NucleusError('bad_tokenizer', message);
}
