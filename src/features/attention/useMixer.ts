// What the chosen layer looks back with: attention unless the model says otherwise.
import type { Mixer } from '../../model/ir/mixers.ts';
import { useModel } from '../../stores/react.ts';
import { useAttention } from './useAttention.ts';

export function useMixer(): Mixer {
  const layer = useAttention(s => s.choice.layer);
  return useModel(
    s => (s.load.status === 'ready' && layer !== null ? s.load.model.mixers[layer] : null) ?? 'attention',
  );
}
