// The whole pipeline against a plain one: objects in an array, sorted and filtered anew at every step.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from './adjust.ts';
import { sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import type { SamplingSettings } from './settings.ts';
import type { StepName } from './steps.ts';

const ORDER = {
  transformers: ['temperature', 'top_k', 'top_p', 'min_p', 'typical_p'],
  'llama.cpp': ['top_k', 'typical_p', 'top_p', 'min_p', 'temperature'],
} as const;
const LOGITS = ['end_of_text', 'logit_bias', 'repetition_penalty', 'frequency_penalty', 'presence_penalty'] as const;

interface Token {
  readonly id: number;
  readonly logit: number;
  readonly p: number;
}
interface PlainStep {
  readonly name: StepName;
  /** What is left, by falling logit. */
  readonly tokens: readonly Token[];
  readonly massRemoved: number;
}

/** Sorts, and computes the softmax of what is left. */
function normalised(tokens: readonly { id: number; logit: number }[]): Token[] {
  const sorted = tokens.toSorted((a, b) => b.logit - a.logit || a.id - b.id);
  const top = sorted[0]?.logit ?? 0;
  const total = sorted.reduce((sum, { logit }) => sum + Math.exp(logit - top), 0);
  return sorted.map(({ id, logit }) => ({ id, logit, p: Math.exp(logit - top) / total }));
}

/** Notes when a decision hangs on the last bits, where two right sums may differ. */
class Doubt {
  found = false;
  compare(a: number, b: number): void {
    if (Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))) this.found = true;
  }
}

function plainNucleus(tokens: readonly Token[], mass: number, doubt: Doubt): Token[] {
  const kept: Token[] = [];
  let reached = 0;
  for (const token of tokens) {
    if (kept.length > 0 && reached >= mass) break;
    kept.push(token);
    reached += token.p;
    doubt.compare(reached, mass);
  }
  return kept;
}

function plainTypical(tokens: readonly Token[], mass: number, doubt: Doubt): Token[] {
  const top = tokens[0]!;
  const surprisal = (token: Token): number => top.logit - token.logit - Math.log(top.p);
  const entropy = tokens.reduce((sum, token) => (token.p > 0 ? sum + token.p * surprisal(token) : sum), 0);
  const far = tokens.map(token => ({ token, distance: Math.abs(surprisal(token) - entropy) }));
  far.sort((a, b) => a.distance - b.distance);
  far.forEach((entry, i) => {
    const next = far[i + 1];
    if (next && next.token.logit !== entry.token.logit) doubt.compare(entry.distance, next.distance);
  });
  let reached = 0;
  let limit = 0;
  for (const { token, distance } of far) {
    if (reached >= mass) break;
    limit = distance;
    reached += token.p;
    doubt.compare(reached, mass);
  }
  return far.filter(({ distance }) => distance <= limit).map(({ token }) => token);
}

function plainStep(
  name: StepName,
  tokens: readonly Token[],
  s: SamplingSettings,
  history: History,
  cutIds: readonly number[],
  doubt: Doubt,
): { id: number; logit: number }[] {
  const generated = (id: number): number =>
    [...history.ids].filter((other, i) => other === id && history.drawn[i] === 1).length;
  const change = (f: (id: number, logit: number) => number) =>
    tokens.map(({ id, logit }) => ({ id, logit: f(id, logit) }));
  switch (name) {
    case 'end_of_text':
      return tokens.filter(({ id }) => !cutIds.includes(id));
    case 'logit_bias':
      return change((id, logit) =>
        s.logit_bias
          .filter(entry => entry.id === id)
          .reduce((l, { bias }) => (bias <= -100 ? -Infinity : l + bias), logit),
      ).filter(({ logit }) => logit !== -Infinity);
    case 'repetition_penalty':
      return change((id, logit) => {
        if (!history.ids.includes(id)) return logit;
        return logit > 0 ? logit / s.repetition_penalty : logit * s.repetition_penalty;
      });
    case 'frequency_penalty':
      return change((id, logit) => logit - generated(id) * s.frequency_penalty);
    case 'presence_penalty':
      return change((id, logit) => logit - (generated(id) > 0 ? s.presence_penalty : 0));
    case 'temperature':
      // Logits a last bit apart may come out equal, and then their ids would decide.
      tokens.slice(1).forEach(({ logit }, i) => {
        const before = tokens[i]?.logit ?? logit;
        if (logit !== before && logit / s.temperature === before / s.temperature) doubt.found = true;
      });
      return s.temperature === 0 ? tokens.slice(0, 1) : change((_, logit) => logit / s.temperature);
    case 'top_k':
      return s.top_k === 0 ? [...tokens] : tokens.slice(0, s.top_k);
    case 'top_p':
      return s.top_p >= 1 ? [...tokens] : plainNucleus(tokens, s.top_p, doubt);
    case 'min_p': {
      const limit = s.min_p * tokens[0]!.p;
      for (const { p, logit } of tokens) {
        const exact = s.min_p === 1 && logit === tokens[0]!.logit;
        if (s.min_p > 0 && !exact && Math.abs(p - limit) <= 1e-9 * limit) doubt.found = true;
      }
      return tokens.filter(({ p }) => s.min_p === 0 || p >= limit);
    }
    case 'typical_p':
      return s.typical_p >= 1 ? [...tokens] : plainTypical(tokens, s.typical_p, doubt);
    default:
      return name satisfies never;
  }
}

function plainSample(
  logits: Float32Array,
  s: SamplingSettings,
  history: History,
  cutIds: readonly number[],
  doubt: Doubt,
) {
  let tokens = normalised(
    Array.from(logits, (logit, id) => ({ id, logit })).filter(({ logit }) => logit !== -Infinity),
  );
  const steps: PlainStep[] = [];
  for (const name of [...LOGITS, ...ORDER[s.order]]) {
    if (tokens.length === 0) return steps;
    const left = normalised(plainStep(name, tokens, s, history, cutIds, doubt));
    const stays = new Set(left.map(({ id }) => id));
    const massRemoved = tokens.reduce((sum, { id, p }) => (stays.has(id) ? sum : sum + p), 0);
    steps.push({ name, tokens: left, massRemoved });
    tokens = left;
  }
  return steps;
}

const logit = fc.oneof(
  { weight: 6, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -12, max: 12 }) },
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e30, -1e30, 60, -60, -900, Number.NEGATIVE_INFINITY) },
);
const tame = fc.float({ noNaN: true, noDefaultInfinity: true, min: -6, max: 6 });
const rows = fc
  .oneof(fc.array(logit, { minLength: 1, maxLength: 40 }), fc.array(tame, { minLength: 1, maxLength: 300 }))
  .map(values => Float32Array.from(values))
  .filter(logits => logits.some(Number.isFinite));
const share = fc.oneof(
  fc.constant(0.0001),
  fc.integer({ min: 1, max: 1000 }).map(n => n / 1000),
);
const often = <T>(off: T, on: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(off) }, { weight: 3, arbitrary: on });
const ids = fc.integer({ min: 0, max: 60 });
const settings: fc.Arbitrary<SamplingSettings> = fc.record({
  temperature: often(1, fc.oneof(fc.constantFrom(0, 1e-3, 5), fc.double({ min: 0.1, max: 2, noNaN: true }))),
  top_k: often(0, fc.integer({ min: 1, max: 60 })),
  top_p: often(1, share),
  min_p: often(0, fc.oneof(fc.constantFrom(1), share)),
  typical_p: often(1, share),
  repetition_penalty: often(1, fc.double({ min: 0.5, max: 2, noNaN: true })),
  frequency_penalty: often(0, fc.double({ min: -2, max: 2, noNaN: true })),
  presence_penalty: often(0, fc.double({ min: -2, max: 2, noNaN: true })),
  logit_bias: often(
    [],
    fc.array(fc.record({ id: ids, bias: fc.oneof(fc.constant(-100), fc.integer({ min: -9, max: 9 })) }), {
      maxLength: 5,
    }),
  ),
  order: fc.constantFrom('transformers', 'llama.cpp'),
});
const histories = fc
  .array(fc.tuple(ids, fc.constantFrom(0, 1)), { maxLength: 40 })
  .map(entries => ({ ids: Uint32Array.from(entries, e => e[0]), drawn: Uint8Array.from(entries, e => e[1]) }));
const cuts = often<number[]>([], fc.array(ids, { maxLength: 3 }));

/** As near as two float64 sums of a few hundred terms come. */
function expectNear(actual: number, wanted: number, what: string): void {
  if (actual === wanted) return;
  expect(Math.abs(actual - wanted), `${what}: ${actual} for ${wanted}`).toBeLessThanOrEqual(
    1e-11 + 1e-9 * Math.abs(wanted),
  );
}

describe('sample', () => {
  test('every step, every id, both orders: as the plain definition', () => {
    const runs = 1500;
    let compared = 0;
    fc.assert(
      fc.property(rows, settings, histories, cuts, (logits, s, history, cutIds) => {
        const doubt = new Doubt();
        const plain = plainSample(logits, s, history, cutIds, doubt);
        if (doubt.found) return;
        const row = rankRow(logits);
        const last = plain.at(-1)!;
        if (last.tokens.length === 0) {
          expect(() => sample(row, s, history, cutIds)).toThrow(expect.objectContaining({ code: 'bad_settings' }));
          return;
        }
        compared++;
        const distribution = sample(row, s, history, cutIds);
        expect(distribution.steps.map(step => step.name)).toEqual(plain.map(step => step.name));
        let before = row.finite.ids.length;
        plain.forEach((step, i) => {
          const record = distribution.steps[i]!;
          expect([record.name, record.kept, record.removed]).toEqual([
            step.name,
            step.tokens.length,
            before - step.tokens.length,
          ]);
          expectNear(record.massRemoved, step.massRemoved, `mass removed by ${step.name}`);
          if (!record.active) expect(record.removed).toBe(0);
          before = step.tokens.length;
          const left = new Map(step.tokens.map(token => [token.id, token]));
          const ranks = new Map(step.tokens.map((token, at) => [token.id, at + 1]));
          for (let id = 0; id < logits.length; id++) {
            const token = left.get(id);
            expectNear(
              distribution.logitAfter(id, step.name),
              token?.logit ?? -Infinity,
              `logit of ${id} after ${step.name}`,
            );
            expectNear(distribution.probabilityAfter(id, step.name), token?.p ?? 0, `p of ${id} after ${step.name}`);
            expect(distribution.rankAfter(id, step.name)).toBe(ranks.get(id) ?? 0);
          }
        });
        expect([...distribution.kept]).toEqual(last.tokens.map(({ id }) => id));
        const pAfter = Array.from(logits, (_, id) => distribution.pAfter(id));
        expect(Math.abs(pAfter.reduce((a, b) => a + b, 0) - 1)).toBeLessThanOrEqual(1e-12);
        const entropy = last.tokens.reduce((sum, { p }) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
        expectNear(distribution.entropyAfter, entropy, 'entropy after');
        logits.forEach((value, id) => {
          const cutter = plain.find(({ tokens }) => !tokens.some(token => token.id === id));
          expect(distribution.cutBy(id)).toBe(value === -Infinity ? null : (cutter?.name ?? null));
          expect(distribution.pBefore(id)).toBe(Math.exp(value - row.logZ));
        });
      }),
      { numRuns: runs },
    );
    expect(compared).toBeGreaterThan(0.6 * runs);
  });
});
