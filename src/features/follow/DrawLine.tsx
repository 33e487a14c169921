// The draw: shares after sampling side by side on a line from 0 to 1, and the random number that falls into one of them.
import { useMemo, useRef } from 'react';
import { formatProbability } from '../../lib/format.ts';
import { draw } from '../../sampling/draw.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { cx } from '../../ui/controls/cx.ts';
import { useWidth } from '../../ui/controls/useWidth.ts';
import { faceOf, spokenFace } from '../shared/tokenFace.ts';
import styles from './DrawLine.module.css';
import { sharesOf } from './line.ts';
import { TableBeside, Token } from './Parts.tsx';
import step from './Step.module.css';

interface DrawLineProps {
  distribution: Distribution;
  tokenizer: Tokenizer | null;
  /** The random number, in [0, 1). */
  u: number;
  onChange: (u: number) => void;
}

/** Shares listed in the table. */
const LISTED = 12;
/** The slider moves by this; a random number may lie anywhere. */
const STEP = 0.0001;

/** px that a character of a name may take, with the room around it. */
const CHARACTER = 10;

/** A name that would be cut is left out: the table has it. */
function fits(id: number, share: number, room: number, tokenizer: Tokenizer | null): boolean {
  const length = tokenizer ? (faceOf(tokenizer, id).text?.length ?? 4) : 8;
  return share * room >= length;
}

export function DrawLine({ distribution, tokenizer, u, onChange }: DrawLineProps) {
  const line = useRef<HTMLDivElement>(null);
  const room = useWidth(line) / CHARACTER;
  const drawn = useMemo(() => draw(distribution, u), [distribution, u]);
  const shares = useMemo(() => sharesOf(distribution, drawn.id), [distribution, drawn.id]);
  const name = tokenizer ? spokenFace(faceOf(tokenizer, drawn.id)) : `id ${drawn.id}`;
  const listed = shares
    .filter(({ id }) => id !== null)
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, LISTED)
    .toSorted((a, b) => a.from - b.from);
  return (
    <div className={styles.draw}>
      <p className={styles.said}>
        <span className="num" title={String(u)}>
          {u.toFixed(4)}
        </span>{' '}
        falls into the share of{' '}
        <strong data-testid="follow-drawn">
          <Token id={drawn.id} tokenizer={tokenizer} />
        </strong>
        , from <span className="num">{drawn.lo.toFixed(4)}</span> to <span className="num">{drawn.hi.toFixed(4)}</span>:{' '}
        <span className="num" title={String(drawn.pAfter)}>
          {formatProbability(drawn.pAfter)}
        </span>{' '}
        after sampling.
      </p>
      <div ref={line} className={styles.line} aria-hidden="true">
        {shares.map(({ from, to, id }) => (
          <span
            key={from}
            className={cx(styles.share, id === null && styles.several, id === drawn.id && styles.drawn)}
            style={{ left: `${100 * from}%`, width: `${100 * (to - from)}%` }}
          >
            {id !== null && fits(id, to - from, room, tokenizer) && <Token id={id} tokenizer={tokenizer} />}
          </span>
        ))}
        <span className={styles.mark} style={{ left: `${100 * u}%` }} />
      </div>
      <input
        type="range"
        className={styles.range}
        aria-label="Random number"
        aria-valuetext={`${u.toFixed(4)}: ${name}`}
        min={0}
        max={1 - STEP}
        step={STEP}
        value={u}
        onChange={event => onChange(Math.min(1 - STEP, event.target.valueAsNumber))}
      />
      <TableBeside
        aside={<span className={step.note}>0 to 1, shares in the order of ids; grey: many small ones.</span>}
      >
        <table className={step.table} aria-label="Shares on the line">
          <thead>
            <tr>
              <th scope="col">token</th>
              <th scope="col">id</th>
              <th scope="col">from</th>
              <th scope="col">to</th>
              <th scope="col">after sampling</th>
            </tr>
          </thead>
          <tbody>
            {listed.map(({ id, from, to }) => (
              <tr key={from} aria-current={id === drawn.id || undefined}>
                <th scope="row">
                  <Token id={id ?? 0} tokenizer={tokenizer} />
                </th>
                <td className="num">{id}</td>
                <td className="num" title={String(from)}>
                  {from.toFixed(4)}
                </td>
                <td className="num" title={String(to)}>
                  {to.toFixed(4)}
                </td>
                <td className="num" title={String(to - from)}>
                  {formatProbability(to - from)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBeside>
    </div>
  );
}
