// Reading a run out of the fragment of an address: bounded before and after inflating, checked field by field.
import * as v from 'valibot';
import type { ModelIdentity } from '../../lib/model-source.ts';
import { uniform } from '../../lib/rng.ts';
import type { Draw, Told } from '../../stores/document/types.ts';
import { MOST_TEXT } from '../../stores/saved/documents.ts';
import { TOLD } from '../../stores/saved/saved-tokens.ts';
import { bareLink, LINK_VERSION, MOST_INFLATED, MOST_LINK, MOST_LINK_TOKENS } from './link.ts';
import {
  dotted,
  fields,
  ID,
  list,
  numberBetween,
  type Path,
  PROBABILITY,
  RANDOM,
  type Reading,
  Refusal,
  readAs,
  reading,
  SEED,
  SEED_DIGITS,
  SETTINGS,
  TIME,
  text,
  unsound,
  wholeBetween,
} from './reading.ts';
import { ADAPTER, DRAWER, drawerUnnamed, MODEL, type SharedRun, type SharedToken, soundRun } from './sharedRun.ts';

const MOST_DRAWS = 4096;
const MOST_SETTINGS = 256;
const MOST_DRAWERS = 64;
const ORIGINS = { t: 'typed', d: 'drawn', c: 'chosen', e: 'external' } as const;

/** Never rejects. */
export async function readLink(fragment: string): Promise<Reading<SharedRun>> {
  try {
    const json = await unpacked(bareLink(fragment));
    return readLinkJson(json);
  } catch (thrown) {
    return { ok: false, problem: thrown instanceof Refusal ? thrown.problem : { kind: 'unreadable' } };
  }
}

/** What a link holds, unpacked. Never throws. */
export function readLinkJson(json: string): Reading<SharedRun> {
  return reading(() => soundRun(readPacked(parsed(json))));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal({ kind: 'unreadable' });
  }
}

async function unpacked(fragment: string): Promise<string> {
  if (fragment.length > MOST_LINK) throw new Refusal({ kind: 'too_large', limit: MOST_LINK });
  const [, version, payload] = /^share=(\d{1,6})\.([A-Za-z0-9_-]+)$/.exec(fragment) ?? [];
  if (version === undefined || payload === undefined) {
    const [, newer] = /^share=(\d{1,6})\b/.exec(fragment) ?? [];
    if (newer !== undefined && Number(newer) > LINK_VERSION)
      throw new Refusal({ kind: 'newer', version: Number(newer) });
    throw new Refusal({ kind: 'unreadable' });
  }
  if (Number(version) > LINK_VERSION) throw new Refusal({ kind: 'newer', version: Number(version) });
  if (Number(version) < 1) throw new Refusal({ kind: 'unreadable' });
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await inflated(fromBase64(payload)));
}

const GROUP = fields({
  f: wholeBetween(0, MOST_LINK_TOKENS),
  n: wholeBetween(1, MOST_LINK_TOKENS),
  s: SEED,
  c: wholeBetween(0, MOST_SETTINGS),
  p: list(PROBABILITY, MOST_LINK_TOKENS),
  u: v.optional(list(RANDOM, MOST_LINK_TOKENS)),
  x: v.optional(numberBetween(0, 1), 0),
  m: v.optional(wholeBetween(0, MOST_DRAWERS)),
  t: v.optional(TIME),
});
type Group = v.InferOutput<typeof GROUP>;

const ANSWER = v.object({
  ...TOLD.entries,
  f: wholeBetween(0, MOST_LINK_TOKENS),
  n: wholeBetween(1, MOST_LINK_TOKENS),
});

const PACKED = fields({
  t: text(MOST_TEXT),
  i: list(ID, MOST_LINK_TOKENS),
  o: text(MOST_LINK_TOKENS),
  d: list(GROUP, MOST_DRAWS),
  c: list(SETTINGS, MOST_SETTINGS),
  s: SETTINGS,
  k: SEED_DIGITS,
  l: v.nullable(SEED),
  m: MODEL,
  /** Absent in links of before draws named their model. */
  w: v.optional(list(DRAWER, MOST_DRAWERS)),
  f: text(64),
  a: ADAPTER,
  /** Absent where nothing came from outside. */
  e: v.optional(list(ANSWER, MOST_DRAWS), []),
});
type Packed = v.InferOutput<typeof PACKED>;

const FIELDS: Readonly<Record<string, string>> = {
  t: 'text',
  i: 'ids',
  o: 'origins',
  d: 'draws',
  c: 'draw settings',
  s: 'settings',
  k: 'seed',
  l: 'last seed',
  m: 'model',
  w: 'models of draws',
  f: 'tokenizer',
  a: 'adapter',
  e: 'answers',
};
const GROUP_FIELDS: Readonly<Record<string, string>> = {
  s: 'seed',
  c: 'settings',
  p: 'probability',
  u: 'random number',
  x: 'mark',
  m: 'model',
  t: 'time',
};

function placeOf([field, index, ...rest]: Path): string {
  if (field === undefined) return 'the link';
  if (field === 'i' && typeof index === 'number') return `id of token ${index}`;
  const name = FIELDS[field] ?? String(field);
  if (field !== 'd' || typeof index !== 'number')
    return dotted([name, ...(index === undefined ? [] : [index]), ...rest]);
  const part = GROUP_FIELDS[String(rest[0])];
  return part === undefined ? `draws ${index}` : `draws ${index}, ${part}`;
}

function readPacked(value: unknown): SharedRun {
  const packed = readAs(PACKED, value, placeOf);
  const { i: ids, o: origins } = packed;
  if (origins.length !== ids.length || /[^tdce]/.test(origins)) unsound('origins', 'do not fit the ids');
  const draws = new Map<number, Draw>();
  for (const [g, group] of packed.d.entries()) addDraws(draws, packed, group, `draws ${g}`);
  const told = new Map<number, Told>();
  for (const { f: from, n: length, ...answer } of packed.e) {
    if (from + length > ids.length) unsound('answers', 'go past the tokens');
    for (let i = from; i < from + length; i++) told.set(i, answer);
  }
  return {
    text: packed.t,
    tokens: ids.map((id, i): SharedToken => {
      const draw = draws.get(i);
      const answer = told.get(i);
      const bare = { id, origin: ORIGINS[origins[i] as keyof typeof ORIGINS], logprob: null };
      if (answer !== undefined) return { ...bare, told: answer };
      return draw === undefined ? bare : { ...bare, draw };
    }),
    fingerprint: packed.f,
    model: packed.m,
    adapter: packed.a,
    settings: packed.s,
    seed: packed.k,
    lastSeed: packed.l,
  };
}

function addDraws(draws: Map<number, Draw>, packed: Packed, group: Group, where: string): void {
  const { f: from, n: length, s: seed, p: afters, u: us } = group;
  if (from + length > packed.i.length) unsound(where, 'go past the tokens');
  if (afters.length !== length) unsound(`${where}, probability`, `is not there for each of ${length} tokens`);
  if (us !== undefined && us.length !== length) unsound(`${where}, random number`, 'is not there for each token');
  const settings = packed.c[group.c] ?? unsound(`${where}, settings`, 'are not in the link');
  const model = drawerOf(packed, group, where);
  for (const [i, pAfter] of afters.entries()) {
    const u = us?.[i] ?? uniform(seed, from + i, 0);
    const draw = { settings, seed, u, pAfter, outdated: group.x === 1, model };
    draws.set(from + i, group.t === undefined ? draw : { ...draw, at: group.t });
  }
}

function drawerOf({ w: drawers, m: own }: Packed, group: Group, where: string): ModelIdentity | null {
  if (drawers !== undefined) {
    return group.m === undefined ? null : (drawers[group.m] ?? unsound(`${where}, model`, 'is not in the link'));
  }
  return drawerUnnamed(group.x === 1, own);
}

/** Stops reading as soon as there is more than a link may hold: a few bytes can inflate to a thousand times as many. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MOST_INFLATED) {
      await reader.cancel().catch(() => {});
      throw new Refusal({ kind: 'too_large', limit: MOST_INFLATED });
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}
