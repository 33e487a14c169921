// Text as a person types it in a field of one line: escapes, single bytes, and the signs by which the page shows what has no shape.
import { isShapeless } from './shapeless.ts';

/** The signs that stand for characters without a shape. */
export const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '·',
  '\n': '↵',
  '\r': '␍',
  '\t': '⇥',
  '\u00a0': '⍽',
  '\u200b': '∅',
};

/** What fields say that read their text so. */
export const TYPED_HINT =
  '\\n, \\r, \\t, \\u00a0, \\x0A (one byte) and the signs · ↵ ⇥ are read as what they stand for; \\\\ is a backslash, \\· a dot.';

const OF_GLYPH = new Map(Object.entries(GLYPHS).map(([char, glyph]) => [glyph, char]));
const SIGNS = [...OF_GLYPH.keys()].join('');
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A character by its code, as the page shows one that has no shape. */
const SHOWN_CODE = 'U\\+(?:10[0-9A-F]{4}|[1-9A-F]?[0-9A-F]{4})';

const READ = new RegExp(
  [
    '\\\\x(?<byte>[0-9a-fA-F]{2})',
    '\\\\u(?<unit>[0-9a-fA-F]{4})',
    '\\\\u\\{(?<point>0*(?:10|[0-9a-fA-F])?[0-9a-fA-F]{1,4})\\}',
    '\\\\(?<letter>[nrt])',
    `\\\\(?<itself>[\\\\${SIGNS}])`,
    `(?<sign>[${SIGNS}])`,
    `(?<shown>${SHOWN_CODE})`,
  ].join('|'),
  'gu',
);

export interface TypedText {
  readonly bytes: Uint8Array;
  /** The text of the bytes; null where they are not whole characters. */
  readonly text: string | null;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The character that `U+202E` stands for; null where the page shows it as itself. */
function charOfCode(shown: string): string | null {
  const char = String.fromCodePoint(Number.parseInt(shown.slice(2), 16));
  return isShapeless(char) ? char : null;
}

/** The character that a match of READ stands for. */
function characterOf(groups: Readonly<Record<string, string | undefined>>): string {
  const { unit, point, letter, itself, sign, shown } = groups;
  if (shown !== undefined) return charOfCode(shown) ?? shown;
  const code = unit ?? point;
  if (code !== undefined)
    return unit === undefined
      ? String.fromCodePoint(Number.parseInt(code, 16))
      : String.fromCharCode(Number.parseInt(code, 16));
  return itself ?? (letter === undefined ? OF_GLYPH.get(sign ?? '') : LETTERS[letter]) ?? '';
}

/**
 * What typed text means. Read are `\n`, `\r`, `\t`, `\\`, `\uNNNN` and `\u{N}` (code points), `\xNN` (bytes), the signs of `GLYPHS`, and `U+202E`
 * for a character without a shape as the page shows it. A backslash before a sign gives the sign itself; all else is as it was typed. Lone surrogates
 * count as U+FFFD.
 */
export function readTyped(typed: string): TypedText {
  const bytes: number[] = [];
  let pending = '';
  let end = 0;
  const flush = () => {
    for (const byte of utf8.encode(pending)) bytes.push(byte);
    pending = '';
  };
  for (const match of typed.matchAll(READ)) {
    const groups = match.groups ?? {};
    pending += typed.slice(end, match.index);
    end = match.index + match[0].length;
    if (groups.byte === undefined) {
      pending += characterOf(groups);
    } else {
      flush();
      bytes.push(Number.parseInt(groups.byte, 16));
    }
  }
  pending += typed.slice(end);
  flush();
  const read = Uint8Array.from(bytes);
  return { bytes: read, text: decoded(read) };
}

/** What has no shape and no sign of its own in a field, but for the joiners that emoji are made with. */
const SHAPELESS = /(?![ \u200c\u200d])[\p{White_Space}\p{Cc}\p{Cf}]/gu;

/** A text as one types it: `readTyped` gives it back. */
export function typedForm(text: string): string {
  const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return text
    .replace(new RegExp(`[\\\\${SIGNS}]`, 'gu'), '\\$&')
    .replace(new RegExp(SHOWN_CODE, 'gu'), shown => (charOfCode(shown) === null ? shown : `\\u0055${shown.slice(1)}`))
    .replace(SHAPELESS, char => named[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
