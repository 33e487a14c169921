// Best-first search: the open beginning that could still become the best goes on first, until none can be better than what is complete.
import { defined } from '../../lib/assert.ts';
import type { FallenPath, SearchEnd, SearchMethod, SearchPath } from '../../protocol/search.ts';
import { EMPTY, extended, likeliest, type PathModel, type SearchLimits, scoreOf, type Told } from './paths.ts';

type BestFirstMethod = Extract<SearchMethod, { kind: 'best_first' }>;

/** Beginnings that go on in one step: their rows are computed together. */
const WIDTH = 8;
/** Open and fallen ones that are told. */
const TOLD = 8;

/**
 * Gives the state after every step. What it proves holds among continuations that take one of the `children` likeliest tokens at each place: log-probabilities
 * only fall, so a beginning is worth no more than it would be if all that follows were certain.
 */
export async function* bestFirstSearch(
  model: PathModel,
  { children, length_penalty: penalty, answers, most }: BestFirstMethod,
  { max_new_tokens, ends }: SearchLimits,
): AsyncGenerator<Told> {
  const longest = Math.min(max_new_tokens, model.room);
  /** No continuation has a better score. Of a negative penalty the shortest way on is the best. */
  const hope = ({ total, ids }: SearchPath): number =>
    scoreOf(total, penalty > 0 ? longest : Math.min(longest, ids.length + 1), penalty);
  let [open, complete, computed, step]: [SearchPath[], SearchPath[], number, number] = [[EMPTY], [], 0, 0];
  for (;;) {
    step++;
    const going = open.slice(0, Math.min(WIDTH, most - computed));
    const rows = await model.rows(going.map(({ ids }) => ids));
    computed += rows.length;
    open = open.slice(going.length);
    for (const [i, path] of going.entries()) {
      for (const { id, logprob } of likeliest(defined(rows[i], 'a row'), children)) {
        const longer = extended(path, id, logprob, penalty);
        if (ends.includes(id) || longer.ids.length >= longest) complete.push(longer);
        else open.push(longer);
      }
    }
    complete.sort((a, b) => b.score - a.score);
    const worse = complete.slice(answers);
    complete = complete.slice(0, answers);
    const bar = complete.length < answers ? Number.NEGATIVE_INFINITY : (complete.at(-1)?.score ?? 0);
    open.sort((a, b) => hope(b) - hope(a));
    const able = open.filter(path => hope(path) > bar);
    const fallen: FallenPath[] = [
      ...open.filter(path => hope(path) <= bar).map(path => ({ ...path, why: 'cannot_win' as const, bar })),
      ...worse.map(path => ({ ...path, why: 'beaten' as const, bar })),
    ];
    open = able;
    const end: SearchEnd | null =
      open.length === 0
        ? fallen.length > 0 || complete.length > 0
          ? 'no_better'
          : 'nothing_open'
        : computed >= most
          ? 'most'
          : null;
    yield { step, computed, live: open.slice(0, TOLD), complete, fallen: fallen.slice(0, TOLD), candidates: [], end };
    if (end !== null) return;
  }
}
