// Test support: a vocabulary in which every token but the 256 bytes is hostile: markup, controls, marks of direction, piles of marks, what has no width, what is no text.
import { BYTE_TO_CHAR } from '../../src/tokenizer/byte-alphabet.ts';
import { BOS, V } from './scripted-engine.ts';

const MARKS = '\u0301\u0317\u0489'.repeat(120);

/** Texts that tokens and documents may have. */
export const HOSTILE: readonly string[] = [
  '<script>globalThis.hurt = 1</script>',
  '<img src=x onerror="globalThis.hurt = 1">',
  '"><svg onload=globalThis.hurt=1>',
  "' onfocus=globalThis.hurt=1 autofocus x='",
  'javascript:globalThis.hurt=1//',
  '[x](javascript:globalThis.hurt=1) &lt;b&gt;',
  'user\u202egnp.exe',
  '\u2067\u2066\u2068open isolates',
  '\u202a\u202b\u202dopen embeddings',
  '\u05d0\u05d1\u05d2 123',
  '\u0645\u0631\u062d\u0628\u0627 456',
  '\u200e\u200f\u061cmarks of direction',
  `a${MARKS}`,
  MARKS,
  'zero\u200b\u200c\u200d\u2060\ufeff\u00adwidth',
  '\u034f\u115f\u3164\u180efillers',
  '\u{e0041}\u{e007f}tags',
  '\u0000\u0007\u001b[31m\u007f\u0085controls',
  'line\r\nends\u2028and\u2029more\u000b\u000c',
  '\ufffe\ufdd0no characters',
  '../../etc/passwd\\..\\..',
  'CON: nul|?*<>"',
  'long'.repeat(500),
  '\u4e2d'.repeat(400),
];

/** Bytes that are no UTF-8: broken characters, an encoded surrogate, an overlong NUL, very many of them. */
const BROKEN: readonly Uint8Array[] = [
  Uint8Array.of(0xf0, 0x9f, 0x98),
  Uint8Array.of(0x98, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.from({ length: 900 }, () => 0xff),
];

const utf8 = new TextEncoder();
const written = (bytes: Uint8Array): string => Array.from(bytes, byte => BYTE_TO_CHAR[byte] ?? '').join('');

/** The bytes of id 256 + i: one of the texts or broken bytes, with a number behind so that each is there once. */
function bytesOf(i: number): Uint8Array {
  const kind = i % (HOSTILE.length + BROKEN.length);
  const text = HOSTILE[kind];
  const count = utf8.encode(String(i));
  const head = text === undefined ? (BROKEN[kind - HOSTILE.length] ?? count) : utf8.encode(text);
  return Uint8Array.of(...head, ...count);
}

/** A tokenizer.json of V tokens for the scripted engine. Typed text is bytes: no merge leads to the others, draws do. */
export function hostileTokenizerJson(): object {
  const end = '<|end|>';
  const hostile = Array.from({ length: V - 257 }, (_, i): [string, number] => [written(bytesOf(i)), 256 + i]);
  const byte = { add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    added_tokens: [
      { id: BOS, content: end, special: true, normalized: false, lstrip: false, rstrip: false, single_word: false },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', ...byte },
    decoder: { type: 'ByteLevel', ...byte },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries([...BYTE_TO_CHAR.map((char, i): [string, number] => [char, i]), ...hostile]),
      merges: [],
    },
  };
}
