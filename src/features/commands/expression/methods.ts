// The functions that an expression can call: those of texts, lists, numbers and regular expressions that take values and give values.
import { fault } from './lex.ts';
import { Arrow, asText, json, type Kind, least, MOST_LENGTH, tooLong } from './values.ts';

type Apply = (called: unknown, values: readonly unknown[]) => unknown;
type Method = (whole: unknown, values: readonly unknown[], apply: Apply) => unknown;

const number = (value: unknown, otherwise?: number): number | undefined =>
  value === undefined ? otherwise : Number(typeof value === 'object' ? Number.NaN : value);

const pattern = (value: unknown): string | RegExp => (value instanceof RegExp ? new RegExp(value) : asText(value));

const every = (value: unknown): RegExp =>
  value instanceof RegExp && value.global
    ? new RegExp(value)
    : fault('matchAll and replaceAll take a regular expression with g.');

/** A match as a plain list; groups by name beside it. */
function matched(match: RegExpMatchArray | null): unknown {
  if (match === null) return null;
  return Object.assign([...match], { index: match.index, ...(match.groups ? { groups: { ...match.groups } } : {}) });
}

/** How long a text may come to be. */
function times(text: string, count: number): number {
  return text.length * count > MOST_LENGTH ? tooLong() : count;
}

function replaced(text: string, values: readonly unknown[], apply: Apply, all: boolean): string {
  const [from, to] = values;
  const by = (...args: unknown[]): string =>
    asText(
      apply(
        to,
        args.filter(each => typeof each !== 'object'),
      ),
    );
  const found = pattern(from);
  const places = typeof found === 'string' ? text.split(found).length : text.length + 1;
  if (!(to instanceof Arrow)) times(asText(to).replaceAll('$', '$'.repeat(8)), places);
  if (all) {
    const what = typeof found === 'string' ? found : every(from);
    return to instanceof Arrow ? text.replaceAll(what, by) : text.replaceAll(what, asText(to));
  }
  return to instanceof Arrow ? text.replace(found, by) : text.replace(found, asText(to));
}

const TEXT: readonly (readonly [string, (text: string, values: readonly unknown[], apply: Apply) => unknown])[] = [
  ['at', (text, [i]) => text.at(number(i) ?? 0)],
  ['charAt', (text, [i]) => text.charAt(number(i) ?? 0)],
  ['charCodeAt', (text, [i]) => text.charCodeAt(number(i) ?? 0)],
  ['codePointAt', (text, [i]) => text.codePointAt(number(i) ?? 0)],
  ['concat', (text, values) => values.reduce<string>((sum, each) => least(sum + asText(each)), text)],
  ['endsWith', (text, [end, at]) => text.endsWith(asText(end), number(at))],
  ['includes', (text, [part, at]) => text.includes(asText(part), number(at))],
  ['indexOf', (text, [part, at]) => text.indexOf(asText(part), number(at))],
  ['lastIndexOf', (text, [part, at]) => text.lastIndexOf(asText(part), number(at))],
  ['match', (text, [found]) => matched(text.match(pattern(found)))],
  ['matchAll', (text, [found]) => Array.from(text.matchAll(every(found)), matched)],
  ['normalize', text => text.normalize()],
  [
    'padEnd',
    (text, [most, fill]) => text.padEnd(times('.', number(most) ?? 0), fill === undefined ? ' ' : asText(fill)),
  ],
  [
    'padStart',
    (text, [most, fill]) => text.padStart(times('.', number(most) ?? 0), fill === undefined ? ' ' : asText(fill)),
  ],
  ['repeat', (text, [count]) => text.repeat(Math.max(0, times(text, number(count) ?? 0)))],
  ['replace', (text, values, apply) => replaced(text, values, apply, false)],
  ['replaceAll', (text, values, apply) => replaced(text, values, apply, true)],
  ['search', (text, [found]) => text.search(pattern(found))],
  ['slice', (text, [from, to]) => text.slice(number(from), number(to))],
  ['split', (text, [by, most]) => (by === undefined ? [text] : text.split(pattern(by), number(most)))],
  ['startsWith', (text, [start, at]) => text.startsWith(asText(start), number(at))],
  ['substring', (text, [from, to]) => text.substring(number(from) ?? 0, number(to))],
  ['toLowerCase', text => text.toLowerCase()],
  ['toUpperCase', text => text.toUpperCase()],
  ['toString', text => text],
  ['trim', text => text.trim()],
  ['trimEnd', text => text.trimEnd()],
  ['trimStart', text => text.trimStart()],
];

type List = readonly unknown[];

/** In the order of texts where no function says another. */
function sorted(list: List, by: unknown, apply: Apply): unknown[] {
  if (by === undefined) return list.toSorted((a, b) => (asText(a) < asText(b) ? -1 : Number(asText(a) > asText(b))));
  return list.toSorted((a, b) => Number(apply(by, [a, b])));
}

function reduced(list: List, values: readonly unknown[], apply: Apply): unknown {
  const [by] = values;
  if (values.length < 2 && list.length === 0) return fault('reduce of an empty list needs a value to begin with.');
  let sum = values.length < 2 ? list[0] : values[1];
  for (let i = values.length < 2 ? 1 : 0; i < list.length; i++) sum = apply(by, [sum, list[i], i]);
  return sum;
}

const LIST: readonly (readonly [string, (list: List, values: readonly unknown[], apply: Apply) => unknown])[] = [
  ['at', (list, [i]) => list.at(number(i) ?? 0)],
  ['concat', (list, values) => values.reduce<List>((sum, each) => least(sum.concat(each)), list)],
  ['every', (list, [test], apply) => list.every((each, i) => apply(test, [each, i]))],
  ['filter', (list, [test], apply) => list.filter((each, i) => apply(test, [each, i]))],
  ['find', (list, [test], apply) => list.find((each, i) => apply(test, [each, i]))],
  ['findIndex', (list, [test], apply) => list.findIndex((each, i) => apply(test, [each, i]))],
  ['findLast', (list, [test], apply) => list.findLast((each, i) => apply(test, [each, i]))],
  ['flat', list => least(list.flat())],
  ['flatMap', (list, [by], apply) => least(list.flatMap((each, i) => apply(by, [each, i])))],
  ['includes', (list, [part]) => list.includes(part)],
  ['indexOf', (list, [part]) => list.indexOf(part)],
  ['join', (list, [by]) => joinedList(list, by === undefined ? ',' : asText(by))],
  ['map', (list, [by], apply) => list.map((each, i) => apply(by, [each, i]))],
  ['reduce', reduced],
  ['reverse', list => list.toReversed()],
  ['slice', (list, [from, to]) => list.slice(number(from), number(to))],
  ['some', (list, [test], apply) => list.some((each, i) => apply(test, [each, i]))],
  ['sort', (list, [by], apply) => sorted(list, by, apply)],
  ['toReversed', list => list.toReversed()],
  ['toSorted', (list, [by], apply) => sorted(list, by, apply)],
];

function joinedList(list: List, by: string): string {
  let sum = '';
  for (const [i, each] of list.entries())
    sum = least(sum + (i === 0 ? '' : by) + (each === null || each === undefined ? '' : asText(each)));
  return sum;
}

const digits = (value: unknown): number => Math.min(100, Math.max(0, Math.trunc(number(value) || 0)));

const NUMBER: readonly (readonly [string, (value: number, values: readonly unknown[]) => unknown])[] = [
  ['toFixed', (value, [count]) => value.toFixed(digits(count))],
  [
    'toPrecision',
    (value, [count]) => (count === undefined ? String(value) : value.toPrecision(Math.max(1, digits(count)))),
  ],
  ['toString', (value, [base]) => value.toString(Math.min(36, Math.max(2, number(base, 10) || 10)))],
];

/** As methods of a kind; what is of another kind never comes to them. */
function methodsOf<T>(
  is: (value: unknown) => value is T,
  methods: readonly (readonly [string, (whole: T, values: readonly unknown[], apply: Apply) => unknown])[],
): ReadonlyMap<string, Method> {
  return new Map(
    methods.map(([name, method]) => [
      name,
      (whole: unknown, values: readonly unknown[], apply: Apply) => {
        const value = is(whole) ? method(whole, values, apply) : undefined;
        return typeof value === 'string' || Array.isArray(value) ? least(value) : value;
      },
    ]),
  );
}

const NONE: ReadonlyMap<string, Method> = new Map();

export const METHODS: Readonly<Record<Kind, ReadonlyMap<string, Method>>> = {
  text: methodsOf((value): value is string => typeof value === 'string', TEXT),
  list: methodsOf((value): value is unknown[] => Array.isArray(value), LIST),
  number: methodsOf((value): value is number => typeof value === 'number', NUMBER),
  'regular expression': methodsOf(
    (value): value is RegExp => value instanceof RegExp,
    [
      ['test', (regex, [text]) => new RegExp(regex).test(asText(text))],
      ['exec', (regex, [text]) => matched(new RegExp(regex).exec(asText(text)))],
    ],
  ),
  object: NONE,
  nothing: NONE,
};

const MATH = [
  'abs',
  'ceil',
  'floor',
  'log',
  'log10',
  'log2',
  'max',
  'min',
  'pow',
  'round',
  'sign',
  'sqrt',
  'trunc',
] as const;

/** Objects of JSON without what JavaScript adds to them. */
function ofJson(text: string): unknown {
  try {
    const read: unknown = JSON.parse(text);
    return read;
  } catch {
    return fault('JSON.parse was given a text that is no JSON.');
  }
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

type Plain = (values: readonly unknown[]) => unknown;

/** By the name that they are called with. */
export const FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ...MATH.map((name): [string, Plain] => [`Math.${name}`, values => mathOf(name, values)]),
  ['JSON.parse', ([text]) => ofJson(asText(text))],
  ['JSON.stringify', ([value, , space]) => least(json(value, number(space)))],
  ['Object.keys', ([value]) => entriesOf(value).map(([key]) => key)],
  ['Object.values', ([value]) => entriesOf(value).map(([, each]) => each)],
  ['Object.entries', ([value]) => entriesOf(value)],
  ['Number', ([value]) => number(value, 0)],
  ['String', ([value]) => asText(value)],
  ['Boolean', ([value]) => Boolean(value)],
  ['parseInt', ([value, base]) => Number.parseInt(asText(value), number(base))],
  ['parseFloat', ([value]) => Number.parseFloat(asText(value))],
  ['isNaN', ([value]) => Number.isNaN(number(value))],
  ['Number.isFinite', ([value]) => Number.isFinite(value)],
  ['Number.isInteger', ([value]) => Number.isInteger(value)],
  ['encodeURIComponent', ([value]) => encodeURIComponent(asText(value).toWellFormed())],
]);

function mathOf(name: (typeof MATH)[number], values: readonly unknown[]): number {
  const numbers = values.map(each => number(each) ?? Number.NaN);
  if (name === 'max') return numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (name === 'min') return numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const [first = Number.NaN, second = Number.NaN] = numbers;
  return name === 'pow' ? first ** second : Math[name](first);
}
