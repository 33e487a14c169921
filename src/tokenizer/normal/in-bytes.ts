// Text in the byte alphabet: one printable character for each byte of its UTF-8.
import { BYTE_TO_CHAR } from '../byte-alphabet.ts';
import { type Aligned, mapped } from './aligned.ts';

const utf8 = new TextEncoder();

export function byteAlphabet(source: Aligned): Aligned {
  return mapped(source, char => Array.from(utf8.encode(char), byte => BYTE_TO_CHAR[byte]).join(''));
}
