// How far the map is. Takes the same room in every state.
import { formatCount } from '../../lib/format.ts';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import type { AttentionMap } from './types.ts';
import { useAttention, useAttentionStore } from './useAttention.ts';

function wordsOf(map: AttentionMap | null): ProbeWords {
  const rows = map === null ? '' : `${formatCount(map.rows)} of ${formatCount(map.ids.length)} rows`;
  const some = map === null ? '' : `${rows}. `;
  return {
    name: 'The map of attention',
    inWords: 'the map of attention',
    takes: map === null ? 'The map takes' : `${some}The rest takes`,
    compute: map === null ? 'Compute the map' : 'Compute the rest',
    rest: 'Compute the rest',
    stop: 'Stop the map',
    stopped: `${some}Stopped.`,
    running: `${some}It goes on after the run.`,
    progress: () => rows,
    ready:
      map !== null && map.rows === map.ids.length
        ? `All ${formatCount(map.rows)} rows.`
        : 'The map appears here as soon as the text rests.',
  };
}

export function MapStatus() {
  const { fetchMap, stopMap } = useAttentionStore().getState();
  const map = useAttention(s => s.map);
  const probe = useAttention(s => s.mapProbe);
  return <ProbeStatus state={probe} words={wordsOf(map)} compute={fetchMap} stop={stopMap} />;
}
