// A run in the fragment of an address: compact JSON, deflated, in base64url. Bounded when written and when read, before and after inflating.
import type { ModelIdentity } from '../../lib/model-source.ts';
import { uniform } from '../../lib/rng.ts';
import { withoutEnd } from '../../lib/without-end.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken, Draw, Told } from '../../stores/document/types.ts';
import { drawersOf } from '../shared/drawnBy.ts';
import type { RunToShare } from './sharedRun.ts';

export const LINK_VERSION = 1;
/** Characters of the fragment, without `#`. Browsers take more, many programs that carry links do not. */
export const MOST_LINK = 24_000;
/** Bytes of the JSON within. */
export const MOST_INFLATED = 1024 * 1024;
export const MOST_LINK_TOKENS = 20_000;

const PREFIX = 'share=';
/** What a sentence around an address leaves at its end. */
const SENTENCE_END = '.,;:!?\'"»”’)]}>*';

export type LinkText =
  | { readonly ok: true; readonly fragment: string }
  /** How many characters it would take. */
  | { readonly ok: false; readonly length: number };

/** The fragment as it was written: without `#`, without the escapes that programs put in, without what ends a sentence. */
export function bareLink(fragment: string): string {
  const bare = fragment.replace(/^#/, '');
  return withoutEnd(unescaped(bare), SENTENCE_END);
}

function unescaped(fragment: string): string {
  try {
    return fragment.includes('%') ? decodeURIComponent(fragment) : fragment;
  } catch {
    return fragment;
  }
}

/** True for a fragment (with or without `#`) that claims to be a shared run. */
export function isLink(fragment: string): boolean {
  return bareLink(fragment).startsWith(PREFIX);
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
  /** Index of the model that drew; absent where nobody said. */
  readonly m?: number;
  /** When their run began; absent where nobody said. */
  readonly t?: number;
}

function groupsOf(
  tokens: readonly DocumentToken[],
  used: readonly GenerationSettings[],
  drawers: readonly ModelIdentity[],
): DrawGroup[] {
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
      before.outdated === draw.outdated &&
      before.at === draw.at &&
      before.model?.digest === draw.model?.digest;
    if (joins) last.draws.push(draw);
    else groups.push({ f: i, draws: [draw] });
  });
  return groups.map(({ f, draws }) => {
    const [first] = draws;
    const seed = first?.seed ?? 0;
    const by = drawers.findIndex(({ digest }) => digest === first?.model?.digest);
    const own = draws.some((draw, i) => draw.u !== uniform(seed, f + i, 0));
    return {
      f,
      n: draws.length,
      s: seed,
      c: first === undefined ? 0 : used.indexOf(first.settings),
      p: draws.map(draw => draw.pAfter),
      ...(own ? { u: draws.map(draw => draw.u) } : {}),
      ...(first?.outdated === true ? { x: 1 as const } : {}),
      ...(by >= 0 ? { m: by } : {}),
      ...(first?.at === undefined ? {} : { t: first.at }),
    };
  });
}

/** Answers from outside: the first token and how many, with what was answered. */
function toldOf(tokens: readonly DocumentToken[]): {
  e?: readonly (Told & { readonly f: number; readonly n: number })[];
} {
  const groups: (Told & { f: number; n: number })[] = [];
  let last: Told | undefined;
  for (const [i, { told }] of tokens.entries()) {
    const group = groups.at(-1);
    if (told !== undefined && told === last && group !== undefined) group.n += 1;
    else if (told !== undefined) groups.push({ ...told, f: i, n: 1 });
    last = told;
  }
  return groups.length === 0 ? {} : { e: groups };
}

export async function writeLink(run: RunToShare): Promise<LinkText> {
  const used = [...new Set(run.tokens.flatMap(token => token.draw?.settings ?? []))];
  const drawers = drawersOf(run.tokens);
  const packed = {
    t: run.text,
    i: run.tokens.map(token => token.id),
    o: run.tokens.map(token => token.origin.slice(0, 1)).join(''),
    d: groupsOf(run.tokens, used, drawers),
    ...toldOf(run.tokens),
    c: used,
    s: run.settings,
    k: run.seed,
    l: run.lastSeed,
    m: run.model,
    w: drawers,
    f: run.fingerprint,
    a: run.adapter,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  const fragment = `${PREFIX}${LINK_VERSION}.${toBase64(await deflated(bytes))}`;
  const fits = fragment.length <= MOST_LINK && bytes.length <= MOST_INFLATED && run.tokens.length <= MOST_LINK_TOKENS;
  return fits ? { ok: true, fragment } : { ok: false, length: fragment.length };
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function toBase64(bytes: Uint8Array): string {
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
