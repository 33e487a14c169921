// The view of attention: which earlier tokens each head reads at the selected position, on the text, as a grid of heads, as a map.

import { isAbout } from '../../stores/gpu-work/probe-state.ts';
import { useModel } from '../../stores/react.ts';
import { Tabs } from '../../ui/controls/Tabs.tsx';
import { MIXER_NAMES } from '../shared/modelWords.ts';
import { useOpen } from '../shared/useOpen.ts';
import styles from './Attention.module.css';
import { EmptyState } from './EmptyState.tsx';
import { HeadPicker } from './HeadPicker.tsx';
import { HeadsPanel } from './HeadsPanel.tsx';
import { MapPanel } from './MapPanel.tsx';
import { RowLine } from './RowLine.tsx';
import { useAttention, useAttentionStore } from './useAttention.ts';

const PANELS = [
  { key: 'heads', label: 'Heads' },
  { key: 'map', label: 'Map' },
] as const;

export function Attention() {
  const attention = useAttentionStore();
  const row = useAttention(s => s.row);
  const panel = useAttention(s => s.panel);
  const probe = useAttention(s => s.probe);
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  useOpen(attention);
  return (
    <section className={styles.attention} aria-label="Attention">
      <RowLine />
      {row === null || !isAbout(probe) ? (
        <EmptyState />
      ) : (
        <Tabs
          label="Look at"
          tabs={PANELS}
          value={panel}
          onChange={key => attention.getState().setPanel(key)}
          aside={
            model && (
              <HeadPicker
                layers={model.mixers.map(mixer => MIXER_NAMES[mixer])}
                heads={model.dims.n_head}
                share={model.dims.n_head / model.dims.n_kv_head}
              />
            )
          }
        >
          {panel === 'map' ? (
            <MapPanel />
          ) : (
            <div className={styles.shown} data-stale={probe.status !== 'ready'}>
              <HeadsPanel row={row} />
            </div>
          )}
        </Tabs>
      )}
    </section>
  );
}
