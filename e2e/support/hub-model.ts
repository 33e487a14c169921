// A small model in pieces, a network without waiting, and the other things that the tests of src/hub share.
import { createHash } from 'node:crypto';
import type { Net } from '../../src/hub/http.ts';

/** Bytes that repeat nowhere near a chunk's length, so that a shifted or repeated chunk is seen. */
export function patternBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  let state = seed * 2_654_435_761;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

export const CHUNK = 65_536;
export const WEIGHTS = patternBytes(4 * CHUNK + 1_234);
export const CONFIG = '{"model_type":"gpt2"}';
export const REPO = 'owner/tiny';

export const MODEL: Readonly<Record<string, Uint8Array | string>> = {
  'config.json': CONFIG,
  'generation_config.json': '{}',
  'tokenizer.json': '{"model":{}}',
  'README.md': 'a card',
  'pytorch_model.bin': 'not read',
  'model.safetensors': WEIGHTS,
};

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

/** The real fetch; pauses take no time and are noted; silence is never too long unless the test says so. */
export function instantNet(idle: Net['idle'] = () => new Promise(() => {})): Net & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    fetch: (url, init) => fetch(url, init),
    pause: async ms => {
      pauses.push(ms);
    },
    idle,
    random: () => 0.5,
  };
}
