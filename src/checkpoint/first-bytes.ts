// What the first bytes of a file say of it, when it is not what its name promises.
import { type ErrorCode, NucleusError } from '../lib/error.ts';

/**
 * What the first bytes give away, before anything is stored.
 * @throws NucleusError bad_safetensors, bad_pytorch or bad_gguf, bad_json or bad_tokenizer for a small file: for a Git LFS pointer or a web page in place of weights.
 */
export function checkFirstBytes(name: string, first: Uint8Array): void {
  const text = String.fromCharCode(...first.subarray(0, 24));
  if (text.startsWith('version https://git-lfs')) {
    const message = `${name} is a Git LFS pointer, a small text in place of the file; run "git lfs pull" or download the file itself`;
    throw new NucleusError(damaged(name), message, { file: name });
  }
  if (/^\s*<(?:!doctype|html)/i.test(text)) {
    throw new NucleusError(damaged(name), `${name} is a web page, not the file`, {
      file: name,
    });
  }
}

/** The code for a file that is not what its name promises. */
export function damaged(name: string): ErrorCode {
  if (name.endsWith('.json')) return 'bad_json';
  if (name.endsWith('.gguf')) return 'bad_gguf';
  if (name.endsWith('.bin')) return 'bad_pytorch';
  return /\.(?:txt|model|jinja)$/.test(name) ? 'bad_tokenizer' : 'bad_safetensors';
}
