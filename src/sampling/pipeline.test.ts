// The whole pipeline against a plain one: objects in an array, sorted and filtered anew at every step.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './pipeline.ts';
import { Doubt, entropyOf, plainSample } from './plain.fixture.ts';
import { rankRow } from './row.ts';
import type { SamplingSettings } from './settings.ts';
import { type Constraint, NO_CONSTRAINT } from './steps/constraint.ts';

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
  repeat_last_n: often(-1, fc.integer({ min: 0, max: 30 })),
  penalties_count: fc.constantFrom('drawn', 'all'),
  top_n_sigma: often(0, fc.double({ min: 0.1, max: 4, noNaN: true })),
  epsilon_cutoff: often(0, share),
  eta_cutoff: often(0, share),
  dynatemp_range: often(0, fc.double({ min: 0.05, max: 2, noNaN: true })),
  dynatemp_exponent: fc.double({ min: 0.2, max: 3, noNaN: true }),
  xtc_probability: often(0, fc.constantFrom(0.3, 0.7, 1)),
  xtc_threshold: fc.constantFrom(0, 0.02, 0.1, 0.4, 0.6),
  mirostat_tau: often(0, fc.double({ min: 0.2, max: 9, noNaN: true })),
  mirostat_eta: fc.constantFrom(0, 0.1, 0.8),
  dry_multiplier: often(0, fc.double({ min: 0.1, max: 3, noNaN: true })),
  dry_base: fc.double({ min: 1, max: 3, noNaN: true }),
  dry_allowed_length: fc.integer({ min: 1, max: 4 }),
  dry_penalty_last_n: often(-1, fc.integer({ min: 0, max: 30 })),
  dry_sequence_breakers: fc.constant([':']),
  // Has a test of its own: it rounds to floats of 32 bits, where two right sums may differ.
  guidance_scale: fc.constant(1),
  negative_prompt: fc.constant(''),
  constraint: fc.constantFrom<Constraint>(NO_CONSTRAINT, { kind: 'regex', text: 'x' }),
});
const histories = fc.oneof(
  fc.array(fc.tuple(ids, fc.constantFrom(0, 1)), { maxLength: 40 }),
  // Few ids, which repeat.
  fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 1)), { maxLength: 40 }),
);
const masks = fc.uint32Array({ minLength: 10, maxLength: 10 });
const texts = fc.tuple(histories, fc.option(fc.nat(), { nil: undefined }), masks).map(([entries, seed, bits]) => ({
  mask: { bits, state: 'open', since: 0 } as const,
  ids: Uint32Array.from(entries, e => e[0]),
  drawn: Uint8Array.from(entries, e => e[1]),
  pAfter: Float64Array.from(entries, ([id, drawn]) => (drawn === 1 ? 1 / (id + 1) : Number.NaN)),
  ...(seed === undefined ? {} : { seed }),
}));
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
      fc.property(rows, settings, texts, cuts, (logits, s, history, cutIds) => {
        const doubt = new Doubt();
        const plain = plainSample(logits, s, history, cutIds, doubt);
        if (doubt.found) return;
        const row = rankRow(logits);
        const last = plain.at(-1)!;
        if (last.tokens.length === 0) {
          const code = last.name === 'constraint' ? 'constraint_dead_end' : 'bad_settings';
          expect(() => sample(row, s, history, cutIds)).toThrow(expect.objectContaining({ code }));
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
        expectNear(distribution.entropyAfter, entropyOf(last.tokens), 'entropy after');
        logits.forEach((value, id) => {
          const cutter = plain.find(({ tokens }) => !tokens.some(token => token.id === id));
          expect(distribution.cutBy(id)).toBe(value === -Infinity ? null : (cutter?.name ?? null));
          expect(distribution.pBefore(id)).toBe(Math.exp(value - row.logZ));
        });
      }),
      { numRuns: runs },
    );
    expect(compared).toBeGreaterThan(0.4 * runs);
  });
});
