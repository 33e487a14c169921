// The model as a grid of switches: a row a layer, a column a head, then attention, MLP and whole layer. Walked with the arrow keys.
import { type CSSProperties, type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import { formatChange } from '../../lib/format.ts';
import type { Mixer } from '../../model/ir/mixers.ts';
import type { Part } from '../../protocol/probe-commands.ts';
import { MIXER_NAMES } from '../shared/modelWords.ts';
import { keyOfParts, type PartDims, partKey } from './parts.ts';
import styles from './SwitchGrid.module.css';
import {
  BLOCKS,
  type CellPlace,
  columnName,
  type GridEffects,
  isMoot,
  isOff,
  isThere,
  partAt,
  type Switch,
  stepToPart,
  switchesOf,
  switchName,
} from './switchGrid.ts';

export interface SwitchGridProps {
  dims: PartDims;
  off: readonly Part[];
  /** Null without a ranking that is up to date. */
  effects: GridEffects | null;
  onToggle: (each: Switch) => void;
}

const HEADS: Readonly<Record<Exclude<(typeof BLOCKS)[number], 'attention'>, string>> = { mlp: 'MLP', layer: 'whole' };

const effectOf = (effects: GridEffects | null, each: Switch) =>
  each.kind === 'layer' ? undefined : effects?.cells.get(partKey(each));

/** What a cell is and what its part does, in a sentence. */
function wordsOf(each: Switch, off: readonly Part[], effects: GridEffects | null, mixers: readonly Mixer[]): string {
  if (!isThere(mixers, each))
    return `Layer ${each.layer} has no heads: ${MIXER_NAMES[mixers[each.layer] ?? 'attention']} instead`;
  const effect = effectOf(effects, each)?.effect;
  const state = isOff(off, each) ? 'off' : isMoot(off, each) ? 'on, but its attention is off' : 'on';
  return `${switchName(each, mixers)}: ${state}${effect === undefined ? '' : `; off alone ${formatChange(effect)} nats`}`;
}

interface RowProps extends Omit<SwitchGridProps, 'dims'> {
  layer: number;
  n_head: number;
  mixers: readonly Mixer[];
  /** Column of the cell that takes the focus; null in all rows but one. */
  focus: number | null;
}

const LayerRow = memo(
  function LayerRow({ layer, n_head, mixers, off, effects, focus, onToggle }: RowProps) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a row of a grid, no form.
      <div role="group" aria-label={`Layer ${layer}`} className={styles.row}>
        <span className={styles.label} aria-hidden="true">
          {layer}
        </span>
        {switchesOf(layer, n_head).map((each, column) => {
          const found = effectOf(effects, each);
          // No part stands here; the cell keeps its column.
          if (!isThere(mixers, each)) return <span key={`head ${each.kind === 'head' ? each.head : column}`} />;
          return (
            <button
              key={each.kind === 'head' ? each.head : each.kind}
              type="button"
              role="switch"
              aria-checked={!isOff(off, each)}
              aria-label={
                found ? `${switchName(each, mixers)}, ${formatChange(found.effect)} nats` : switchName(each, mixers)
              }
              tabIndex={focus === column ? 0 : -1}
              className={styles.cell}
              data-column={column}
              data-kind={each.kind}
              data-step={found?.step}
              data-sign={found?.sign}
              data-moot={isMoot(off, each) || undefined}
              onClick={() => onToggle(each)}
            >
              {found?.sign === '-' ? '−' : found?.sign}
            </button>
          );
        })}
      </div>
    );
  },
  (a, b) =>
    a.layer === b.layer &&
    a.n_head === b.n_head &&
    a.mixers === b.mixers &&
    a.effects === b.effects &&
    a.focus === b.focus &&
    a.onToggle === b.onToggle &&
    ofLayer(a.off, a.layer) === ofLayer(b.off, b.layer),
);

const ofLayer = (off: readonly Part[], layer: number): string => keyOfParts(off.filter(part => part.layer === layer));

export function SwitchGrid({ dims, off, effects, onToggle }: SwitchGridProps) {
  const { n_layer, n_head, mixers } = dims;
  const grid = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<CellPlace>({ row: 0, column: 0 });
  /** Under the pointer or with the focus. */
  const [looked, setLooked] = useState<CellPlace | null>(null);
  const columns = n_head + BLOCKS.length;
  const at = partAt({ row: Math.min(focus.row, n_layer - 1), column: Math.min(focus.column, columns - 1) }, dims);
  const placeOf = (target: EventTarget): CellPlace | null => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-column]') : null;
    const row = cell?.parentElement ? [...(grid.current?.children ?? [])].indexOf(cell.parentElement) - 1 : -1;
    return cell && row >= 0 ? { row, column: Number(cell.dataset.column) } : null;
  };
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.shiftKey) return;
    const next = stepToPart(event.key, event.ctrlKey || event.metaKey, at, dims);
    if (next === null) return;
    event.preventDefault();
    setFocus(next);
    grid.current?.children[next.row + 1]?.querySelector<HTMLElement>(`[data-column="${next.column}"]`)?.focus();
  };
  const seen = looked && switchesOf(looked.row, n_head)[looked.column];
  const numbers = useMemo(() => Array.from({ length: n_head }, (_, head) => head), [n_head]);
  return (
    <div className={styles.frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a grid of switches, no form. */}
      <div
        ref={grid}
        role="group"
        aria-label="Parts of the model; arrow keys walk, Space switches"
        className={styles.grid}
        style={{ '--heads': n_head } as CSSProperties}
        onKeyDown={walk}
        onFocus={event => {
          const place = placeOf(event.target);
          if (place) setFocus(place);
          setLooked(place);
        }}
        onBlur={() => setLooked(null)}
        onPointerOver={event => setLooked(placeOf(event.target))}
        onPointerLeave={() => setLooked(null)}
      >
        <div className={styles.heads} aria-hidden="true">
          <span>layer</span>
          {numbers.map(head => (
            <span key={head}>{n_head > 16 && head % 2 > 0 ? '' : head}</span>
          ))}
          {BLOCKS.map(kind => (
            <span key={kind} data-kind={kind}>
              {kind === 'attention' ? columnName(mixers) : HEADS[kind]}
            </span>
          ))}
        </div>
        {Array.from({ length: n_layer }, (_, layer) => (
          <LayerRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its number.
            key={layer}
            {...{ layer, n_head, mixers, off, effects, onToggle }}
            focus={at.row === layer ? at.column : null}
          />
        ))}
      </div>
      <p className={styles.looked}>
        {seen
          ? wordsOf(seen, off, effects, mixers)
          : 'Numbered columns are heads. Click a box to switch it off, or arrow keys and Space.'}
      </p>
    </div>
  );
}
