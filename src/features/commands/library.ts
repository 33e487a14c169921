// The library of a person's commands: pure changes of it, what is kept, what leaves as a file, and their careful reading.
import * as v from 'valibot';
import { inLine } from '../../lib/shapeless.ts';
import { ANSWERERS } from '../../stores/document/types.ts';
import { jsonOfFile } from '../shared/jsonFile.ts';
import { type Allowed, allowedOf } from './addresses.ts';
import type { Definition, Library, Protocol } from './types.ts';

export const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
export const MOST_DEFINITIONS = 200;
/** UTF-16 units of what answers, and of each of the lines beside it. */
export const MOST_SOURCE = 4000;
export const MOST_LINE = 300;
const MOST_ALLOWED = 200;
const MOST_ON = 2000;
/** Bytes, and characters, of a file that is read. */
export const MOST_FILE = 4_000_000;

export const ROUNDS = { min: 1, max: 1000, step: 1 } as const;
export const TEXT_LENGTH = { min: 1, max: 20_000, step: 1 } as const;

const DEFAULT_PROTOCOL: Protocol = {
  begin: 'COMMAND=',
  end: '<EOC>',
  format: '\n{label}: "{text}"\n',
  mostText: 2000,
  mostRounds: 100,
};

export const EMPTY: Library = { definitions: [], protocol: DEFAULT_PROTOCOL, allowed: [], on: [] };

const WORDS = (most: number) => v.pipe(v.string(), v.maxLength(most));

const DEFINITION = v.object({
  name: v.pipe(v.string(), v.regex(NAME)),
  purpose: v.fallback(v.pipe(WORDS(MOST_LINE), v.transform(inLine)), ''),
  by: v.picklist(ANSWERERS),
  source: WORDS(MOST_SOURCE),
  path: v.fallback(WORDS(MOST_LINE), ''),
  enabled: v.fallback(v.boolean(), false),
});

const whole = ({ min, max }: { min: number; max: number }) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const PROTOCOL = v.object({
  begin: v.fallback(v.pipe(WORDS(64), v.minLength(1)), DEFAULT_PROTOCOL.begin),
  end: v.fallback(v.pipe(WORDS(64), v.minLength(1)), DEFAULT_PROTOCOL.end),
  format: v.fallback(v.pipe(WORDS(400), v.includes('{text}')), DEFAULT_PROTOCOL.format),
  mostText: v.fallback(whole(TEXT_LENGTH), DEFAULT_PROTOCOL.mostText),
  mostRounds: v.fallback(whole(ROUNDS), DEFAULT_PROTOCOL.mostRounds),
});

const ALLOWED = v.pipe(
  v.object({ prefix: v.string(), near: v.boolean() }),
  v.check(({ prefix, near }) => {
    const read = allowedOf(prefix, near);
    return read.ok && read.value.prefix === prefix;
  }),
);

/** The sound ones of a list. */
function sound<T>(schema: v.GenericSchema<unknown, T>, list: readonly unknown[], most: number): T[] {
  return list.slice(0, most).flatMap(each => {
    const read = v.safeParse(schema, each);
    return read.success ? [read.output] : [];
  });
}

const LIST = v.fallback(v.array(v.unknown()), []);
const RECORD = v.object({
  definitions: LIST,
  protocol: v.fallback(PROTOCOL, DEFAULT_PROTOCOL),
  allowed: LIST,
  on: LIST,
});

/** An old, damaged or hostile record gives less, never an error. */
export function readLibrary(value: unknown): Library {
  const record = v.safeParse(RECORD, value);
  if (!record.success) return EMPTY;
  const { definitions, protocol, allowed, on } = record.output;
  return {
    definitions: distinct(sound(DEFINITION, definitions, MOST_DEFINITIONS)),
    protocol,
    allowed: sound(ALLOWED, allowed, MOST_ALLOWED),
    on: sound(v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)), on, MOST_ON),
  };
}

/** The first of each name. */
function distinct(definitions: readonly Definition[]): Definition[] {
  return [...new Map(definitions.toReversed().map(each => [each.name, each])).values()].toReversed();
}

export function withDefinition(library: Library, name: string | null, definition: Definition): Library {
  const others = library.definitions.filter(each => each.name !== definition.name || each.name === name);
  const at = others.findIndex(each => each.name === name);
  const definitions = at < 0 ? [...others, definition].slice(-MOST_DEFINITIONS) : others.with(at, definition);
  return { ...library, definitions };
}

export function withoutDefinition(library: Library, name: string): Library {
  return { ...library, definitions: library.definitions.filter(each => each.name !== name) };
}

export function withAllowed(library: Library, entry: Allowed): Library {
  const others = library.allowed.filter(({ prefix }) => prefix !== entry.prefix);
  return { ...library, allowed: [...others, entry].slice(-MOST_ALLOWED) };
}

export function withoutAllowed(library: Library, prefix: string): Library {
  return { ...library, allowed: library.allowed.filter(each => each.prefix !== prefix) };
}

export function turned(library: Library, document: string, on: boolean): Library {
  const others = library.on.filter(each => each !== document);
  return { ...library, on: on ? [...others, document].slice(-MOST_ON) : others };
}

const FORMAT = 'nucleus.commands';

/** Definitions alone: where a browser may fetch is between it and its person. */
export function writeDefinitions(definitions: readonly Definition[]): string {
  const commands = definitions.map(({ enabled: _, ...each }) => each);
  return `${JSON.stringify({ format: FORMAT, version: 1, commands }, null, 2)}\n`;
}

const FILE = v.object({ format: v.literal(FORMAT), version: v.literal(1), commands: v.array(v.unknown()) });

/** Of a file: none of them enabled, whatever it says. Null for what is no such file. */
export function readDefinitions(json: string): readonly Definition[] | null {
  if (json.length > MOST_FILE) return null;
  const file = v.safeParse(FILE, jsonOfFile(json));
  if (!file.success) return null;
  const read = sound(DEFINITION, file.output.commands, MOST_DEFINITIONS);
  return distinct(read).map(each => ({ ...each, enabled: false }));
}

/** Those whose names are new; what a person has is never written over. */
export function withImported(library: Library, definitions: readonly Definition[]): Library {
  const known = new Set(library.definitions.map(({ name }) => name));
  const added = definitions.filter(({ name }) => !known.has(name));
  return { ...library, definitions: [...library.definitions, ...added].slice(0, MOST_DEFINITIONS) };
}
