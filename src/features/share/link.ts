// A run in the fragment of an address: compact JSON, deflated, in base64url. Bounded when written and when read, before and after inflating.
import { uniform } from '../../lib/rng.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken, Draw } from '../../stores/document/types.ts';
import { MOST_TEXT } from '../../stores/saved/saved.ts';
import {
  adapterAt,
  modelAt,
  type RunToShare,
  type SharedRun,
  type SharedToken,
  seedDigitsAt,
  settingsAt,
  soundRun,
} from './sharedRun.ts';
import {
  ID,
  listAt,
  numberAt,
  objectAt,
  PROBABILITY,
  RANDOM,
  type Reading,
  Refusal,
  reading,
  SEED,
  textAt,
  unsound,
} from './strict.ts';

export const LINK_VERSION = 1;
/** Characters of the fragment, without `#`. Browsers take more, many programs that carry links do not. */
export const MOST_LINK = 24_000;
/** Bytes of the JSON within. */
const MOST_INFLATED = 1024 * 1024;
const MOST_LINK_TOKENS = 20_000;
const MOST_DRAWS = 4096;
const MOST_SETTINGS = 256;

const PREFIX = 'share=';
const ORIGINS = { t: 'typed', d: 'drawn', c: 'chosen' } as const;

export type LinkText =
  | { readonly ok: true; readonly fragment: string }
  /** How many characters it would take. */
  | { readonly ok: false; readonly length: number };

/** True for a fragment (with or without `#`) that claims to be a shared run. */
export function isLink(fragment: string): boolean {
  return fragment.replace(/^#/, '').startsWith(PREFIX);
}

/** Neighbours that were drawn alike. */
interface DrawGroup {
  /** First token, and how many. */
  readonly f: number;
  readonly n: number;
  readonly s: number;
  /** Index of the settings. */
  readonly c: number;
  /** Probabilities after sampling. */
  readonly p: readonly number[];
  /** Random numbers, where they are not those of seed and position. */
  readonly u?: readonly number[];
  /** The draws cannot be made again. */
  readonly x?: 1;
}

function groupsOf(tokens: readonly DocumentToken[], used: readonly GenerationSettings[]): DrawGroup[] {
  const groups: { f: number; draws: Draw[] }[] = [];
  tokens.forEach(({ draw }, i) => {
    if (draw === undefined) return;
    const last = groups.at(-1);
    const [before] = last?.draws ?? [];
    const joins =
      last !== undefined &&
      last.f + last.draws.length === i &&
      before?.seed === draw.seed &&
      before.settings === draw.settings &&
      before.outdated === draw.outdated;
    if (joins) last.draws.push(draw);
    else groups.push({ f: i, draws: [draw] });
  });
  return groups.map(({ f, draws }) => {
    const [first] = draws;
    const seed = first?.seed ?? 0;
    const own = draws.some((draw, i) => draw.u !== uniform(seed, f + i, 0));
    return {
      f,
      n: draws.length,
      s: seed,
      c: first === undefined ? 0 : used.indexOf(first.settings),
      p: draws.map(draw => draw.pAfter),
      ...(own ? { u: draws.map(draw => draw.u) } : {}),
      ...(first?.outdated === true ? { x: 1 as const } : {}),
    };
  });
}

export async function writeLink(run: RunToShare): Promise<LinkText> {
  const used = [...new Set(run.tokens.flatMap(token => token.draw?.settings ?? []))];
  const packed = {
    t: run.text,
    i: run.tokens.map(token => token.id),
    o: run.tokens.map(token => token.origin.slice(0, 1)).join(''),
    d: groupsOf(run.tokens, used),
    c: used,
    s: run.settings,
    k: run.seed,
    l: run.lastSeed,
    m: run.model,
    f: run.fingerprint,
    a: run.adapter,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  const fragment = `${PREFIX}${LINK_VERSION}.${toBase64(await deflated(bytes))}`;
  const fits = fragment.length <= MOST_LINK && bytes.length <= MOST_INFLATED && run.tokens.length <= MOST_LINK_TOKENS;
  return fits ? { ok: true, fragment } : { ok: false, length: fragment.length };
}

/** Never rejects. */
export async function readLink(fragment: string): Promise<Reading<SharedRun>> {
  try {
    const json = await unpacked(fragment.replace(/^#/, ''));
    return reading(() => soundRun(readPacked(JSON.parse(json))));
  } catch (thrown) {
    return { ok: false, problem: thrown instanceof Refusal ? thrown.problem : { kind: 'unreadable' } };
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

function readPacked(value: unknown): SharedRun {
  const fields = objectAt(value, 'the link');
  const ids = listAt(fields.i, 'ids', MOST_LINK_TOKENS).map((id, i) => numberAt(id, `id of token ${i}`, ID));
  const origins = textAt(fields.o, 'origins', MOST_LINK_TOKENS);
  if (origins.length !== ids.length || /[^tdc]/.test(origins)) unsound('origins', 'do not fit the ids');
  const draws = readDraws(fields, ids.length);
  return {
    text: textAt(fields.t, 'text', MOST_TEXT),
    tokens: ids.map((id, i): SharedToken => {
      const draw = draws.get(i);
      const bare = { id, origin: ORIGINS[origins[i] as keyof typeof ORIGINS], logprob: null };
      return draw === undefined ? bare : { ...bare, draw };
    }),
    fingerprint: textAt(fields.f, 'tokenizer', 64),
    model: modelAt(fields.m, 'model'),
    adapter: adapterAt(fields.a, 'adapter'),
    settings: settingsAt(fields.s, 'settings'),
    seed: seedDigitsAt(fields.k, 'seed'),
    lastSeed: fields.l === null ? null : numberAt(fields.l, 'last seed', SEED),
  };
}

function readDraws(fields: Readonly<Record<string, unknown>>, count: number): Map<number, Draw> {
  const used = listAt(fields.c, 'settings of draws', MOST_SETTINGS).map((each, i) =>
    settingsAt(each, `draw settings ${i}`),
  );
  const draws = new Map<number, Draw>();
  listAt(fields.d, 'draws', MOST_DRAWS).forEach((each, g) => {
    const where = `draws ${g}`;
    const group = objectAt(each, where);
    const from = numberAt(group.f, where, { min: 0, max: count, whole: true });
    const length = numberAt(group.n, where, { min: 1, max: count - from, whole: true });
    const seed = numberAt(group.s, `${where}, seed`, SEED);
    const index = numberAt(group.c, `${where}, settings`, { min: 0, max: used.length - 1, whole: true });
    const afters = listAt(group.p, `${where}, probabilities`, length);
    const us = group.u === undefined ? null : listAt(group.u, `${where}, random numbers`, length);
    for (let i = 0; i < length; i++) {
      draws.set(from + i, {
        settings: used[index] ?? unsound(where, 'have no settings'),
        seed,
        u: us === null ? uniform(seed, from + i, 0) : numberAt(us[i], `${where}, random number`, RANDOM),
        pAfter: numberAt(afters[i], `${where}, probability`, PROBABILITY),
        outdated: group.x === 1,
      });
    }
  });
  return draws;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
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

function toBase64(bytes: Uint8Array): string {
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}
