// Which weights are looked at, as two lists: a layer or all of them, one head or the mean of the layer's.
import styles from './HeadPicker.module.css';
import { useAttention, useAttentionStore } from './useAttention.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const read = (value: string): number | null => (value === '' ? null : Number(value));

export function HeadPicker({ layers, heads }: { layers: number; heads: number }) {
  const attention = useAttentionStore();
  const { layer, head } = useAttention(s => s.choice);
  const { choose } = attention.getState();
  return (
    <div className={styles.picker}>
      <label className={styles.pick}>
        Layer
        <select
          value={layer ?? ''}
          onChange={event => {
            const next = read(event.target.value);
            choose({ layer: next, head: next === null ? null : head });
          }}
        >
          <option value="">all</option>
          {range(layers).map(i => (
            <option key={i} value={i}>
              {i}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.pick}>
        Head
        <select
          value={head ?? ''}
          disabled={layer === null}
          onChange={event => choose({ layer, head: read(event.target.value) })}
        >
          <option value="">mean</option>
          {range(heads).map(i => (
            <option key={i} value={i}>
              {i}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
