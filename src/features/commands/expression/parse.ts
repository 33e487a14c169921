// A JavaScript expression as a tree: operators, members, calls, arrow functions, lists, objects, templates. No statement, no assignment, no `new`.
import { fault, type Lexeme, lexemesOf } from './lex.ts';

export type Node =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null | undefined }
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'template'; readonly strings: readonly string[]; readonly parts: readonly Node[] }
  | { readonly kind: 'list'; readonly entries: readonly Node[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: 'spread'; readonly of: Node }
  | { readonly kind: 'unary'; readonly mark: string; readonly of: Node }
  | { readonly kind: 'binary'; readonly mark: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly test: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node; readonly optional: boolean }
  | { readonly kind: 'call'; readonly of: Node; readonly values: readonly Node[]; readonly optional: boolean }
  /** A chain with `?.` in it ends as a whole. */
  | { readonly kind: 'chain'; readonly of: Node }
  | { readonly kind: 'arrow'; readonly names: readonly string[]; readonly body: Node };

const MOST_DEPTH = 64;

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['===', '!==', '==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

const WORDS: ReadonlyMap<string, boolean | null | undefined | number> = new Map<
  string,
  boolean | null | undefined | number
>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
]);

/** @throws ExpressionFault */
export function parseExpression(source: string, depth = 0): Node {
  const reader = new Reader(lexemesOf(source), depth);
  const node = reader.expression();
  reader.end();
  return node;
}

class Reader {
  readonly #lexemes: readonly Lexeme[];
  #next = 0;
  #depth: number;

  constructor(lexemes: readonly Lexeme[], depth: number) {
    this.#lexemes = lexemes;
    this.#depth = depth;
  }

  get #here(): Lexeme {
    return this.#lexemes[this.#next] ?? { kind: 'end', at: 0 };
  }

  #is(text: string, ahead = 0): boolean {
    const lexeme = this.#lexemes[this.#next + ahead];
    return lexeme?.kind === 'mark' && lexeme.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected(`where ${text} should be`);
  }

  #unexpected(where: string): never {
    const lexeme = this.#here;
    if (lexeme.kind === 'end') return fault(`The expression ends ${where}.`);
    const words = lexeme.kind === 'name' || lexeme.kind === 'mark' ? lexeme.text : `a ${lexeme.kind}`;
    return fault(`The expression has ${words} at character ${lexeme.at + 1}, ${where}.`);
  }

  end(): void {
    if (this.#here.kind !== 'end') this.#unexpected('where it should end');
  }

  expression(): Node {
    if (++this.#depth > MOST_DEPTH) fault('The expression is nested too deeply.');
    const node = this.#arrow() ?? this.#choice();
    this.#depth -= 1;
    return node;
  }

  #arrow(): Node | null {
    const names = this.#arrowNames();
    if (names === null) return null;
    if (this.#is('{')) fault('A function in an expression is written as (x) => value, without braces.');
    return { kind: 'arrow', names, body: this.expression() };
  }

  /** `x =>` or `(x, y) =>`; nothing is taken where there is none. */
  #arrowNames(): string[] | null {
    const start = this.#next;
    const names: string[] = [];
    const name = (): boolean => {
      const lexeme = this.#here;
      if (lexeme.kind !== 'name') return false;
      names.push(lexeme.text);
      this.#next += 1;
      return true;
    };
    const list = this.#take('(');
    while (name()) if (!list || !this.#take(',')) break;
    if ((!list || this.#take(')')) && this.#take('=>')) return names;
    this.#next = start;
    return null;
  }

  #choice(): Node {
    const test = this.#binary(0);
    if (!this.#take('?')) return test;
    const then = this.expression();
    this.#expect(':');
    return { kind: 'choice', test, then, otherwise: this.expression() };
  }

  #binary(level: number): Node {
    const marks = LEVELS[level];
    if (marks === undefined) return this.#power();
    let left = this.#binary(level + 1);
    for (;;) {
      const lexeme = this.#here;
      if (lexeme.kind !== 'mark' || !marks.includes(lexeme.text)) return left;
      this.#next += 1;
      left = { kind: 'binary', mark: lexeme.text, left, right: this.#binary(level + 1) };
    }
  }

  #power(): Node {
    const left = this.#unary();
    return this.#take('**') ? { kind: 'binary', mark: '**', left, right: this.#power() } : left;
  }

  #unary(): Node {
    const lexeme = this.#here;
    const mark = lexeme.kind === 'mark' && ['!', '-', '+'].includes(lexeme.text);
    const word = lexeme.kind === 'name' && lexeme.text === 'typeof';
    if (!mark && !word) return this.#chain();
    if (++this.#depth > MOST_DEPTH) fault('The expression is nested too deeply.');
    this.#next += 1;
    const of = this.#unary();
    this.#depth -= 1;
    return { kind: 'unary', mark: lexeme.text, of };
  }

  #chain(): Node {
    let node = this.#primary();
    let chained = false;
    for (;;) {
      const optional = this.#take('?.');
      chained ||= optional;
      if (this.#take('(')) node = { kind: 'call', of: node, values: this.#list(')'), optional };
      else if (this.#take('[')) {
        node = { kind: 'member', of: node, key: this.expression(), optional };
        this.#expect(']');
      } else if (optional || this.#take('.')) {
        const lexeme = this.#here;
        if (lexeme.kind !== 'name') this.#unexpected('where the name of a part should be');
        else node = { kind: 'member', of: node, key: { kind: 'value', value: lexeme.text }, optional };
        this.#next += 1;
      } else return chained ? { kind: 'chain', of: node } : node;
    }
  }

  #list(end: string): Node[] {
    const entries: Node[] = [];
    while (!this.#take(end)) {
      entries.push(this.#take('...') ? { kind: 'spread', of: this.expression() } : this.expression());
      if (!this.#is(end)) this.#expect(',');
    }
    return entries;
  }

  #primary(): Node {
    const lexeme = this.#here;
    this.#next += 1;
    if (lexeme.kind === 'number' || lexeme.kind === 'string') return { kind: 'value', value: lexeme.value };
    if (lexeme.kind === 'regex') return lexeme;
    if (lexeme.kind === 'template') {
      const parts = lexeme.sources.map(source => parseExpression(source, this.#depth));
      return { kind: 'template', strings: lexeme.strings, parts };
    }
    if (lexeme.kind === 'name') {
      const { text } = lexeme;
      return WORDS.has(text) ? { kind: 'value', value: WORDS.get(text) } : { kind: 'name', name: text };
    }
    if (lexeme.kind === 'mark' && lexeme.text === '[') return { kind: 'list', entries: this.#list(']') };
    if (lexeme.kind === 'mark' && lexeme.text === '{') return this.#object();
    if (lexeme.kind === 'mark' && lexeme.text === '(') {
      const node = this.expression();
      this.#expect(')');
      return node;
    }
    this.#next -= 1;
    return this.#unexpected('where a value should be');
  }

  #object(): Node {
    const entries: (readonly [Node, Node])[] = [];
    while (!this.#take('}')) {
      const lexeme = this.#here;
      this.#next += 1;
      if (lexeme.kind === 'name' && !this.#is(':')) {
        entries.push([
          { kind: 'value', value: lexeme.text },
          { kind: 'name', name: lexeme.text },
        ]);
      } else if (lexeme.kind === 'name' || lexeme.kind === 'string' || lexeme.kind === 'number') {
        this.#expect(':');
        const key = 'value' in lexeme ? String(lexeme.value) : lexeme.text;
        entries.push([{ kind: 'value', value: key }, this.expression()]);
      } else {
        this.#next -= 1;
        this.#unexpected('where the name of a part should be');
      }
      if (!this.#is('}')) this.#expect(',');
    }
    return { kind: 'object', entries };
  }
}
