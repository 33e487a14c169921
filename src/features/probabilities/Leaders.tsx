// The leading candidates from stage to stage: a line for each, or the same as a table.
import { useRef } from 'react';
import { formatProbability } from '../../lib/format.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { StepName } from '../../sampling/steps.ts';
import { leadersOf, traceOf } from '../../sampling/trace.ts';
import { useStores, useView } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { useWidth } from '../../ui/controls/useWidth.ts';
import { faceOf } from '../shared/tokenFace.ts';
import { Amount } from './Amount.tsx';
import styles from './Stages.module.css';
import { type SlopeLine, slopeOf } from './slope.ts';
import { STEP_WORDS } from './steps.ts';
import { TokenButton } from './TokenButton.tsx';

/** Followed for their rank before sampling, and after it. */
const MOST_BEFORE = 7;
const MOST_AFTER = 2;
/** px. */
const HEIGHT = 168;
const MARGIN = 108;
const LABEL = 17;
/** Below this a stage shows its number without its name. */
const NAME_WIDTH = 64;

const VIEWS = [
  { value: 'picture', label: 'Picture' },
  { value: 'table', label: 'Table' },
] as const;

interface LeadersProps {
  distribution: Distribution;
  steps: readonly StepName[];
  tokenizer: Tokenizer;
  /** The token looked at: drawn in the accent. */
  followed: number;
  exact: boolean;
  onFollow: (id: number) => void;
}

function Line({ line, strong }: { line: SlopeLine; strong: boolean }) {
  const points = line.points.map(({ x, y }) => `${x},${y}`).join(' ');
  const last = line.points.at(-1);
  return (
    <g className={cx(styles.line, strong && styles.strong)}>
      <polyline points={points} />
      {line.points.map(({ x, y }) => (
        <circle key={x} cx={x} cy={y} r={strong ? 3 : 2} />
      ))}
      {line.cutAt && last && (
        <>
          <line x1={last.x} y1={last.y} x2={line.cutAt.x} y2={line.cutAt.y} className={styles.fall} />
          <path d={`M${line.cutAt.x - 3} ${line.cutAt.y - 3}l6 6m0-6l-6 6`} />
        </>
      )}
    </g>
  );
}

function Picture({ distribution, steps, tokenizer, followed, ids, onFollow }: LeadersProps & { ids: number[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const margin = Math.min(MARGIN, width * 0.31);
  const slope = slopeOf(distribution, ids, steps, { width, height: HEIGHT, margin, label: LABEL });
  const named = (width - 2 * margin) / Math.max(1, steps.length) >= NAME_WIDTH;
  const label = (line: SlopeLine, side: 'left' | 'right') => {
    const y = side === 'left' ? line.leftY : line.rightY;
    const p = side === 'left' ? distribution.pBefore(line.id) : distribution.pAfter(line.id);
    if (y === null) return null;
    return (
      // For the mouse alone: keys follow a token from the table.
      <button
        key={`${side}${line.id}`}
        type="button"
        tabIndex={-1}
        className={cx(styles.label, styles[side], line.id === followed && styles.current)}
        style={{ top: y - LABEL / 2, width: margin - 8 }}
        title={String(p)}
        onClick={() => onFollow(line.id)}
      >
        <span className={styles.name}>
          <TokenText {...faceOf(tokenizer, line.id)} />
        </span>
        <span className="num">{formatProbability(p)}</span>
      </button>
    );
  };
  return (
    <figure className={styles.figure}>
      <div ref={frame} className={styles.frame} style={{ height: HEIGHT }} aria-hidden="true">
        {width > 0 && (
          <>
            <svg width={width} height={HEIGHT} aria-hidden="true">
              {slope.xs.map(x => (
                <line key={x} x1={x} x2={x} y1={0} y2={HEIGHT} className={styles.axis} />
              ))}
              {slope.lines
                .toSorted((a, b) => Number(a.id === followed) - Number(b.id === followed))
                .map(line => (
                  <Line key={line.id} line={line} strong={line.id === followed} />
                ))}
            </svg>
            {slope.lines.map(line => label(line, 'left'))}
            {slope.lines.map(line => label(line, 'right'))}
          </>
        )}
      </div>
      <div className={styles.stages_axis} aria-hidden="true">
        {(width > 0 ? slope.xs : []).map((x, i) => (
          <span key={x} style={{ left: x }}>
            {named ? (i === 0 ? 'before' : STEP_WORDS[steps[i - 1] ?? 'top_k']) : i}
          </span>
        ))}
      </div>
      <figcaption className={styles.words}>
        Left: probability before sampling. Right: after it. A cross: cut by that step.
        {!named && ` Stages: 0 before sampling, ${steps.map((step, i) => `${i + 1} ${STEP_WORDS[step]}`).join(', ')}.`}
      </figcaption>
    </figure>
  );
}

function Table({ distribution, steps, tokenizer, ids, exact, onFollow }: LeadersProps & { ids: number[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="visually-hidden">Probability of the leading candidates after each step</caption>
        <thead>
          <tr>
            <th scope="col">token</th>
            <th scope="col">before sampling</th>
            {steps.map(step => (
              <th key={step} scope="col">
                {STEP_WORDS[step]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map(id => (
            <tr key={id} data-id={id}>
              <th scope="row">
                <TokenButton tokenizer={tokenizer} id={id} onFollow={onFollow} />
              </th>
              {traceOf(distribution, id, steps).map(({ step, fate, p }) => (
                <td key={step ?? 'before'}>{fate === 'kept' ? <Amount value={p} exact={exact} /> : 'cut'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Leaders(props: LeadersProps) {
  const stores = useStores();
  const view = useView(s => s.stages.leaders);
  const ids = leadersOf(props.distribution, MOST_BEFORE, MOST_AFTER, [props.followed]);
  return (
    <section className={styles.section} aria-label="Leading candidates from step to step">
      <h3 className={styles.title}>
        Leading candidates
        <Choice
          label="Leading candidates as"
          value={view}
          options={VIEWS}
          onChange={leaders => stores.view.getState().changeStages({ leaders })}
        />
      </h3>
      {view === 'picture' ? <Picture {...props} ids={ids} /> : <Table {...props} ids={ids} />}
    </section>
  );
}
