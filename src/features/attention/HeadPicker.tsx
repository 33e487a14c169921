// Which weights are looked at, as two lists: a layer or all of them, one head or the mean of the layer's.
import { MIXER_NAMES } from '../shared/modelWords.ts';
import styles from './HeadPicker.module.css';
import { useAttention, useAttentionStore } from './useAttention.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const read = (value: string): number | null => (value === '' ? null : Number(value));

interface HeadPickerProps {
  /** Names of what each layer looks back with. */
  layers: readonly string[];
  heads: number;
  /** Query heads that share one head of keys and values. */
  share: number;
}

function Heads({ from, count }: { from: number; count: number }) {
  return range(count).map(i => (
    <option key={from + i} value={from + i}>
      {from + i}
    </option>
  ));
}

export function HeadPicker({ layers, heads, share }: HeadPickerProps) {
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
          {layers.map((mixer, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its number.
            <option key={i} value={i}>
              {mixer === MIXER_NAMES.attention ? i : `${i}: ${mixer}`}
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
          {share === 1 ? (
            <Heads from={0} count={heads} />
          ) : (
            range(heads / share).map(key => (
              <optgroup key={key} label={`key head ${key}`}>
                <Heads from={key * share} count={share} />
              </optgroup>
            ))
          )}
        </select>
      </label>
    </div>
  );
}
