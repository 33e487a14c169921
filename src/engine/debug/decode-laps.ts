// Where the time of a run's tokens goes: the decoder of every run, whose parts are timed as they end.

import type { ProfiledRun } from '../../protocol/debug.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { type DecodePart, Decoder } from '../decode/decoder.ts';
import { Drawing } from '../decode/drawing.ts';
import type { Session } from '../session.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';

/** Tokens that are drawn: the first warm up and are not counted, and of the others fewer where they take long. */
const WARM = 3;
const MOST = 32;
const LEAST = 4;
const ENOUGH_MS = 1500;
/** Tokens that a run takes at most. */
export const RUN_TOKENS = WARM + MOST;

/** Draws tokens after `ids`, which are in the cache of the session; null where that has no room for them. Throws as a run, and `cancelled`. */
export async function decodeLaps(
  session: Session,
  ids: Uint32Array,
  settings: GenerationSettings,
  signal: AbortSignal,
): Promise<ProfiledRun | null> {
  const most = Math.min(RUN_TOKENS, session.allowed - ids.length);
  if (most < WARM + LEAST) return null;
  const text = new Uint32Array(ids.length + most);
  text.set(ids);
  const drawn = new Uint8Array(text.length);
  const spent: Record<DecodePart, number> = { encode: 0, wait: 0, draw: 0 };
  let last = performance.now();
  const lap = (part: DecodePart): void => {
    const now = performance.now();
    spent[part] += now - last;
    last = now;
  };
  const drawing = new Drawing({ settings, seed: 1, sample: 0, eosIds: [] }, session.dims.vocab_size);
  using decoder = new Decoder(session, drawing, lap);
  let begin = last;
  let count = 0;
  for (; count < most && (count < WARM + LEAST || performance.now() - begin < ENOUGH_MS); count++) {
    throwIfCancelled(signal, 'the profile');
    if (count === WARM) {
      Object.assign(spent, { encode: 0, wait: 0, draw: 0 });
      begin = performance.now();
    }
    const length = ids.length + count;
    const history = { ids: text.subarray(0, length), drawn: drawn.subarray(0, length) };
    last = performance.now();
    const { id } = await decoder.next(history, { noEnd: false, last: count + 1 === most }, signal);
    text[length] = id;
    drawn[length] = 1;
  }
  const tokens = count - WARM;
  const of = (ms: number) => ms / tokens;
  return {
    tokens,
    ms: of(performance.now() - begin),
    encode: of(spent.encode),
    wait: of(spent.wait),
    draw: of(spent.draw),
  };
}
