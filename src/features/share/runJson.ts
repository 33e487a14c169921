// A run as JSON: log-probabilities under the names of OpenAI's API, and beside them all that it takes to draw the same again.

import type { DocumentToken, Draw } from '../../stores/document/types.ts';
import { MOST_TEXT } from '../../stores/saved/saved.ts';
import { MOST_TOKENS } from '../../stores/saved/saved-tokens.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
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
  choiceAt,
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

export const RUN_FORMAT = 'nucleus.run';
export const RUN_VERSION = 1;

/** Bytes of a file that is read. */
export const MOST_FILE = 32 * 1024 * 1024;
const MOST_SETTINGS = 1024;
const MOST_TOKEN_BYTES = 4096;
const ORIGINS = ['typed', 'drawn', 'chosen'] as const;

const ABOUT =
  'Every logprob is the natural logarithm of the probability the model gave before sampling: before penalties, temperature and cuts. ' +
  'probability_after is that of the draw, after all of them. u is the random number of the draw, in [0, 1). ' +
  'A token is its text; bytes are exact where they are part of a character only. A null is a number that was not computed.';

/** JSON has no infinities. */
const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;

function shownToken(bytes: Uint8Array, logprob: number | undefined) {
  return { token: tokenText(bytes), logprob: finite(logprob), bytes: Array.from(bytes) };
}

/**
 * @param bytesOf bytes of any id of the vocabulary
 * @param created seconds since 1970
 */
export function writeRunJson(run: RunToShare, bytesOf: (id: number) => Uint8Array, created: number): string {
  const used = [...new Set(run.tokens.flatMap(token => token.draw?.settings ?? []))];
  const drawOf = ({ settings, seed, u, pAfter, outdated }: Draw) => ({
    settings: used.indexOf(settings),
    seed,
    u,
    probability_after: pAfter,
    outdated,
  });
  const tokenOf = (token: DocumentToken, position: number) => {
    const { id, bytes, origin, stats, top, draw } = token;
    return {
      ...shownToken(bytes, stats?.logprob),
      top_logprobs: Array.from(top?.ids ?? [], (other, i) => ({
        ...shownToken(bytesOf(other), (top?.logits[i] ?? Number.NaN) - (stats?.logZ ?? Number.NaN)),
        id: other,
      })),
      position,
      id,
      origin,
      rank: stats?.rank ?? null,
      entropy: finite(stats?.entropy),
      draw: draw === undefined ? null : drawOf(draw),
    };
  };
  const { model, adapter, fingerprint, settings, seed, lastSeed, text } = run;
  const head = {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    about: ABOUT,
    created,
    model,
    tokenizer: fingerprint,
    adapter,
  };
  const controls = { settings, seed, last_seed: lastSeed, draw_settings: used };
  const lines = run.tokens.map((token, position) => `    ${JSON.stringify(tokenOf(token, position))}`);
  const fields = Object.entries({ ...head, ...controls, text }).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  // A token a line: people read and compare these files.
  return `{\n${fields.join(',\n')},\n  "logprobs": {"content": [\n${lines.join(',\n')}\n  ]}\n}\n`;
}

/** Never throws. */
export function readRunJson(json: string): Reading<SharedRun> {
  return reading(() => {
    if (json.length > MOST_FILE) throw new Refusal({ kind: 'too_large', limit: MOST_FILE });
    return soundRun(readRun(parsed(json)));
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal({ kind: 'not_json' });
  }
}

function readRun(value: unknown): SharedRun {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== RUN_FORMAT) {
    throw new Refusal({ kind: 'not_ours' });
  }
  const fields = objectAt(value, 'the file');
  const version = numberAt(fields.version, 'version', { min: 1, max: 1e6, whole: true });
  if (version > RUN_VERSION) throw new Refusal({ kind: 'newer', version });
  const text = textAt(fields.text, 'text', MOST_TEXT);
  const used = listAt(fields.draw_settings, 'draw_settings', MOST_SETTINGS).map((each, i) =>
    settingsAt(each, `draw_settings[${i}]`),
  );
  const content = listAt(objectAt(fields.logprobs, 'logprobs').content, 'logprobs.content', MOST_TOKENS);
  const spelled: Uint8Array[] = [];
  const tokens = content.map((each, position): SharedToken => {
    const where = `token ${position}`;
    const entry = objectAt(each, where);
    if (entry.position !== position) unsound(where, `says it is at position ${JSON.stringify(entry.position)}`);
    spelled.push(bytesAt(entry.bytes, where));
    const logprob =
      entry.logprob === null ? null : numberAt(entry.logprob, `${where}, logprob`, { min: -1e30, max: 1e-6 });
    const id = numberAt(entry.id, `${where}, id`, ID);
    const origin = choiceAt(entry.origin, `${where}, origin`, ORIGINS);
    if (entry.draw === null || entry.draw === undefined) return { id, origin, logprob };
    const draw = objectAt(entry.draw, `${where}, draw`);
    const index = numberAt(draw.settings, `${where}, draw.settings`, { min: 0, max: used.length - 1, whole: true });
    return {
      id,
      origin,
      logprob,
      draw: {
        settings: used[index] ?? unsound(where, 'has no settings'),
        seed: numberAt(draw.seed, `${where}, draw.seed`, SEED),
        u: numberAt(draw.u, `${where}, draw.u`, RANDOM),
        pAfter: numberAt(draw.probability_after, `${where}, draw.probability_after`, PROBABILITY),
        outdated: draw.outdated === true,
      },
    };
  });
  if (tokenText(concatBytes(spelled)) !== text) unsound('text', 'is not what the tokens spell');
  return {
    text,
    tokens,
    fingerprint: textAt(fields.tokenizer, 'tokenizer', 64),
    model: modelAt(fields.model, 'model'),
    adapter: adapterAt(fields.adapter, 'adapter'),
    settings: settingsAt(fields.settings, 'settings'),
    seed: seedDigitsAt(fields.seed, 'seed'),
    lastSeed: fields.last_seed === null ? null : numberAt(fields.last_seed, 'last_seed', SEED),
  };
}

function bytesAt(value: unknown, where: string): Uint8Array {
  const bytes = listAt(value, `${where}, bytes`, MOST_TOKEN_BYTES);
  return Uint8Array.from(bytes, byte => numberAt(byte, `${where}, bytes`, { min: 0, max: 255, whole: true }));
}
