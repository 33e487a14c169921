// The value of an expression. It sees the names it is given and a short list of functions; nothing of JavaScript's own objects is in its reach, so that
// it can neither ask a network nor find what could.
import { fault } from './lex.ts';
import { FUNCTIONS, METHODS } from './methods.ts';
import { type Node, parseExpression } from './parse.ts';
import { Arrow, asText, describe, kindOf, least } from './values.ts';

/** Where a chain ended early. */
const ENDED = Symbol('ended');

/** Steps of one expression: calls and entries of lists. The worker is ended after a second all the same. */
const MOST_STEPS = 2_000_000;

type Names = ReadonlyMap<string, unknown>;

class Evaluator {
  #steps = 0;

  #step(): void {
    if (++this.#steps > MOST_STEPS) fault('The expression takes too many steps.');
  }

  of(node: Node, names: Names): unknown {
    this.#step();
    switch (node.kind) {
      case 'value':
        return node.value;
      case 'regex':
        return regexOf(node.pattern, node.flags);
      case 'name':
        return names.has(node.name) ? names.get(node.name) : unknownName(node.name);
      case 'template':
        return joined(
          node.strings,
          node.parts.map(part => asText(this.of(part, names))),
        );
      case 'list':
        return this.#values(node.entries, names);
      case 'object':
        return objectOf(
          node.entries.map(([key, value]) => [String(this.of(key, names)), this.of(value, names)] as const),
        );
      case 'spread':
        return fault('... stands in a list or a call alone.');
      case 'unary':
        return unary(node.mark, this.of(node.of, names));
      case 'binary':
        return this.#binary(node, names);
      case 'choice':
        return this.of(this.of(node.test, names) ? node.then : node.otherwise, names);
      case 'chain': {
        const value = this.of(node.of, names);
        return value === ENDED ? undefined : value;
      }
      case 'member':
        return this.#member(node, names);
      case 'call':
        return this.#call(node, names);
      case 'arrow':
        return new Arrow(values => {
          this.#step();
          return this.of(node.body, new Map([...names, ...node.names.map((name, i) => [name, values[i]] as const)]));
        });
      default:
        return node satisfies never;
    }
  }

  #values(nodes: readonly Node[], names: Names): unknown[] {
    const found: unknown[] = [];
    for (const node of nodes) {
      if (node.kind !== 'spread') found.push(this.of(node, names));
      else {
        const value = this.of(node.of, names);
        if (!Array.isArray(value) && typeof value !== 'string') fault('Only a list or a text can follow ... .');
        else for (const each of value) found.push(each);
      }
      least(found);
    }
    return found;
  }

  #binary({ mark, left, right }: Extract<Node, { kind: 'binary' }>, names: Names): unknown {
    const first = this.of(left, names);
    if (mark === '&&') return first ? this.of(right, names) : first;
    if (mark === '||') return first ? first : this.of(right, names);
    if (mark === '??') return first ?? this.of(right, names);
    return binary(mark, first, this.of(right, names));
  }

  #member({ of, key, optional }: Extract<Node, { kind: 'member' }>, names: Names): unknown {
    const whole = this.of(of, names);
    if (whole === ENDED || (optional && (whole === null || whole === undefined))) return ENDED;
    return partOf(whole, this.of(key, names));
  }

  #call({ of, values, optional }: Extract<Node, { kind: 'call' }>, names: Names): unknown {
    if (of.kind === 'member') {
      const constant = of.of.kind === 'name' && !names.has(of.of.name) ? of.of.name : null;
      const key = asText(this.of(of.key, names));
      if (constant !== null) {
        const known = FUNCTIONS.get(`${constant}.${key}`);
        return known === undefined ? unknownName(`${constant}.${key}`) : known(this.#values(values, names));
      }
      const whole = this.of(of.of, names);
      if (whole === ENDED || (of.optional && (whole === null || whole === undefined))) return ENDED;
      const method = METHODS[kindOf(whole)].get(key);
      if (method === undefined && optional) return undefined;
      if (method === undefined) return fault(`${describe(whole)} has no function ${key} here.`);
      return method(whole, this.#values(values, names), (each, args) => this.#apply(each, args));
    }
    if (of.kind === 'name' && !names.has(of.name)) {
      const known = FUNCTIONS.get(of.name);
      return known === undefined ? unknownName(of.name) : known(this.#values(values, names));
    }
    const called = this.of(of, names);
    if (called === ENDED || (optional && (called === null || called === undefined))) return ENDED;
    return this.#apply(called, this.#values(values, names));
  }

  #apply(called: unknown, values: readonly unknown[]): unknown {
    this.#step();
    return called instanceof Arrow ? called.call(values) : fault(`${describe(called)} is no function.`);
  }
}

function unknownName(name: string): never {
  return fault(
    `The expression does not know ${name}: it has text, argument, and Math, JSON, Number, String and others.`,
  );
}

function regexOf(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return fault(`/${pattern}/${flags} is no regular expression.`);
  }
}

function joined(strings: readonly string[], parts: readonly string[]): string {
  return least(strings.map((string, i) => string + (parts[i] ?? '')).join(''));
}

function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const made: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** Own parts alone: what JavaScript adds to every value is none. */
function partOf(whole: unknown, key: unknown): unknown {
  if (whole === null || whole === undefined) return fault(`${String(whole)} has no part ${asText(key)}.`);
  if (typeof key !== 'string' && typeof key !== 'number') return fault('The name of a part is a text or a number.');
  if (typeof whole === 'string')
    return key === 'length' ? whole.length : /^\d+$/.test(String(key)) ? whole[Number(key)] : undefined;
  if (typeof whole !== 'object' || whole instanceof Arrow || whole instanceof RegExp) return undefined;
  if (!Object.hasOwn(whole, key)) return undefined;
  const part: unknown = Reflect.get(whole, key);
  return part;
}

/** A number or a text to count and compare with. */
function plain(value: unknown): string | number | boolean | null | undefined {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  return asText(value);
}

function unary(mark: string, value: unknown): unknown {
  if (mark === '!') return !value;
  if (mark === 'typeof') return value instanceof Arrow ? 'function' : typeof value;
  const number = Number(plain(value));
  return mark === '-' ? -number : number;
}

function binary(mark: string, left: unknown, right: unknown): unknown {
  if (mark === '===') return left === right;
  if (mark === '!==') return left !== right;
  const [a, b] = [plain(left), plain(right)];
  const texts = typeof a === 'string' && typeof b === 'string';
  // biome-ignore lint/suspicious/noDoubleEquals: as the expression has it.
  if (mark === '==') return a == b;
  // biome-ignore lint/suspicious/noDoubleEquals: as the expression has it.
  if (mark === '!=') return a != b;
  if (mark === '+' && (typeof a === 'string' || typeof b === 'string')) return least(String(a) + String(b));
  const [x, y] = [Number(a), Number(b)];
  switch (mark) {
    case '<':
      return texts ? a < b : x < y;
    case '<=':
      return texts ? a <= b : x <= y;
    case '>':
      return texts ? a > b : x > y;
    case '>=':
      return texts ? a >= b : x >= y;
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '%':
      return x % y;
    case '**':
      return x ** y;
    default:
      return fault(`${mark} is not understood.`);
  }
}

/** What an expression may read. */
export interface ExpressionInput {
  /** What stands before the command. */
  readonly text: string;
  /** What the model wrote behind its name. */
  readonly argument: string;
}

/** @throws ExpressionFault with what is wrong, in words */
export function evaluate(source: string, input: ExpressionInput): string {
  const names = new Map<string, unknown>([
    ['text', input.text],
    ['argument', input.argument],
  ]);
  const value = new Evaluator().of(parseExpression(source), names);
  return value === null || value === undefined ? '' : asText(value);
}
