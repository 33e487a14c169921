// The pieces of GPT-2's pattern, found by hand: a regular expression keeps a place to go back to for every character of a run, and a run of some
// million characters overflows its stack. The pattern (encoder.py), with the white space of Unicode:
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+

const UNKNOWN = 0;
const LETTER = 1;
const NUMBER = 2;
const SPACE = 3;
const OTHER = 4;

/** Class of each code point that has been asked for. [0x110000] */
const classes = new Uint8Array(0x110000);

function classOf(code: number): number {
  const known = classes[code] ?? OTHER;
  if (known !== UNKNOWN) return known;
  const char = String.fromCodePoint(code);
  const found = /\p{L}/u.test(char)
    ? LETTER
    : /\p{N}/u.test(char)
      ? NUMBER
      : /\p{White_Space}/u.test(char)
        ? SPACE
        : OTHER;
  classes[code] = found;
  return found;
}

/** Where the run of characters of this class that starts at `at` ends; `at` itself where there is none. */
function runEnd(text: string, at: number, kind: number): number {
  let end = at;
  for (;;) {
    const code = text.codePointAt(end);
    if (code === undefined || classOf(code) !== kind) return end;
    end += code > 0xffff ? 2 : 1;
  }
}

/** Length of the contraction at `at`, 0 for none. */
function contraction(text: string, at: number): number {
  const next = text.charAt(at + 1);
  if (next === 's' || next === 't' || next === 'm' || next === 'd') return 2;
  const two = text.slice(at + 1, at + 3);
  return two === 're' || two === 've' || two === 'll' ? 3 : 0;
}

/** Where the piece that starts at `at`, before the end of the text, ends. */
function pieceEnd(text: string, at: number): number {
  const first = text.charAt(at);
  const short = first === "'" ? contraction(text, at) : 0;
  if (short > 0) return at + short;
  const start = first === ' ' ? at + 1 : at;
  const code = text.codePointAt(start);
  const kind = code === undefined ? SPACE : classOf(code);
  if (kind !== SPACE) return runEnd(text, start, kind);
  // White space is one UTF-16 unit a character. The last of it goes to what follows, if that leaves any.
  const end = runEnd(text, at, SPACE);
  return end === text.length || end === at + 1 ? end : end - 1;
}

/** The pieces of a text, each as soon as it is asked for. */
export function* gpt2Pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    yield text.slice(at, end);
    at = end;
  }
}
