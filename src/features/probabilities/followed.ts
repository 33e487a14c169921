// Which token the steps look at.
import type { Ranked } from '../shared/ranked.ts';

/** `picked` by a person, else `own` of the place, else the likeliest: of those that the row has, since a server shows few. */
export function followedIn(ranked: Ranked, picked: number | null, own: number | null): { id: number; picked: boolean } {
  const shown = (id: number | null): id is number => id !== null && ranked.rankOf(id) > 0;
  const here = shown(own) ? own : (ranked.ids[0] ?? 0);
  return shown(picked) ? { id: picked, picked: picked !== here } : { id: here, picked: false };
}
