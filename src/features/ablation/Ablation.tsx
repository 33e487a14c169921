// Ablation: parts of the model switched off, and what that does to the next token and to the text.
import { useCallback, useMemo } from 'react';
import { formatNats } from '../../lib/format.ts';
import { useModel } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { TOUCH, useMedia } from '../../ui/controls/useMedia.ts';
import { useOpen } from '../shared/useOpen.ts';
import styles from './Ablation.module.css';
import { LayerSwitches } from './LayerSwitches.tsx';
import { listParts, partDims } from './parts.ts';
import { Results } from './Results.tsx';
import { SwitchGrid } from './SwitchGrid.tsx';
import { type GridEffects, gridEffects, STEPS, type Switch } from './switchGrid.ts';
import { useAblation, useAblationStore } from './useAblation.ts';
import { ABLATION, BASELINE, EFFECT } from './words.ts';

const BASELINES = [
  { value: 'zero', label: 'Zero' },
  { value: 'mean', label: 'Mean' },
] as const;

function Controls() {
  const ablation = useAblationStore();
  const baseline = useAblation(s => s.baseline);
  const nothing = useAblation(s => s.off.length === 0);
  const canUndo = useAblation(s => s.canUndo);
  const { setBaseline, reset, undo } = ablation.getState();
  return (
    <div className={styles.controls}>
      <span className={styles.baseline}>
        <Explain meaning={BASELINE}>Baseline</Explain>
        <Choice
          label="What stands in for a part that is off"
          value={baseline}
          options={BASELINES}
          onChange={setBaseline}
        />
      </span>
      <span className={styles.resets}>
        <IconButton icon="undo" label="Undo the last switch" disabled={!canUndo} onClick={undo} />
        <Button disabled={nothing} onClick={reset}>
          All on
        </Button>
      </span>
    </div>
  );
}

/** Steps from the strongest fall to the strongest rise. */
const SCALE = Array.from({ length: 2 * STEPS + 1 }, (_, i) => i - STEPS);

/** What the cells of the grid mean. */
function Legend({ effects }: { effects: GridEffects | null }) {
  return (
    <p className={styles.legend}>
      <span className={styles.key} data-state="on" aria-hidden="true" /> on
      <span className={styles.key} data-state="off" aria-hidden="true" /> off
      <span className={styles.scale} data-shown={effects !== null}>
        <span>
          <Explain meaning={EFFECT}>effect</Explain> − less likely
        </span>
        {SCALE.map(step => (
          <span
            key={step}
            className={styles.key}
            data-step={Math.abs(step)}
            data-sign={step < 0 ? '-' : '+'}
            aria-hidden="true"
          />
        ))}
        <span>+ likelier</span>
        <span className="num">{formatNats(effects?.most ?? 0)}</span>
      </span>
    </p>
  );
}

export function Ablation() {
  const ablation = useAblationStore();
  const touch = useMedia(TOUCH);
  const open = useModel(s => (s.load.status === 'ready' ? s.load : null));
  const off = useAblation(s => s.off);
  const sweep = useAblation(s => (s.sweepCurrent ? s.sweep : null));
  const scope = useAblation(s => s.scope);
  useOpen(ablation);
  const effects = useMemo(() => (sweep && sweep.swept.length > 0 ? gridEffects(sweep) : null), [sweep]);
  const toggle = useCallback(
    (each: Switch) => {
      const { toggle: togglePart, toggleLayer } = ablation.getState();
      if (each.kind === 'layer') toggleLayer(each.layer);
      else togglePart(each);
    },
    [ablation],
  );
  const dims = useMemo(() => open && partDims(open.model), [open]);
  if (!open || !dims) {
    return (
      <section className={styles.view} aria-label="Ablation">
        <p className={styles.words}>
          Once a model is loaded, its heads, MLPs and whole layers can be switched off here, to see what each of them
          changes.
        </p>
      </section>
    );
  }
  const Cells = touch ? LayerSwitches : SwitchGrid;
  return (
    <section className={styles.view} aria-label="Ablation">
      <ScrollPane more="More below">
        <div className={styles.columns}>
          <div className={styles.switches}>
            <p className={styles.caption}>
              <Explain meaning={ABLATION}>Switch off</Explain> parts of the model and see what changes.
            </p>
            <Controls />
            <Cells dims={dims} off={off} effects={effects} onToggle={toggle} />
            <Legend effects={effects} />
          </div>
          <Results tokenizer={open.tokenizer} parts={listParts(dims, scope === 'all').length} />
        </div>
      </ScrollPane>
    </section>
  );
}
