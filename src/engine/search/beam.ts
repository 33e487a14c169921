// Beam search, step by step as transformers has it (generation/utils.py, `_beam_search`): what lives, what is complete, what fell and why.
import { defined } from '../../lib/assert.ts';
import type { FallenPath, SearchEnd, SearchMethod, SearchPath } from '../../protocol/search.ts';
import { EMPTY, extended, likeliest, type PathModel, type SearchLimits, scoreOf, type Told } from './paths.ts';

type BeamMethod = Extract<SearchMethod, { kind: 'beam' }>;

/** Fallen ones that are told of a step. */
const TOLD = 8;

interface Considered {
  readonly path: SearchPath;
  readonly ended: boolean;
}

/** Gives the state after every step. Throws as the model does. */
export async function* beamSearch(
  model: PathModel,
  { beams, length_penalty: penalty, early_stopping }: BeamMethod,
  { max_new_tokens, ends }: SearchLimits,
): AsyncGenerator<Told> {
  const longest = Math.min(max_new_tokens, model.room);
  // So many that as many as beams go on, whatever ends.
  const keep = Math.max(2, 1 + ends.length) * beams;
  let [live, complete, computed]: [readonly SearchPath[], readonly SearchPath[], number] = [[EMPTY], [], 0];
  for (let length = 1; length <= longest; length++) {
    const rows = await model.rows(live.map(({ ids }) => ids));
    computed += rows.length;
    const considered = live
      .flatMap((path, i) =>
        likeliest(defined(rows[i], 'a row'), keep).map(({ id, logprob }) => ({
          path: extended(path, id, logprob, penalty),
          ended: length === longest || ends.includes(id),
        })),
      )
      .sort((a, b) => b.path.total - a.path.total);
    const kept = considered.slice(0, keep);
    const next = kept.filter(({ ended }) => !ended).slice(0, beams);
    const full = complete.length >= beams && early_stopping === true;
    // Only the best so many of a step may be complete: the others are there to go on.
    const ended = full ? [] : kept.slice(0, beams).filter(each => each.ended);
    const merged = [...complete, ...ended.map(({ path }) => path)].sort((a, b) => b.score - a.score);
    complete = merged.slice(0, beams);
    live = next.map(({ path }) => path);
    const fallen = [...fallenOf(considered, next, beams), ...merged.slice(beams).map(path => beaten(path, complete))];
    const end = endOf({ live, complete, beams, length, longest, penalty, early_stopping });
    yield { step: length, computed, live, complete, fallen, candidates: [], end };
    if (end !== null) return;
  }
}

const beaten = (path: SearchPath, complete: readonly SearchPath[]): FallenPath => ({
  ...path,
  why: 'beaten',
  bar: complete.at(-1)?.score ?? 0,
});

/** The likeliest of a step that do not go on. */
function fallenOf(considered: readonly Considered[], next: readonly Considered[], beams: number): FallenPath[] {
  const bar = next.at(-1)?.path.total ?? Number.NEGATIVE_INFINITY;
  const last = considered[beams - 1]?.path.total ?? Number.NEGATIVE_INFINITY;
  const lost = considered.flatMap(({ path, ended }, i): FallenPath[] => {
    if (ended) return i < beams ? [] : [{ ...path, why: 'ended_low', bar: last }];
    return next.some(each => each.path === path) ? [] : [{ ...path, why: 'outscored', bar }];
  });
  return lost.slice(0, TOLD);
}

interface Standing {
  readonly live: readonly SearchPath[];
  readonly complete: readonly SearchPath[];
  readonly beams: number;
  readonly length: number;
  readonly longest: number;
  readonly penalty: number;
  readonly early_stopping: BeamMethod['early_stopping'];
}

/** Why it ends here; null where it goes on. */
function endOf({ live, complete, beams, length, longest, penalty, early_stopping }: Standing): SearchEnd | null {
  if (length >= longest) return 'length';
  const [best] = live;
  if (best === undefined) return 'nothing_open';
  const full = complete.length >= beams;
  if (full && early_stopping === true) return 'full';
  // A heuristic but for `never`: a longer text could have a better score under a positive penalty.
  const hoped = early_stopping === 'never' && penalty > 0 ? longest : length;
  const worst = complete.at(-1)?.score ?? Number.NEGATIVE_INFINITY;
  return full && scoreOf(best.total, hoped, penalty) <= worst ? 'no_better' : null;
}
