// Searches over the oracle in float64, held against transformers and the paper's own equation, and over a scripted model, against all continuations.
import { beforeAll, describe, expect, test } from 'vitest';
import { type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import { defined } from '../../lib/assert.ts';
import { buildGraph } from '../../model/architectures/architectures.ts';
import { run } from '../../reference/run.ts';
import { beamSearch } from './beam.ts';
import { bestFirstSearch } from './best-first.ts';
import { contrastiveSearch } from './contrastive.ts';
import { likeliest, type PathModel, scoreOf, type Told } from './paths.ts';
import fixture from './search.fixture.json' with { type: 'json' };

const { prompt, max_new_tokens } = fixture;

async function oracle(name: GoldenName): Promise<PathModel> {
  const golden = await loadGolden(name);
  const { graph } = buildGraph(golden.config);
  const weights = referenceWeights(graph, golden);
  const known = new Map<string, ReturnType<typeof run>>();
  const after = (path: readonly number[]): ReturnType<typeof run> => {
    const made = known.get(path.join()) ?? run(graph, weights, [...prompt, ...path]);
    known.set(path.join(), made);
    return made;
  };
  const C = graph.dims.n_embd;
  const finalsOf = (path: readonly number[]): Float32Array[] => {
    const all = defined(after(path).values.get(graph.final), 'final states');
    return Array.from({ length: prompt.length + path.length }, (_, t) =>
      Float32Array.from(all.slice(t * C, (t + 1) * C)),
    );
  };
  return {
    room: 50,
    rows: async paths => paths.map(path => Float32Array.from(after(path).logits(prompt.length + path.length - 1))),
    finals: async paths =>
      paths === null ? finalsOf([]) : paths.map(path => defined(finalsOf(path).at(-1), 'a final state')),
  };
}

/** Rows that hang on the whole path. */
function scripted(V: number): PathModel & { asked: number } {
  const row = (path: readonly number[]): Float32Array => {
    let seed = 17;
    for (const id of path) seed = Math.imul(seed ^ (id + 1), 0x01000193) >>> 0;
    return Float32Array.from(
      { length: V },
      (_, id) => (((Math.imul(seed ^ (id * 0x9e3779b1), 0x85ebca6b) >>> 8) & 0xffff) / 0xffff) * 5,
    );
  };
  const model = {
    room: 30,
    asked: 0,
    rows: async (paths: readonly (readonly number[])[]) => {
      model.asked += paths.length;
      return paths.map(row);
    },
    finals: async () => [],
  };
  return model;
}

async function all(told: AsyncGenerator<Told>): Promise<Told[]> {
  const out: Told[] = [];
  for await (const each of told) out.push(each);
  return out;
}

describe.each(['gpt2-f32', 'llama-gqa'] as const)('on %s', name => {
  let model: PathModel;
  beforeAll(async () => {
    model = await oracle(name);
  });

  test('beam search finds what transformers finds', async () => {
    const cases = fixture.beam.filter(each => each.model === name);
    expect(cases.length).toBeGreaterThan(10);
    for (const { beams, length_penalty, early_stopping, ends, ids, scores } of cases) {
      const stopping = early_stopping === 'never' ? 'never' : early_stopping === true;
      const method = { kind: 'beam', beams, length_penalty, early_stopping: stopping } as const;
      const told = await all(beamSearch(model, method, { max_new_tokens, ends }));
      const { complete, end } = defined(told.at(-1), 'a state');
      expect(end).not.toBeNull();
      expect(
        complete.map(each => each.ids.join(' ')),
        JSON.stringify(method),
      ).toEqual(ids);
      for (const [i, { score, logprobs, total, ids: path }] of complete.entries()) {
        expect(score).toBeCloseTo(defined(scores[i], 'a score'), 4);
        expect(total).toBeCloseTo(
          logprobs.reduce((sum, each) => sum + each, 0),
          9,
        );
        expect(score).toBe(scoreOf(total, path.length, length_penalty));
      }
    }
  });

  test('contrastive search takes what the equation takes', async () => {
    for (const { top_k, alpha, ids, scores, penalties } of fixture.contrastive.filter(each => each.model === name)) {
      const told = await all(
        contrastiveSearch(model, { kind: 'contrastive', top_k, alpha }, { max_new_tokens, ends: [] }),
      );
      expect(told.at(-1)).toMatchObject({ end: 'length', complete: [{ ids }] });
      for (const [i, { candidates }] of told.entries()) {
        expect(candidates).toHaveLength(top_k);
        const taken = defined(
          candidates.find(({ id }) => id === ids[i]),
          'the candidate',
        );
        expect(taken.score).toBeCloseTo(defined(scores[i], 'a score'), 5);
        expect(taken.penalty).toBeCloseTo(defined(penalties[i], 'a penalty'), 5);
      }
    }
  });

  test('one beam is greedy, and so is contrastive search without a penalty', async () => {
    const limits = { max_new_tokens: 5, ends: [] };
    const method = { kind: 'beam', beams: 1, length_penalty: 1, early_stopping: false } as const;
    const beam = (await all(beamSearch(model, method, limits))).at(-1);
    const plain = (await all(contrastiveSearch(model, { kind: 'contrastive', alpha: 0, top_k: 4 }, limits))).at(-1);
    expect(beam?.complete[0]?.ids).toEqual(plain?.complete[0]?.ids);
  });
});

describe('best-first', () => {
  /** The best of all continuations of `children` tokens a place. */
  async function exhaustive(
    model: PathModel,
    children: number,
    length: number,
    penalty: number,
    ends: readonly number[],
  ) {
    let open: { ids: number[]; total: number }[] = [{ ids: [], total: 0 }];
    const complete: { ids: number[]; score: number }[] = [];
    while (open.length > 0) {
      const rows = await model.rows(open.map(({ ids }) => ids));
      const next: typeof open = [];
      for (const [i, { ids, total }] of open.entries()) {
        for (const { id, logprob } of likeliest(defined(rows[i], 'a row'), children)) {
          const longer = { ids: [...ids, id], total: total + logprob };
          if (ends.includes(id) || longer.ids.length === length)
            complete.push({ ids: longer.ids, score: scoreOf(longer.total, longer.ids.length, penalty) });
          else next.push(longer);
        }
      }
      open = next;
    }
    return complete.sort((a, b) => b.score - a.score);
  }

  test.each([0, 0.7, 1, 2, -0.5])(
    'finds the best of all with the penalty %d, and computes fewer rows',
    async penalty => {
      const [V, length, ends] = [5, 6, [3]];
      const expected = (await exhaustive(scripted(V), V, length, penalty, ends)).slice(0, 3);
      const model = scripted(V);
      const method = { kind: 'best_first', children: V, length_penalty: penalty, answers: 3, most: 1e6 } as const;
      const told = await all(bestFirstSearch(model, method, { max_new_tokens: length, ends }));
      const last = defined(told.at(-1), 'a state');
      expect(last.end).toBe('no_better');
      expect(last.complete.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
      for (const [i, { score }] of last.complete.entries()) expect(score).toBeCloseTo(expected[i]?.score ?? 0, 9);
      expect(last.computed).toBe(model.asked);
      if (penalty >= 0) expect(model.asked).toBeLessThan(4 ** length / 2);
      // What fell could not win any more, had all that follows been certain.
      const lost = told.flatMap(({ fallen }) => fallen.filter(({ why }) => why === 'cannot_win'));
      expect(lost.length).toBeGreaterThan(0);
      for (const { total, ids, bar } of lost)
        expect(scoreOf(total, penalty > 0 ? length : ids.length + 1, penalty)).toBeLessThanOrEqual(bar);
    },
  );

  test('ends at the rows that it was allowed, unproven', async () => {
    const method = { kind: 'best_first', children: 5, length_penalty: 0, answers: 1, most: 9 } as const;
    const told = await all(bestFirstSearch(scripted(9), method, { max_new_tokens: 12, ends: [] }));
    expect(told.at(-1)).toMatchObject({ end: 'most', computed: 9 });
  });
});

describe('what falls out of the beam', () => {
  test('is told with its reason and the bar that it missed', async () => {
    const method = { kind: 'beam', beams: 3, length_penalty: 1, early_stopping: 'never' } as const;
    const told = await all(beamSearch(scripted(12), method, { max_new_tokens: 9, ends: [2, 5] }));
    const fallen = told.flatMap(each => each.fallen);
    expect(new Set(fallen.map(({ why }) => why))).toContain('outscored');
    for (const { step, live, fallen: lost } of told) {
      for (const each of lost) {
        expect(each.ids.length).toBeLessThanOrEqual(step);
        if (each.why === 'outscored') expect(each.total).toBeLessThanOrEqual(live.at(-1)?.total ?? 0);
        if (each.why === 'beaten') expect(each.score).toBeLessThanOrEqual(each.bar);
      }
      expect(live.length).toBeLessThanOrEqual(3);
    }
    // Twice the same: nothing is drawn.
    expect(await all(beamSearch(scripted(12), method, { max_new_tokens: 9, ends: [2, 5] }))).toEqual(told);
  });

  test('the context is the limit', async () => {
    const model = { ...scripted(6), room: 2 };
    const method = { kind: 'beam', beams: 2, length_penalty: 1, early_stopping: false } as const;
    const told = await all(beamSearch(model, method, { max_new_tokens: 50, ends: [] }));
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toMatchObject({ end: 'length' });
  });
});
