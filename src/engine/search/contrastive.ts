// Contrastive search (Su et al., "A Contrastive Framework for Neural Text Generation", 2022, equation 4): likely tokens whose final state is not like one before.
import { defined } from '../../lib/assert.ts';
import type { ContrastiveCandidate, SearchEnd, SearchMethod, SearchPath } from '../../protocol/search.ts';
import { EMPTY, extended, likeliest, type PathModel, type SearchLimits, type Told } from './paths.ts';

type ContrastiveMethod = Extract<SearchMethod, { kind: 'contrastive' }>;

/** Of length 1, so that products are cosines; zeros stay. [C] */
function unit(state: Float32Array): Float64Array {
  let sum = 0;
  for (const each of state) sum += each * each;
  const norm = Math.sqrt(sum);
  return Float64Array.from(state, each => (norm === 0 ? 0 : each / norm));
}

function cosine(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Gives the state after every token. The one path is in `live` until it ends. Throws as the model does. */
export async function* contrastiveSearch(
  model: PathModel,
  { alpha, top_k }: ContrastiveMethod,
  { max_new_tokens, ends }: SearchLimits,
): AsyncGenerator<Told> {
  const longest = Math.min(max_new_tokens, model.room);
  const before = (await model.finals(null)).map(unit);
  let [row] = await model.rows([[]]);
  let path: SearchPath = EMPTY;
  let computed = 1;
  for (let length = 1; length <= longest; length++) {
    const found = likeliest(defined(row, 'a row'), top_k);
    const paths = found.map(({ id }) => [...path.ids, id]);
    const rows = await model.rows(paths);
    const states = (await model.finals(paths)).map(unit);
    computed += rows.length;
    const candidates = found.map(({ id, logprob }, i): ContrastiveCandidate => {
      const state = defined(states[i], 'a final state');
      const penalty = before.reduce((most, each) => Math.max(most, cosine(state, each)), -1);
      const probability = Math.exp(logprob);
      return { id, probability, penalty, score: (1 - alpha) * probability - alpha * penalty };
    });
    const best = candidates.reduce((most, { score }, i) => (score > (candidates[most]?.score ?? 0) ? i : most), 0);
    const { id, logprob } = defined(found[best], 'a candidate');
    path = { ...extended(path, id, logprob, 1), score: defined(candidates[best], 'it').score };
    before.push(defined(states[best], 'its state'));
    row = rows[best];
    const end: SearchEnd | null = ends.includes(id) ? 'end_of_text' : length === longest ? 'length' : null;
    const [live, complete] = end === null ? [[path], []] : [[], [path]];
    yield { step: length, computed, live, complete, fallen: [], candidates, end };
    if (end !== null) return;
  }
}
