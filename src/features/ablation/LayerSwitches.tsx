// The grid for fingers: the whole model as a small picture, and one layer of it as switches that are large enough.
import { type CSSProperties, useState } from 'react';
import { formatChange } from '../../lib/format.ts';
import type { Mixer } from '../../model/ir/mixers.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { MIXER_NAMES } from '../shared/modelWords.ts';
import { partKey } from './parts.ts';
import styles from './SwitchGrid.module.css';
import type { SwitchGridProps } from './SwitchGrid.tsx';
import { columnName, isMoot, isOff, isThere, type Switch, switchesOf, switchName } from './switchGrid.ts';

function wordOf(each: Switch, mixers: readonly Mixer[]): string {
  if (each.kind === 'head') return `head ${each.head}`;
  return { attention: MIXER_NAMES[mixers[each.layer] ?? 'attention'], mlp: 'MLP', layer: 'whole layer' }[each.kind];
}

export function LayerSwitches({ dims, off, effects, onToggle }: SwitchGridProps) {
  const { n_layer, n_head, mixers } = dims;
  const [chosen, setLayer] = useState(0);
  const layer = Math.min(chosen, n_layer - 1);
  const rows = Array.from({ length: n_layer }, (_, row) => row);
  const found = (each: Switch) => (each.kind === 'layer' ? undefined : effects?.cells.get(partKey(each)));
  const switches = switchesOf(layer, n_head).filter(each => isThere(mixers, each));
  return (
    <div className={styles.frame}>
      <div
        className={styles.overview}
        style={{ '--heads': n_head } as CSSProperties}
        aria-hidden="true"
        onPointerUp={event => {
          const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-layer]') : null;
          if (row) setLayer(Number(row.dataset.layer));
        }}
      >
        <div className={styles.heads}>
          <span>layer</span>
          {Array.from({ length: n_head }, (_, head) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a head is its number.
            <span key={head}>{n_head > 12 && head % 4 > 0 ? '' : head}</span>
          ))}
          <span data-kind="attention">{columnName(mixers)}</span>
          <span>MLP</span>
          <span>whole</span>
        </div>
        {rows.map(row => (
          <div key={row} className={styles.small} data-layer={row} data-chosen={row === layer}>
            <span className={styles.label}>{row}</span>
            {switchesOf(row, n_head).map(each => (
              <span
                key={each.kind === 'head' ? each.head : each.kind}
                className={styles.dot}
                data-kind={each.kind}
                data-none={!isThere(mixers, each) || undefined}
                data-off={isOff(off, each) || undefined}
                data-moot={isMoot(off, each) || undefined}
                data-step={found(each)?.step}
                data-sign={found(each)?.sign}
              />
            ))}
          </div>
        ))}
      </div>
      <div className={styles.stepper}>
        <IconButton icon="earlier" label="Layer before" disabled={layer === 0} onClick={() => setLayer(layer - 1)} />
        <span aria-live="polite">
          Layer <span className="num">{layer}</span> of <span className="num">0–{n_layer - 1}</span>
        </span>
        <IconButton
          icon="later"
          label="Layer after"
          disabled={layer === n_layer - 1}
          onClick={() => setLayer(layer + 1)}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a row of switches, no form. */}
      <div role="group" aria-label={`Switches of layer ${layer}`} className={styles.switches}>
        {switches.map(each => {
          const effect = found(each);
          return (
            <button
              key={each.kind === 'head' ? each.head : each.kind}
              type="button"
              role="switch"
              aria-checked={!isOff(off, each)}
              aria-label={
                effect ? `${switchName(each, mixers)}, ${formatChange(effect.effect)} nats` : switchName(each, mixers)
              }
              className={styles.cell}
              data-kind={each.kind}
              data-step={effect?.step}
              data-sign={effect?.sign}
              data-moot={isMoot(off, each) || undefined}
              onClick={() => onToggle(each)}
            >
              {wordOf(each, mixers)}
              {effect && <span className="num">{formatChange(effect.effect)}</span>}
            </button>
          );
        })}
      </div>
    </div>
  );
}
