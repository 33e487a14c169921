// A search by the method that is asked for.
import type { SearchMethod } from '../../protocol/search.ts';
import { beamSearch } from './beam.ts';
import { bestFirstSearch } from './best-first.ts';
import { contrastiveSearch } from './contrastive.ts';
import type { PathModel, SearchLimits, Told } from './paths.ts';

/** Gives the state after every step. Throws as the model does. */
export function searchBy(method: SearchMethod, model: PathModel, limits: SearchLimits): AsyncGenerator<Told> {
  switch (method.kind) {
    case 'beam':
      return beamSearch(model, method, limits);
    case 'contrastive':
      return contrastiveSearch(model, method, limits);
    case 'best_first':
      return bestFirstSearch(model, method, limits);
    default:
      return method satisfies never;
  }
}
