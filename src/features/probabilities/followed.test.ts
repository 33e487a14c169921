// Which token the steps look at: any of a whole row, and of a server's those that it shows, which alone can be traced.
import { expect, test } from 'vitest';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { traceOf } from '../../sampling/trace.ts';
import { rankedOfRow } from '../shared/ranked.ts';
import { followedIn } from './followed.ts';

const NOTHING = Number.NEGATIVE_INFINITY;

test.each([
  ['a whole row', rankRow(Float32Array.of(1, 3, 2, NOTHING)), [0, 1, 2, 3]],
  ['a server', rankRow(Float32Array.of(NOTHING, Math.log(0.5), NOTHING, Math.log(0.3)), 0.2), [1, 3]],
])('%s', (_, row, has) => {
  const ranked = rankedOfRow(row);
  const drawn = sample(row, DEFAULT_SETTINGS, { ids: new Uint32Array(), drawn: new Uint8Array() }, []);
  for (const picked of [null, 0, 1, 2, 3, 4, 200_000]) {
    for (const own of [null, 0, 1, 2, 3, 4, 200_000]) {
      const found = followedIn(ranked, picked, own);
      const here = own !== null && has.includes(own) ? own : 1;
      const chosen = picked !== null && has.includes(picked);
      expect(found).toEqual(chosen ? { id: picked, picked: picked !== here } : { id: here, picked: false });
      expect(traceOf(drawn, found.id, [])).toHaveLength(1);
    }
  }
});
