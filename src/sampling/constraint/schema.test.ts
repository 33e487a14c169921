// What JSON schemas let through: over many seeds every text parses and is valid, by a validator that knows nothing of grammars; and values that are valid do go through.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, readSettings, validateSettings } from '../settings.ts';
import { type Constraint, constraint } from '../steps/constraint.ts';
import { allows } from './allows.ts';
import type { Machine } from './machine.ts';
import type { Spelled } from './masks.ts';
import { masksFor, readConstraint } from './read.ts';
import { isValid } from './validator.fixture.ts';
import { DEAD, Walk } from './walk.ts';

const schema = (value: unknown): Constraint => ({ kind: 'json_schema', text: JSON.stringify(value) });

/** Null where no text can match. */
function machineFor(given: Constraint): Machine | null {
  try {
    return readConstraint(given);
  } catch (error) {
    if (error instanceof Error && error.message === 'no text can match it') return null;
    throw error;
  }
}

/** Whether a whole text matches. */
function accepts(given: Constraint, text: string): boolean {
  const machine = machineFor(given);
  if (machine === null) return false;
  const walk = new Walk(machine);
  let place = 0;
  for (const byte of new TextEncoder().encode(text)) {
    place = walk.after(place, byte);
    if (place === DEAD) return false;
  }
  return walk.ends(place);
}

const PIECES = [
  'true',
  'false',
  'null',
  '{"',
  '": ',
  '", "',
  '"}',
  '\\n',
  '\\u00e9',
  '  ',
  '\n  ',
  'abc',
  '12',
  '.5',
  '🙂',
  '\\"',
  'é',
];
const BYTES: Spelled = {
  bytes: [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...PIECES.map(piece => new TextEncoder().encode(piece)),
    new TextEncoder().encode('<end>'),
  ],
  specials: new Set([256 + PIECES.length]),
  eosIds: [256 + PIECES.length],
};
const END = 256 + PIECES.length;
/** What ends strings, lists and objects is taken more often, so that texts end. */
const CLOSING = new Set(
  ['"', '}', ']', '"}'].map(text => (text.length === 1 ? text.charCodeAt(0) : 256 + PIECES.indexOf(text))),
);

/** A random text that the masks allow, token by token; null where it did not end in time. */
function written(given: Constraint, seed: number): string | null {
  const masks = masksFor(BYTES, given);
  const ids: number[] = [];
  let state = seed * 2_654_435_761;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (;;) {
    const mask = masks.after(Uint32Array.from(ids), new Uint8Array(ids.length).fill(1));
    const open = Array.from(BYTES.bytes.keys()).filter(id => allows(mask.bits, id));
    expect(open.length, `something may follow ${ids.length} tokens`).toBeGreaterThan(0);
    const closing = open.filter(id => CLOSING.has(id));
    if (open.includes(END) && (random() < 0.5 || open.length === 1)) break;
    const from = closing.length > 0 && random() < 0.3 + ids.length / 300 ? closing : open.filter(id => id !== END);
    ids.push(from[Math.floor(random() * from.length)] ?? END);
    if (ids.length > 2000) return null;
  }
  const bytes = ids.flatMap(id => [...(BYTES.bytes[id] ?? [])]);
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
}

const TREE = {
  $defs: {
    node: {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 3 },
        kids: { type: 'array', items: { $ref: '#/$defs/node' }, maxItems: 2 },
      },
      required: ['name'],
    },
  },
  $ref: '#/$defs/node',
};

const SCHEMAS: readonly (readonly [string, unknown])[] = [
  ['any value', {}],
  ['whole numbers within bounds', { type: 'integer', minimum: 3, maximum: 1017 }],
  ['whole numbers around zero', { type: 'integer', exclusiveMinimum: -120, exclusiveMaximum: 7 }],
  ['numbers within bounds', { type: 'number', minimum: 0.5, maximum: 2.25 }],
  ['numbers around zero', { type: 'number', exclusiveMinimum: -1.125, exclusiveMaximum: 0.5 }],
  ['numbers from a bound on', { type: 'number', exclusiveMaximum: -1 }],
  ['lists of so many', { type: 'array', items: { type: 'integer', minimum: 1, maximum: 3 }, minItems: 2, maxItems: 4 }],
  [
    'lists with a beginning',
    { type: 'array', prefixItems: [{ type: 'boolean' }, { const: 'x' }], items: { type: 'null' }, minItems: 1 },
  ],
  ['lists that are full', { type: 'array', prefixItems: [{ type: 'boolean' }, { const: 'x' }], items: false }],
  ['strings of a length', { type: 'string', minLength: 2, maxLength: 4 }],
  ['strings of a pattern', { type: 'string', pattern: '^a.c\\d+\\s?"$' }],
  ['strings with a pattern in them', { type: 'string', pattern: '[0-9]{2}' }],
  ['dates', { type: 'string', format: 'date-time' }],
  ['choices of values', { enum: ['a"b\\', null, { x: [1] }, 2e3, 'é\n'] }],
  ['choices of a type', { type: 'string', enum: ['a', 1, 'b'] }],
  ['several types', { type: ['boolean', 'null', 'integer'] }],
  ['one of', { anyOf: [{ type: 'null' }, { const: 1.5 }, { type: 'array', maxItems: 0 }] }],
  ['all of one', { allOf: [{ type: 'boolean' }] }],
  [
    'objects',
    {
      type: 'object',
      title: 'Person',
      properties: {
        'a"b': { type: 'null' },
        é: { type: 'boolean' },
        age: { type: 'integer', minimum: 0, maximum: 150 },
      },
      required: ['é'],
      additionalProperties: false,
    },
  ],
  [
    'objects with others',
    {
      type: 'object',
      properties: { ab: { type: 'null' }, abc: { type: 'null' } },
      additionalProperties: { type: 'integer' },
    },
  ],
  [
    'objects that require others',
    {
      type: 'object',
      properties: { a: { type: 'null' } },
      required: ['zz'],
      additionalProperties: { type: 'integer' },
    },
  ],
  ['maps', { type: 'object', additionalProperties: { enum: [1, 2] } }],
  ['trees', TREE],
];

describe.each(SCHEMAS)('%s', (_, value) => {
  test('every text over many seeds parses and is valid', () => {
    let [ended, seen] = [0, new Set<string>()];
    for (let seed = 1; seed <= 40; seed++) {
      const text = written(schema(value), seed);
      if (text === null) continue;
      ended++;
      seen = seen.add(text);
      const parsed: unknown = JSON.parse(text);
      if (!isValid(value, parsed, value)) expect.fail(`${text} is not valid`);
    }
    expect(ended).toBeGreaterThan(10);
    expect(seen.size).toBeGreaterThan(1);
  });
});

describe('numbers', () => {
  const cents = fc.integer({ min: -40_000, max: 40_000 }).map(n => n / 100);

  test('any number with two digits behind the point goes through exactly where it is within the bounds', () => {
    fc.assert(
      fc.property(cents, cents, cents, fc.boolean(), fc.boolean(), (a, b, value, open, whole) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const bounds = open ? { exclusiveMinimum: low, exclusiveMaximum: high } : { minimum: low, maximum: high };
        const spec = { type: whole ? 'integer' : 'number', ...bounds };
        for (const each of [value, low, high, Math.round(value), low + 0.01, high - 0.01]) {
          const text = JSON.stringify(Number(each.toFixed(2)));
          expect(`${text}: ${accepts(schema(spec), text)}`).toBe(`${text}: ${isValid(spec, JSON.parse(text), spec)}`);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('no sign, point or zero too many', () => {
    for (const text of ['-0', '01', '1.', '.5', '+1', '1e5', '--1', '-0.0', '1 2'])
      expect(`${text} ${accepts(schema({ type: 'number' }), text)}`).toBe(`${text} false`);
    for (const text of ['0', '-1', '0.0', '12.50', '999999999999999'])
      expect(`${text} ${accepts(schema({ type: 'number' }), text)}`).toBe(`${text} true`);
  });
});

test('layouts in use go through', () => {
  const value = { name: 'Zoë', tags: ['a', 'b'], deep: { x: null, y: [[], {}] } };
  for (const text of [
    JSON.stringify(value),
    JSON.stringify(value, null, 2),
    JSON.stringify(value, null, '\t'),
    ` ${JSON.stringify(value)}`,
  ])
    expect(accepts(schema(true), text)).toBe(true);
  const strict = {
    type: 'object',
    properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } }, deep: true },
  };
  expect(accepts(schema(strict), JSON.stringify(value, null, 4))).toBe(true);
});

test.each<[string, string, string]>([
  ['{', 'it is no JSON', ''],
  ['[]', 'this is no schema', 'at #'],
  ['false', 'false accepts no value', 'at #'],
  ['{"type":"foo"}', '"foo" is no type', 'at #/type'],
  ['{"type":"integer","multipleOf":3}', 'multipleOf is not held here', 'at #/multipleOf'],
  ['{"properties":{"a/b":{"not":{}}}}', 'not is not held here', 'at #/properties/a~1b/not'],
  ['{"enum":[]}', 'enum leaves no value', 'at #/enum'],
  ['{"type":"string","enum":[1]}', 'enum leaves no value', 'at #/enum'],
  ['{"type":"integer","minimum":5,"maximum":3}', 'no number is from 5 to 3', 'at #'],
  ['{"type":"array","minItems":3,"maxItems":2}', 'minItems 3 is more than maxItems 2', 'at #/minItems'],
  ['{"minLength":-1}', 'minLength is not a whole number', 'at #/minLength'],
  ['{"$ref":"#"}', 'the reference leads back to itself', 'at #/$ref'],
  ['{"$ref":"#/nope"}', 'there is no #/nope', 'at #/$ref'],
  ['{"$ref":"https://example.com/a"}', 'only references within the schema', 'at #/$ref'],
  ['{"allOf":[{"type":"null"},{"type":"null"}]}', 'allOf of several', 'at #/allOf'],
  ['{"anyOf":[{}],"type":"null"}', 'type beside anyOf', 'at #/type'],
  ['{"properties":{},"required":["x"],"additionalProperties":false}', '"x" is required', 'at #/required'],
  ['{"pattern":"(?=a)"}', 'look ahead', 'at #/pattern'],
  ['{"pattern":"a","minLength":3}', 'pattern beside a length', 'at #/pattern'],
  ['{"items":{"constructor":{}}}', 'constructor is not held here', 'at #/items/constructor'],
  [`${'{"items":'.repeat(200)}true${'}'.repeat(200)}`, 'more than 100 schemas in each other', 'at #/items'],
])('%s is refused with its place', (text, why, where) => {
  const read = (): unknown => readConstraint({ kind: 'json_schema', text });
  expect(read).toThrow(expect.objectContaining({ code: 'bad_constraint', message: expect.stringContaining(why) }));
  expect(read).toThrow(
    expect.objectContaining({ detail: expect.objectContaining({ where: expect.stringContaining(where) }) }),
  );
});

test.each<[string, string, string]>([
  ['(', 'a parenthesis is not closed', 'at character 1'],
  ['a)', 'no opening one', 'at character 2'],
  ['x[a', 'a bracket is not closed', 'at character 2'],
  ['[b-a]', 'ends before it begins', 'at character 3'],
  ['a{3,2}', 'at least 3 is more than at most 2', 'at character 2'],
  ['a**', 'a repetition of a repetition', 'at character 2'],
  ['+a', '+ has nothing to repeat', 'at character 1'],
  ['{2}', 'nothing to repeat', 'at character'],
  ['a(?=b)', 'look ahead', 'at character 2'],
  ['a(?<!b)', 'look ahead', 'at character 2'],
  ['\\bfoo', 'borders of words', 'at character 1'],
  ['\\p{L}', 'properties of Unicode', 'at character 1'],
  ['(a)\\1', 'what a group has matched', 'at character 4'],
  ['a^b', '^ has a meaning only at the beginning', 'at character 2'],
  ['(a$)', '$ has a meaning only at the end', 'at character 3'],
  ['\\u{110000}', 'no character has this code', 'at character 1'],
  ['\\', 'a backslash stands at the end', 'at character 1'],
  ['('.repeat(300), 'more than 200 groups', 'at character'],
])('%s is refused with its place', (text, why, where) => {
  const read = (): unknown => readConstraint({ kind: 'regex', text });
  expect(read).toThrow(expect.objectContaining({ code: 'bad_constraint', message: expect.stringContaining(why) }));
  expect(read).toThrow(
    expect.objectContaining({ detail: expect.objectContaining({ where: expect.stringContaining(where) }) }),
  );
});

test('an empty list of choices is refused', () => {
  expect(() => readConstraint({ kind: 'choices', text: '\n\n' })).toThrow(
    expect.objectContaining({ code: 'bad_constraint' }),
  );
});

test('a schema of many properties is read, one that is too much is refused', () => {
  const many = (count: number): Constraint =>
    schema({
      properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}`, { type: 'string' }])),
    });
  expect(accepts(many(1500), '{"key_7": "x"}')).toBe(true);
  expect(() => readConstraint(many(40_000))).toThrow(expect.objectContaining({ code: 'bad_constraint' }));
});

test('a schema of a megabyte is no setting, and says so', () => {
  const text = JSON.stringify({ enum: Array.from({ length: 100_000 }, (_, i) => `value ${i}`) });
  expect(text.length).toBeGreaterThan(1_000_000);
  const given: Constraint = { kind: 'json_schema', text };
  expect(constraint.fault(given)).toContain('is longer than 100000');
  expect(constraint.clamp(given)).toEqual({ kind: 'none', text: '' });
  expect(readSettings({ constraint: given }).unsound.map(({ key }) => key)).toEqual(['constraint']);
  expect(() => validateSettings({ ...DEFAULT_SETTINGS, constraint: given })).toThrow(
    expect.objectContaining({ code: 'bad_settings', detail: { setting: 'constraint' } }),
  );
});
