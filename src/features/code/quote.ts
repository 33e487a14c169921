// Text as a literal of a language: what is read back is the text, whatever is in it.

/** Everything that is not seen as itself: controls, marks of direction, unusual spaces, lone surrogates. */
const UNSEEN = /[^\P{C}]|[^\P{Z} ]/gu;

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** A string of Python, in double quotes. */
export function python(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  const seen = escaped.replace(UNSEEN, char => {
    const code = char.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${hex(code, 2)}`;
    return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return `"${seen}"`;
}

/** A string of JavaScript, and of JSON. */
export function json(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSEEN, char =>
    // White space of the layout stays; within strings line ends are escaped already.
    char === '\n' ? char : Array.from({ length: char.length }, (_, i) => `\\u${hex(char.charCodeAt(i), 4)}`).join(''),
  );
}

/** A word of a POSIX shell. No shell can hold a NUL, so there must be none. */
export const shell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** One line behind the sign of a comment. */
export const comment = (sign: string, words: string): string => `${sign} ${words.replace(/\s+/g, ' ')}`;
