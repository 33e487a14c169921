// Tokens drawn one after the other as a run draws them, for what is measured of them.
import { Decoder } from '../../src/engine/decode/decoder.ts';
import { Drawing } from '../../src/engine/decode/drawing.ts';
import type { Session } from '../../src/engine/session.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../src/sampling/settings.ts';
import { timed } from './timing.ts';

export const GREEDY: GenerationSettings = { ...DEFAULT_SETTINGS, temperature: 0 };

/** `count` ids after `ids`; nothing is left queued behind the last. */
export async function* drawnAfter(
  session: Session,
  ids: Iterable<number>,
  settings: GenerationSettings,
  count: number,
): AsyncGenerator<number> {
  const text = [...ids];
  const { signal } = new AbortController();
  const drawing = new Drawing({ settings, seed: 1, sample: 0, eosIds: [] }, session.dims.vocab_size);
  using decoder = new Decoder(session, drawing);
  for (let i = 0; i < count; i++) {
    const history = { ids: Uint32Array.from(text), drawn: new Uint8Array(text.length) };
    const { id } = await decoder.next(history, { noEnd: false, last: i === count - 1 }, signal);
    text.push(id);
    yield id;
  }
}

/** Milliseconds a token, of `count` greedy ones after `ids`. */
export async function greedyMs(session: Session, ids: Iterable<number>, count: number): Promise<number> {
  const ms = await timed(async () => {
    for await (const _ of drawnAfter(session, ids, GREEDY, count));
  });
  return ms / count;
}
