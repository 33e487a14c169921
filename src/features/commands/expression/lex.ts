// The words of a JavaScript expression: names, numbers, strings, templates in pieces, regular expressions, punctuation.

export type Lexeme =
  | { readonly kind: 'name' | 'mark'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string; readonly at: number }
  /** Strings with the sources of what stands between them. */
  | {
      readonly kind: 'template';
      readonly strings: readonly string[];
      readonly sources: readonly string[];
      readonly at: number;
    }
  | { readonly kind: 'end'; readonly at: number };

/** What is wrong with an expression, in words for who wrote it. */
export class ExpressionFault extends Error {}

export function fault(words: string): never {
  throw new ExpressionFault(words);
}

/** Characters of an expression. */
const MOST_SOURCE = 4000;

const MARKS = /^(?:=>|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\*\*|\.\.\.|[-+*/%<>!?:.,()[\]{}=&|^~;])/;
const NUMBER = /^(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\p{L}\p{N}_$])/u;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*/u;
const STRING = /^(?:"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/;
const REGEX = /^\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/;

export function lexemesOf(source: string): readonly Lexeme[] {
  if (source.length > MOST_SOURCE) fault(`The expression has more than ${MOST_SOURCE} characters.`);
  const found: Lexeme[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const [lexeme, length] = lexemeAt(rest, at, beginsOperand(found.at(-1)));
    found.push(lexeme);
    at += length;
  }
  return [...found, { kind: 'end', at }];
}

/** After these a slash begins a regular expression and is no division. */
function beginsOperand(last: Lexeme | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === 'name') return last.text === 'typeof';
  return last.kind === 'mark' && last.text !== ')' && last.text !== ']' && last.text !== '}';
}

function lexemeAt(rest: string, at: number, operand: boolean): readonly [Lexeme, number] {
  const first = rest.charAt(0);
  if (first === '`') return templateAt(rest, at);
  const regex = operand && first === '/' ? REGEX.exec(rest) : null;
  if (regex) return [{ kind: 'regex', pattern: regex[1] ?? '', flags: regex[2] ?? '', at }, regex[0].length];
  const number = NUMBER.exec(rest)?.[0];
  if (number !== undefined) return [{ kind: 'number', value: Number(number), at }, number.length];
  const name = NAME.exec(rest)?.[0];
  if (name !== undefined) return [{ kind: 'name', text: name, at }, name.length];
  const string = STRING.exec(rest)?.[0];
  if (string !== undefined) return [{ kind: 'string', value: unescaped(string.slice(1, -1)), at }, string.length];
  const mark = MARKS.exec(rest)?.[0];
  if (mark !== undefined) return [{ kind: 'mark', text: mark, at }, mark.length];
  return fault(`The expression has ${JSON.stringify(first)} at character ${at + 1}, which is not understood.`);
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\n)|([\s\S]))/g,
    (whole, ...parts) => {
      const [braced, four, two, line, letter] = parts.slice(0, 5).map(part => (part === undefined ? '' : String(part)));
      const code = braced || four || two;
      if (code) {
        const point = Number.parseInt(code, 16);
        return point > 0x10ffff ? fault(`${whole} is no character.`) : String.fromCodePoint(point);
      }
      if (line) return '';
      return LETTERS[letter ?? ''] ?? letter ?? '';
    },
  );
}

/** `a${x}b`: what stands in braces is an expression of its own, which may hold braces and strings. */
function templateAt(rest: string, start: number): readonly [Lexeme, number] {
  const [strings, sources]: [string[], string[]] = [[], []];
  let piece = '';
  let at = 1;
  while (at < rest.length) {
    const char = rest.charAt(at);
    if (char === '`') {
      strings.push(unescaped(piece));
      return [{ kind: 'template', strings, sources, at: start }, at + 1];
    }
    if (char === '$' && rest.charAt(at + 1) === '{') {
      const end = closing(rest, at + 2);
      strings.push(unescaped(piece));
      sources.push(rest.slice(at + 2, end));
      piece = '';
      at = end + 1;
    } else {
      const length = char === '\\' ? 2 : 1;
      piece += rest.slice(at, at + length);
      at += length;
    }
  }
  return fault('A template text in the expression has no end.');
}

/** Where the brace closes that opened before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const string = STRING.exec(text.slice(at))?.[0];
    if (string !== undefined) at += string.length - 1;
    else if (text.charAt(at) === '`') at += templateAt(text.slice(at), at)[1] - 1;
    else if (text.charAt(at) === '{') depth += 1;
    else if (text.charAt(at) === '}' && --depth === 0) return at;
  }
  return fault('A brace in a template text of the expression is not closed.');
}
