// Test support: runs to share, made of the shipped vocabulary, small and arbitrary.
import fc from 'fast-check';
import { ADAPTER } from '../../../e2e/support/scripted-engine.ts';
import { uniform } from '../../lib/rng.ts';
import { clampSettings, DEFAULT_SETTINGS, type GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken, Told } from '../../stores/document/types.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import type { RunToShare } from './sharedRun.ts';

export const TOKENIZER = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);

/** Mostly one and the same, so that neighbours are draws of one run. */
const seeds = fc.oneof(
  { weight: 6, arbitrary: fc.constant(7) },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 }) },
);
const shares = fc.double({ min: 0, max: 1, noNaN: true });

const settings: fc.Arbitrary<GenerationSettings> = fc
  .record({
    temperature: fc.double({ min: 0, max: 5, noNaN: true }),
    top_k: fc.integer({ min: 0, max: 100 }),
    top_p: fc.double({ min: 0.0001, max: 1, noNaN: true }),
    logit_bias: fc.array(fc.record({ id: fc.nat(2047), bias: fc.integer({ min: -100, max: 100 }) }), { maxLength: 3 }),
    stop: fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 2 }),
    repeat_last_n: fc.integer({ min: -1, max: 100 }),
    penalties_count: fc.constantFrom('drawn', 'all'),
    xtc_probability: shares,
    mirostat_tau: fc.double({ min: 0, max: 20, noNaN: true }),
    dry_sequence_breakers: fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 2 }),
  })
  .map(part => clampSettings({ ...DEFAULT_SETTINGS, ...part }));

/** The fourth is nobody. */
const DRAWERS = ['a model', 'another', 'a model'].map((name, i) => ({ name, digest: `5${i}`.repeat(32) }));

const ANSWERS: readonly [Told, Told] = [
  {
    command: 'FETCH_WEATHER_DATA',
    purpose: 'the weather',
    by: 'address',
    source: 'https://a.test/b',
    path: 'c.d',
    ms: 12.5,
    at: 7,
  },
  { command: 'ASK', purpose: '', by: 'person', source: '', path: '', ms: 0, at: 9 },
];

/** A token of any origin; draws share a few settings, and mostly have the random number of their seed and place. */
function tokenOf(
  [id, kind, seed, own, pAfter, logprob, which]: [number, number, number, number, number, number, number],
  position: number,
  used: readonly GenerationSettings[],
): DocumentToken {
  const bare = { id, bytes: TOKENIZER.bytes(id), special: TOKENIZER.isSpecial(id) };
  const stats = { logprob: logprob + 0, rank: 1 + (id % 7), entropy: Math.abs(logprob), logZ: 3 };
  if (kind === 3) return { ...bare, origin: 'external', told: ANSWERS[id % 2] ?? ANSWERS[0] };
  if (kind < 4) return { ...bare, origin: kind === 0 ? 'chosen' : 'typed', ...(kind === 1 ? {} : { stats }) };
  const u = kind === 4 ? own : uniform(seed, position, 0);
  const draw = {
    settings: used[which % used.length] ?? DEFAULT_SETTINGS,
    seed,
    u,
    pAfter,
    outdated: kind === 5,
    model: DRAWERS[which] ?? null,
  };
  const top = { ids: Uint32Array.of(id, (id + 1) % 2048), logits: Float32Array.of(2, 1) };
  return { ...bare, origin: 'drawn', draw, stats, top };
}

export const runs: fc.Arbitrary<RunToShare> = fc
  .record({
    entries: fc.array(
      fc.tuple(
        fc.nat(SHIPPED_VOCAB_SIZE - 1),
        fc.nat(9),
        seeds,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        shares,
        fc.double({ min: -30, max: 0, noNaN: true }),
        fc.nat(3),
      ),
      { maxLength: 40 },
    ),
    used: fc.array(settings, { minLength: 1, maxLength: 3 }),
    settings,
    seed: fc.constantFrom('', '42', '9007199254740991'),
    lastSeed: fc.option(seeds),
    finish: fc.constantFrom('stop', 'length'),
    commit: fc.constantFrom('', 'abc123'),
    digest: fc.constantFrom('', '5e'.repeat(32)),
    key: fc.constantFrom('shipped/nucleus-3m', 'hub/openai-community/gpt2@main', 'local/my-model'),
  })
  .map(({ entries, used, commit, digest, key, ...controls }) => {
    const tokens = entries.map((entry, i) => tokenOf(entry, i, used));
    const { vendor, architecture, device, description, software, kernels } = ADAPTER;
    return {
      ...controls,
      text: TOKENIZER.decode(tokens.map(token => token.id)),
      tokens,
      fingerprint: TOKENIZER.fingerprint,
      model: { key, commit, name: 'a model', digest },
      adapter: { vendor, architecture, device, description, software, kernels },
    };
  });

/** What must come back of a token. */
export function kept({ id, origin, draw, told }: Pick<DocumentToken, 'id' | 'origin' | 'draw' | 'told'>) {
  if (told !== undefined) return { id, origin, told };
  return draw === undefined ? { id, origin } : { id, origin, draw };
}
