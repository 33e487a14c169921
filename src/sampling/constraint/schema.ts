// JSON schemas as grammars: every text that matches is a value that the schema accepts, not the other way round. What would have to be passed over is
// refused, with a JSON pointer to where it stands.
import {
  ANY,
  bracketed,
  literal,
  member,
  SHARED_RULES,
  SPACE,
  stringExcept,
  stringLike,
  stringOf,
} from './json-text.ts';
import { type Bounds, integers, numbers } from './numbers.ts';
import { badConstraint, EMPTY, either, type Grammar, type Pattern, sequence, text } from './pattern.ts';
import { readRegex } from './regex.ts';

type Fields = Readonly<Record<string, unknown>>;

const ENDLESS = Number.POSITIVE_INFINITY;
/** Schemas in schemas. */
const MOST_DEPTH = 100;
/** Names, lengths and counts. */
const MOST_COUNT = 100_000;

const NOTES = new Set(
  '$schema $id $anchor $comment $defs definitions title description default examples deprecated readOnly writeOnly format'.split(
    ' ',
  ),
);
/** What a keyword is about; a schema that names no type has that of its keywords. */
const KEYWORDS = new Map<string, string>([
  ['properties', 'object'],
  ['required', 'object'],
  ['additionalProperties', 'object'],
  ['items', 'array'],
  ['prefixItems', 'array'],
  ['minItems', 'array'],
  ['maxItems', 'array'],
  ['minLength', 'string'],
  ['maxLength', 'string'],
  ['pattern', 'string'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
]);
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
const WHOLE = ['enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf'] as const;

const TIME = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)';
const DATE = '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])';
const BYTE = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Formats that are held; others say what a string is for and rule nothing out. Days of a month end at 28, which every month has. */
const FORMATS = new Map<string, string>(
  Object.entries({
    date: DATE,
    time: TIME,
    'date-time': `${DATE}T${TIME}`,
    uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    email: '[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){0,4}\\.[A-Za-z]{2,24}',
    ipv4: `(${BYTE}\\.){3}${BYTE}`,
  }),
);

/** Throws `bad_constraint` with the place in the text, or the pointer. */
export function readSchema(source: string): Grammar {
  let schema: unknown;
  try {
    schema = JSON.parse(source);
  } catch (error) {
    throw badConstraint(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`, '');
  }
  return new Reader(schema).read();
}

class Reader {
  readonly #root: unknown;
  /** Rule 0 is the whole text. */
  #rules: Pattern[] = [];
  readonly #named = new Map<string, number>();
  /** References that are being read without a value between. */
  readonly #open = new Set<string>();

  constructor(root: unknown) {
    this.#root = root;
  }

  read(): Grammar {
    this.#rules = [EMPTY, ...SHARED_RULES];
    this.#rules[0] = sequence([SPACE, this.#schema(this.#root, '#', 0)]);
    return { rules: this.#rules };
  }

  #schema(schema: unknown, at: string, depth: number): Pattern {
    if (depth > MOST_DEPTH) throw badConstraint(`more than ${MOST_DEPTH} schemas in each other`, `at ${at}`);
    if (schema === true) return ANY;
    if (schema === false) throw badConstraint('false accepts no value', `at ${at}`);
    if (!isFields(schema)) throw badConstraint('this is no schema', `at ${at}`);
    const keys = Object.keys(schema).filter(key => !NOTES.has(key));
    const whole = WHOLE.find(key => keys.includes(key));
    if (whole !== undefined) return this.#whole(whole, schema, keys, at, depth);
    const unknown = keys.find(key => key !== 'type' && !KEYWORDS.has(key));
    if (unknown !== undefined) throw badConstraint(`${unknown} is not held here`, `at ${at}/${unknown}`);
    const types = typesOf(schema, keys, at);
    if (types.length === 0) return schema.format === undefined ? ANY : this.#typed('string', schema, at, depth);
    return either(types.map(type => this.#typed(type, schema, at, depth)));
  }

  /** A keyword that says all there is to say. */
  #whole(keyword: (typeof WHOLE)[number], schema: Fields, keys: readonly string[], at: string, depth: number): Pattern {
    const values = keyword === 'enum' || keyword === 'const';
    const beside = keys.find(key => key !== keyword && !(values && key === 'type'));
    if (beside !== undefined) throw badConstraint(`${beside} beside ${keyword} is not held here`, `at ${at}/${beside}`);
    const value = schema[keyword];
    if (keyword === 'const' || keyword === 'enum') {
      const given = keyword === 'const' ? [value] : listOf(value, at, keyword);
      const types = keys.includes('type') ? typesOf(schema, keys, at) : null;
      const fit = given.filter(each => types === null || types.some(type => isOf(each, type)));
      if (fit.length === 0) throw badConstraint(`${keyword} leaves no value`, `at ${at}/${keyword}`);
      return either(fit.map(literal));
    }
    if (keyword === '$ref') return this.#reference(value, at, depth);
    const parts = listOf(value, at, keyword);
    if (parts.length === 0) throw badConstraint(`${keyword} leaves no value`, `at ${at}/${keyword}`);
    if (keyword === 'allOf' && parts.length > 1)
      throw badConstraint('allOf of several schemas is not held here', `at ${at}/allOf`);
    return either(parts.map((part, i) => this.#schema(part, `${at}/${keyword}/${i}`, depth + 1)));
  }

  #reference(reference: unknown, at: string, depth: number): Pattern {
    if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference))
      throw badConstraint('only references within the schema are followed', `at ${at}/$ref`);
    const known = this.#named.get(reference);
    if (known !== undefined) {
      if (this.#open.has(reference)) throw badConstraint('the reference leads back to itself', `at ${at}/$ref`);
      return { kind: 'rule', rule: known };
    }
    const rule = this.#rules.push(EMPTY) - 1;
    this.#named.set(reference, rule);
    this.#open.add(reference);
    this.#rules[rule] = this.#schema(this.#found(reference, at), reference, depth + 1);
    this.#open.delete(reference);
    return { kind: 'rule', rule };
  }

  #found(reference: string, at: string): unknown {
    let value = this.#root;
    for (const part of reference.split('/').slice(1)) {
      const name = unescaped(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const own =
        typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name) : undefined;
      if (own === undefined) throw badConstraint(`there is no ${reference}`, `at ${at}/$ref`);
      value = own.value;
    }
    return value;
  }

  /** Within a value references may lead back. */
  #inside(schema: unknown, at: string, depth: number): Pattern {
    const open = [...this.#open];
    this.#open.clear();
    const pattern = this.#schema(schema, at, depth + 1);
    for (const reference of open) this.#open.add(reference);
    return pattern;
  }

  #typed(type: string, schema: Fields, at: string, depth: number): Pattern {
    switch (type) {
      case 'null':
        return text('null');
      case 'boolean':
        return either([text('true'), text('false')]);
      case 'integer':
        return integers(boundsOf(schema, at));
      case 'number':
        return numbers(boundsOf(schema, at));
      case 'string':
        return stringOfSchema(schema, at);
      case 'array':
        return this.#array(schema, at, depth);
      default:
        return this.#object(schema, at, depth);
    }
  }

  #array(schema: Fields, at: string, depth: number): Pattern {
    const prefix = schema.prefixItems === undefined ? [] : listOf(schema.prefixItems, at, 'prefixItems');
    const [min, max] = countsOf(schema, at, 'minItems', 'maxItems');
    const parts = prefix.map((each, i) => this.#inside(each, `${at}/prefixItems/${i}`, depth));
    const more =
      schema.items === false ? null : this.#ruleOf(() => this.#inside(schema.items ?? true, `${at}/items`, depth));
    if (more === null && min > parts.length)
      throw badConstraint('items is false, and minItems asks for more', `at ${at}/minItems`);
    const listed = max === ENDLESS ? Math.max(min, parts.length) : max;
    const items = Array.from({ length: more === null ? Math.min(listed, parts.length) : listed }, (_, i) => ({
      part: parts[i] ?? more ?? ANY,
      required: i < min,
    }));
    return bracketed('[]', { items, rest: max === ENDLESS ? more : null, closed: true });
  }

  #object(schema: Fields, at: string, depth: number): Pattern {
    const properties = schema.properties ?? {};
    if (!isFields(properties)) throw badConstraint('properties is no object', `at ${at}/properties`);
    const names = Object.keys(properties);
    const required = schema.required === undefined ? [] : listOf(schema.required, at, 'required');
    // Without a word on others, those that are listed are meant.
    const others = schema.additionalProperties ?? schema.properties === undefined;
    const wanted = required.filter((name): name is string => typeof name === 'string' && !names.includes(name));
    if (others === false && wanted.length > 0)
      throw badConstraint(
        `${JSON.stringify(wanted[0])} is required, and no property of that name is listed`,
        `at ${at}/required`,
      );
    const other =
      others === false ? null : this.#ruleOf(() => this.#inside(others, `${at}/additionalProperties`, depth));
    const items = [
      ...names.map(name => ({
        part: member(literal(name), this.#inside(properties[name], `${at}/properties/${escapedName(name)}`, depth)),
        required: required.includes(name),
      })),
      ...wanted.map(name => ({ part: member(literal(name), other ?? ANY), required: true })),
    ];
    const rest = other === null ? null : member(stringExcept([...names, ...wanted]), other);
    return bracketed('{}', { items, rest, closed: false });
  }

  /** What stands at several places is one rule. */
  #ruleOf(make: () => Pattern): Pattern {
    const rule = this.#rules.push(EMPTY) - 1;
    this.#rules[rule] = make();
    return { kind: 'rule', rule };
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A part of a pointer in a fragment, which may be written with per cent signs. */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const escapedName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function listOf(value: unknown, at: string, keyword: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badConstraint(`${keyword} is no list`, `at ${at}/${keyword}`);
  return value;
}

function typesOf(schema: Fields, keys: readonly string[], at: string): readonly string[] {
  const named = schema.type === undefined ? [] : [schema.type].flat();
  const wrong = named.find(type => !TYPES.some(each => each === type));
  if (wrong !== undefined) throw badConstraint(`${JSON.stringify(wrong)} is no type`, `at ${at}/type`);
  if (named.length > 0) return named.map(String);
  return [...new Set(keys.flatMap(key => KEYWORDS.get(key) ?? []))];
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isFields(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function numberOf(schema: Fields, at: string, keyword: string): number | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (typeof value !== 'number') throw badConstraint(`${keyword} is no number`, `at ${at}/${keyword}`);
  return value;
}

function boundsOf(schema: Fields, at: string): Bounds {
  const [min, max] = [numberOf(schema, at, 'minimum'), numberOf(schema, at, 'maximum')];
  const [over, under] = [numberOf(schema, at, 'exclusiveMinimum'), numberOf(schema, at, 'exclusiveMaximum')];
  const above = over !== null && (min === null || over >= min);
  const below = under !== null && (max === null || under <= max);
  const bounds = { min: above ? over : min, max: below ? under : max, above, below };
  if (bounds.min !== null && bounds.max !== null && bounds.min > bounds.max)
    throw badConstraint(`no number is from ${bounds.min} to ${bounds.max}`, `at ${at}`);
  return bounds;
}

function countsOf(schema: Fields, at: string, least: string, most: string): readonly [number, number] {
  const [min, max] = [numberOf(schema, at, least) ?? 0, numberOf(schema, at, most) ?? ENDLESS];
  for (const [keyword, value] of [
    [least, min],
    [most, max],
  ] as const)
    if (value !== ENDLESS && !(Number.isInteger(value) && value >= 0 && value <= MOST_COUNT))
      throw badConstraint(`${keyword} is not a whole number up to ${MOST_COUNT}`, `at ${at}/${keyword}`);
  if (min > max) throw badConstraint(`${least} ${min} is more than ${most} ${max}`, `at ${at}/${least}`);
  return [min, max];
}

function stringOfSchema(schema: Fields, at: string): Pattern {
  const { pattern, format } = schema;
  const counted = schema.minLength !== undefined || schema.maxLength !== undefined;
  const form = typeof format === 'string' ? FORMATS.get(format) : undefined;
  if (pattern !== undefined) {
    if (counted) throw badConstraint('pattern beside a length is not held here', `at ${at}/pattern`);
    if (typeof pattern !== 'string') throw badConstraint('pattern is no text', `at ${at}/pattern`);
    try {
      return stringLike(searched(pattern));
    } catch (error) {
      throw badConstraint(error instanceof Error ? error.message : String(error), `at ${at}/pattern`);
    }
  }
  if (form !== undefined && !counted) return stringLike(readRegex(form));
  const [min, max] = countsOf(schema, at, 'minLength', 'maxLength');
  return stringOf(min, max);
}

/** A pattern of a schema may match anywhere in a string: one without anchors leaves room at both ends. */
function searched(pattern: string): Pattern {
  const branches = /(?<!\\)\|/.test(pattern.replace(/\((?:[^()]|\\.)*\)|\[(?:[^\]]|\\.)*\]/g, ''));
  const [begins, ends] = [pattern.startsWith('^'), /(?<!\\)(?:\\\\)*\$$/.test(pattern)];
  if (branches) {
    if (!(begins && ends)) throw badConstraint('a pattern with branches needs ^( in front and )$ behind', '');
    return readRegex(pattern);
  }
  return readRegex(`${begins ? '' : '[^]*'}${pattern}${ends ? '' : '[^]*'}`);
}
