// Reading a run that was exported as JSON: either of OpenAI's shapes with our own fields beside it, and the file of version 1.
import * as v from 'valibot';
import type { ModelIdentity } from '../../lib/model-source.ts';
import { MOST_TEXT } from '../../stores/saved/documents.ts';
import { MOST_TOKENS, TOLD } from '../../stores/saved/saved-tokens.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
import { jsonOfFile } from '../shared/jsonFile.ts';
import {
  dotted,
  FLAG,
  fields,
  ID,
  list,
  numberBetween,
  oneOf,
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
import { RUN_FORMAT, RUN_SHAPES, RUN_VERSION } from './runJson.ts';
import { ADAPTER, DRAWER, drawerUnnamed, MODEL, type SharedRun, type SharedToken, soundRun } from './sharedRun.ts';

/** Bytes of a file that is read. */
export const MOST_FILE = 32 * 1024 * 1024;
const MOST_SETTINGS = 1024;
const MOST_DRAWERS = 64;
const MOST_TOLD = 4096;
const MOST_TOKEN_BYTES = 4096;

const BYTES = list(wholeBetween(0, 255), MOST_TOKEN_BYTES);

const DRAW = fields({
  settings: wholeBetween(0, MOST_SETTINGS),
  seed: SEED,
  u: RANDOM,
  probability_after: PROBABILITY,
  outdated: v.optional(FLAG, false),
  /** Absent in version 1. */
  model: v.optional(v.nullable(wholeBetween(0, MOST_DRAWERS))),
  at: v.optional(TIME),
});

const TOKEN = fields({
  position: wholeBetween(0, MOST_TOKENS),
  id: ID,
  origin: oneOf(['typed', 'drawn', 'chosen', 'external']),
  logprob: v.nullable(numberBetween(-1e30, 1e-6)),
  bytes: v.optional(BYTES),
  draw: v.optional(v.nullable(DRAW), null),
  /** Of an external token. */
  told: v.optional(wholeBetween(0, MOST_TOLD)),
});
type Token = v.InferOutput<typeof TOKEN>;

const AROUND = {
  model: MODEL,
  tokenizer: text(64),
  adapter: ADAPTER,
  settings: SETTINGS,
  seed: SEED_DIGITS,
  last_seed: v.nullable(SEED),
  draw_settings: list(SETTINGS, MOST_SETTINGS),
  draw_models: v.optional(list(DRAWER, MOST_DRAWERS)),
  told: v.optional(list(TOLD, MOST_TOLD)),
};

const OWN = fields({ ...AROUND, tokens: list(TOKEN, MOST_TOKENS) });
type Own = v.InferOutput<typeof OWN>;

const WHOLE_TEXT = text(MOST_TEXT);
const CHAT = fields({
  message: fields({ content: WHOLE_TEXT }),
  logprobs: fields({ content: list(fields({ bytes: BYTES }), MOST_TOKENS) }),
});
const LEGACY = fields({ text: WHOLE_TEXT });
const FIRST = fields({ ...AROUND, text: WHOLE_TEXT, logprobs: fields({ content: list(TOKEN, MOST_TOKENS) }) });

/** A path in words: tokens by their place. */
function placeOf(path: Path): string {
  const at = path.findIndex((key, i) => typeof key === 'number' && ['tokens', 'content'].includes(String(path[i - 1])));
  if (at < 0) return path.length === 0 ? 'the file' : dotted(path);
  const rest = path.slice(at + 1).filter((key, i, all) => !(typeof key === 'number' && all[i - 1] === 'bytes'));
  return rest.length === 0 ? `token ${path[at]}` : `token ${path[at]}, ${dotted(rest)}`;
}

/** Never throws. */
export function readRunJson(json: string): Reading<SharedRun> {
  return reading(() => {
    if (json.length > MOST_FILE) throw new Refusal({ kind: 'too_large', limit: MOST_FILE });
    return soundRun(readRun(parsed(json)));
  });
}

function parsed(json: string): unknown {
  const file = jsonOfFile(json);
  if (file === undefined) throw new Refusal({ kind: 'not_json' });
  return file;
}

const VERSIONED = v.object({ format: v.literal(RUN_FORMAT), version: v.unknown() });

function readRun(file: unknown): SharedRun {
  const beside = v.safeParse(v.object({ nucleus: VERSIONED }), file);
  const within = v.safeParse(VERSIONED, file);
  if (!beside.success && !within.success) throw new Refusal({ kind: 'not_ours' });
  const named = beside.success ? beside.output.nucleus.version : within.success ? within.output.version : 0;
  const version = readAs(wholeBetween(1, 1e6), named, () => 'version');
  if (version > RUN_VERSION) throw new Refusal({ kind: 'newer', version });
  return beside.success ? readShaped(file) : readFirst(file);
}

/** Files of version 1: all fields side by side. */
function readFirst(file: unknown): SharedRun {
  const first = readAs(FIRST, file, placeOf);
  const tokens = first.logprobs.content;
  const bytes = tokens.map((token, i) => token.bytes ?? unsound(`token ${i}, bytes`, 'is missing'));
  return madeOf(first.text, { ...first, tokens }, bytes);
}

function readShaped(file: unknown): SharedRun {
  const { object, choices, nucleus } = readAs(
    fields({
      object: oneOf(RUN_SHAPES),
      choices: v.pipe(list(v.unknown(), 1), v.minLength(1, 'has no entry')),
      nucleus: OWN,
    }),
    file,
    placeOf,
  );
  const inChoice = (path: Path): string => placeOf(['choices', 0, ...path]);
  if (object === 'text_completion') {
    const choice = readAs(LEGACY, choices[0], inChoice);
    const bytes = nucleus.tokens.map((token, i) => token.bytes ?? unsound(`token ${i}, bytes`, 'is missing'));
    return madeOf(choice.text, nucleus, bytes);
  }
  const { message, logprobs } = readAs(CHAT, choices[0], inChoice);
  const bytes = logprobs.content.map(token => token.bytes);
  return madeOf(message.content, nucleus, bytes);
}

function madeOf(text: string, own: Own, bytes: readonly (readonly number[])[]): SharedRun {
  const { model, adapter, tokenizer: fingerprint, settings, seed, last_seed: lastSeed } = own;
  if (bytes.length !== own.tokens.length) unsound('tokens', `are ${own.tokens.length}, with bytes for ${bytes.length}`);
  const tokens = own.tokens.map((token, position) => {
    if (token.position !== position) unsound(`token ${position}`, `says it is at position ${token.position}`);
    return tokenOf(token, own, `token ${position}`);
  });
  const spelled = tokenText(concatBytes(bytes.map(each => Uint8Array.from(each))));
  if (spelled !== text) unsound('text', 'is not what the tokens spell');
  return { text, tokens, fingerprint, model, adapter, settings, seed, lastSeed };
}

function tokenOf({ id, origin, logprob, draw, told }: Token, own: Own, where: string): SharedToken {
  if (told !== undefined) {
    const answer = own.told?.[told] ?? unsound(`${where}, told`, 'is not in the file');
    return { id, origin, logprob, told: answer };
  }
  if (draw === null) return { id, origin, logprob };
  const settings = own.draw_settings[draw.settings] ?? unsound(`${where}, draw.settings`, 'are not in the file');
  const { seed, u, probability_after: pAfter, outdated } = draw;
  const model = drawerOf(draw.model, outdated, own, where);
  const made = { settings, seed, u, pAfter, outdated, model };
  return { id, origin, logprob, draw: draw.at === undefined ? made : { ...made, at: draw.at } };
}

function drawerOf(index: number | null | undefined, outdated: boolean, own: Own, where: string): ModelIdentity | null {
  if (index === null) return null;
  if (index === undefined) return drawerUnnamed(outdated, own.model);
  return own.draw_models?.[index] ?? unsound(`${where}, draw.model`, 'is not in the file');
}
