// The grid over temperature and top-p: small multiples of one continuation, filled as they come; each opens as a branch.
import { memo, useId, useMemo, useState } from 'react';
import { formatLogit, formatNumber } from '../../lib/format.ts';
import { inLine } from '../../lib/shapeless.ts';
import { distinctN } from '../../sampling/diversity.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { useFeature, useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { MAX_SEED } from '../../stores/run/settings.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import pane from '../shared/Pane.module.css';
import { useTaken } from '../shared/taken.ts';
import styles from './Grid.module.css';
import { AXIS_WORDS, gridStore } from './grid.ts';
import {
  AXES,
  type Axis,
  type Cell,
  cellKey,
  cellsOf,
  continuations,
  type GridStoreState,
  isComplete,
  MOST_STEPS,
} from './grid-types.ts';
import { distinctWords, meanLogprob } from './measures.ts';

const useGrid = <T,>(select: (state: GridStoreState) => T): T => useFeature(gridStore, select);
const useGridStore = () => gridStore.of(useStores());

/** Numbers between spaces, commas or semicolons, in English notation. */
const numbersOf = (text: string): number[] =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);

function AxisField({ axis, disabled }: { axis: Axis; disabled: boolean }) {
  const store = useGridStore();
  const values = useGrid(s => s.axes[axis]);
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const read = (): void => {
    if (typed !== null) store.getState().setAxis(axis, numbersOf(typed));
    setTyped(null);
  };
  return (
    <span className={pane.control}>
      <label htmlFor={id}>{AXIS_WORDS[axis]}</label>
      <input
        id={id}
        type="text"
        className={styles.values}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        title={`Up to ${MOST_STEPS} values, with spaces between`}
        value={typed ?? values.join(' ')}
        onChange={event => setTyped(event.target.value)}
        onBlur={read}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) read();
        }}
      />
    </span>
  );
}

function Controls() {
  const store = useGridStore();
  const working = useGrid(s => s.working);
  const seed = useGrid(s => s.seed);
  const axes = useGrid(s => s.axes);
  const cells = useGrid(s => s.cells);
  const ready = useModel(isHere);
  const running = useGeneration(s => isRunning(s.status));
  const all = cellsOf(axes);
  const there = all.filter(cell => isComplete(cells, cell));
  const busy = working !== 'no';
  const most = useGrid(s => s.most);
  const grown = all.map(({ temperature, top_p }) => {
    const cell = cells.get(cellKey(temperature, top_p));
    return cell === undefined ? 0 : cell.end === null ? Math.min(cell.tokens.length / most, 1) : 1;
  });
  return (
    <>
      <div className={cx(pane.controls, styles.fill)}>
        {AXES.map(axis => (
          <AxisField key={axis} axis={axis} disabled={busy} />
        ))}
        <span className={pane.control}>
          <Explain meaning="The same in every cell, so that cells differ by their settings alone.">Seed</Explain>
          <NumberField
            label="Seed of the grid"
            value={seed}
            min={0}
            max={MAX_SEED}
            step={1}
            wide
            disabled={busy}
            onChange={next => store.getState().setSeed(next)}
          />
        </span>
        {busy ? (
          <Button
            variant="primary"
            icon="stop"
            shortcut={keyLabel('Esc')}
            disabled={working === 'stopping'}
            onClick={() => store.getState().stop()}
          >
            {working === 'stopping' ? 'Stopping…' : 'Stop the grid'}
          </Button>
        ) : (
          <Button
            variant="primary"
            icon="run"
            disabled={!ready || running}
            onClick={() => void store.getState().fill()}
          >
            {there.length < all.length && grown.some(share => share > 0) ? 'Go on filling' : 'Fill the grid'}
          </Button>
        )}
      </div>
      {busy && (
        <Progress label="Filling the grid" share={grown.reduce((sum, share) => sum + share, 0) / all.length}>
          {there.length} of {all.length} cells
        </Progress>
      )}
    </>
  );
}

interface CellViewProps {
  cell: Cell | undefined;
  name: string;
  /** Cells are being drawn. */
  working: boolean;
  taken: boolean;
  onTake: (() => void) | null;
}

const CellView = memo(function CellView({ cell, name, working, taken, onTake }: CellViewProps) {
  if (cell === undefined || cell.tokens.length === 0) return <td className={styles.empty}>–</td>;
  const text = tokenText(concatBytes(cell.tokens.map(({ bytes }) => bytes)));
  const ids = [cell.tokens.map(({ id }) => id)];
  const mean = meanLogprob(cell);
  return (
    <td className={cx(styles.cell, taken && styles.taken)} data-growing={working && cell.end === null}>
      <p className={styles.text} translate="no" title={inLine(text)}>
        {text}
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>words</dt>
          <dd className="num">{distinctWords(text)}</dd>
        </div>
        <div>
          <dt>nats a token</dt>
          <dd className="num">{mean === null ? '–' : formatLogit(mean)}</dd>
        </div>
        {[1, 2].map(n => (
          <div key={n}>
            <dt>distinct-{n}</dt>
            <dd className="num">{formatNumber(distinctN(ids, n))}</dd>
          </div>
        ))}
      </dl>
      <Button variant="quiet" disabled={onTake === null || taken} onClick={() => onTake?.()}>
        {taken ? 'In the text' : 'As a branch'}
        <span className="visually-hidden">, {name}</span>
      </Button>
    </td>
  );
});

export function Grid() {
  const store = useGridStore();
  const axes = useGrid(s => s.axes);
  const cells = useGrid(s => s.cells);
  const working = useGrid(s => s.working !== 'no');
  const base = useGrid(s => s.base);
  const added = useMemo(() => continuations(cells), [cells]);
  const places = useTaken(base, added);
  const taken = useMemo(() => [...cells.keys()].filter((_, place) => places.includes(place)), [cells, places]);
  const error = useGrid(s => s.error);
  return (
    <>
      <Controls />
      {error && <ErrorNotice error={error} retry={() => void store.getState().fill()} />}
      <p className={pane.words}>
        The text goes on once in each cell, with the page's other settings. Words are the different ones; distinct-n is
        the share of different runs of n tokens; log-probabilities are before sampling.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys. */}
      <section className={styles.frame} tabIndex={0} aria-label="Grid over temperature and top-p">
        <table className={styles.grid}>
          <thead>
            <tr>
              <th scope="col">
                {AXIS_WORDS.temperature} ↓ {AXIS_WORDS.top_p} →
              </th>
              {axes.top_p.map(value => (
                <th key={value} scope="col" className="num">
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {axes.temperature.map(temperature => (
              <tr key={temperature}>
                <th scope="row" className="num">
                  {temperature}
                </th>
                {axes.top_p.map(topP => {
                  const key = cellKey(temperature, topP);
                  return (
                    <CellView
                      key={key}
                      cell={cells.get(key)}
                      name={`temperature ${temperature}, top-p ${topP}`}
                      working={working}
                      taken={taken.includes(key)}
                      onTake={working ? null : () => store.getState().take(key)}
                    />
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
