// The final draw: the kept tokens' shares in id order on a line from 0 to 1, and the random number that fell on one of them.
import { useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { draw, drawLine, type LinePart, largestShares } from '../../sampling/draw.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import { useStores, useView } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceLine, faceOf, spokenFace } from '../shared/tokenFace.ts';
import { Amount } from './Amount.tsx';
import styles from './DrawLine.module.css';
import { type DrawMark, NO_DRAW } from './drawn.ts';
import stages from './Stages.module.css';
import { TokenButton } from './TokenButton.tsx';

/** Tokens with a part of their own; the others between them are parts together. */
const MOST_OWN = 16;
const VIEWS = [
  { value: 'picture', label: 'Picture' },
  { value: 'table', label: 'Table' },
] as const;
const STEP = 0.001;

interface DrawLineProps {
  distribution: Distribution;
  mark: DrawMark;
  tokenizer: Tokenizer;
  exact: boolean;
  onFollow: (id: number) => void;
}

const digits = (value: number, exact: boolean): string => (exact ? String(value) : value.toFixed(4));

function Words({ mark, distribution, tokenizer, exact }: Omit<DrawLineProps, 'onFollow'>) {
  if (mark.kind === 'none') return <p className={stages.words}>{NO_DRAW[mark.why]}</p>;
  const { id, lo, hi, pAfter } = draw(distribution, mark.u);
  const verb = { drawn: 'drew', replayed: 'would draw', coming: 'will draw' }[mark.kind];
  return (
    <p className={stages.words} data-testid="draw">
      {mark.kind === 'coming' && 'No draw yet. '}
      {mark.kind === 'coming' ? 'With the locked seed ' : 'With seed '}
      <span className="num">{mark.seed}</span> the{' '}
      <Explain meaning={`A function of seed and position alone. Here exactly ${mark.u}.`}>random number</Explain>{' '}
      {mark.kind === 'coming' ? 'here will be' : 'here is'} <span className="num">{digits(mark.u, exact)}</span>. It
      falls into{' '}
      <Explain meaning={`The share of this token: from ${lo} to ${hi}.`}>
        [{digits(lo, exact)}, {digits(hi, exact)})
      </Explain>{' '}
      and {mark.kind === 'replayed' ? 'with these settings ' : ''}
      {verb}{' '}
      <span className={stages.chip}>
        <TokenText {...faceOf(tokenizer, id)} />
      </span>
      , <Amount value={pAfter} exact={exact} /> after sampling.
    </p>
  );
}

function Part({ part, hit, tokenizer, onFollow }: PartProps) {
  const { id, lo, hi, count } = part;
  const wide = hi - lo > 0.06;
  const place = { left: `${lo * 100}%`, width: `${(hi - lo) * 100}%` };
  const range = `from ${lo.toFixed(4)} to ${hi.toFixed(4)}`;
  if (id === null) {
    return (
      <span className={cx(styles.part, styles.others)} style={place} title={`${count} tokens, ${range}`}>
        {wide && `${count} more`}
      </span>
    );
  }
  return (
    // The line is for the eye and the mouse: the table has the same tokens for the keys.
    <button
      type="button"
      tabIndex={-1}
      className={cx(styles.part, hit && styles.hit)}
      style={place}
      title={`${faceLine(faceOf(tokenizer, id))}, ${range}`}
      onClick={() => onFollow(id)}
    >
      {wide && <TokenText {...faceOf(tokenizer, id)} />}
    </button>
  );
}

interface PartProps {
  part: LinePart;
  hit: boolean;
  tokenizer: Tokenizer;
  onFollow: (id: number) => void;
}

function Table({ line, tokenizer, exact, u, onFollow }: TableProps) {
  return (
    <table className={stages.table}>
      <caption className="visually-hidden">The line of the draw, in id order</caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col">id</th>
          <th scope="col">from</th>
          <th scope="col">to</th>
          <th scope="col">share</th>
        </tr>
      </thead>
      <tbody>
        {line.map(({ id, count, lo, hi }) => (
          <tr key={lo} aria-current={(u !== null && lo <= u && u < hi) || undefined} className={stages.row}>
            <th scope="row">
              {id === null ? (
                `${formatCount(count)} more between`
              ) : (
                <TokenButton tokenizer={tokenizer} id={id} onFollow={onFollow} />
              )}
            </th>
            <td className="num">{id}</td>
            <td className="num">{digits(lo, exact)}</td>
            <td className="num">{digits(hi, exact)}</td>
            <td>
              <Amount value={hi - lo} exact={exact} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface TableProps {
  line: readonly LinePart[];
  tokenizer: Tokenizer;
  exact: boolean;
  u: number | null;
  onFollow: (id: number) => void;
}

/** Another random number, to see where it would have led. */
function Try({ distribution, tokenizer, exact, u, onChange }: TryProps) {
  const drawn = u === null ? null : draw(distribution, u);
  return (
    <div className={styles.try}>
      <label>
        <span>Try another random number</span>
        <input
          type="range"
          min={0}
          max={1 - STEP}
          step={STEP}
          value={u ?? 0}
          aria-valuetext={drawn ? `${u}, ${spokenFace(faceOf(tokenizer, drawn.id))}` : 'not tried'}
          onChange={event => onChange(event.target.valueAsNumber)}
        />
      </label>
      <output className={styles.tried}>
        {drawn ? (
          <>
            <span className="num">{(u ?? 0).toFixed(3)}</span> draws <TokenText {...faceOf(tokenizer, drawn.id)} />,{' '}
            <Amount value={drawn.pAfter} exact={exact} />
          </>
        ) : (
          'Move it to see which token it would draw.'
        )}
      </output>
    </div>
  );
}

interface TryProps {
  distribution: Distribution;
  tokenizer: Tokenizer;
  exact: boolean;
  u: number | null;
  onChange: (u: number) => void;
}

export function DrawLine({ distribution, mark, tokenizer, exact, onFollow }: DrawLineProps) {
  const stores = useStores();
  const view = useView(s => s.stages.draw);
  const [tried, setTried] = useState<number | null>(null);
  const own = mark.kind === 'none' ? null : mark.u;
  const shown = [own, tried].flatMap(u => (u === null ? [] : [draw(distribution, u).id]));
  const line = drawLine(distribution, largestShares(distribution, MOST_OWN, shown));
  const u = tried ?? own;
  return (
    <section className={stages.section} aria-label="The draw">
      <h3 className={stages.title}>
        The draw
        <Choice
          label="The draw as"
          value={view}
          options={VIEWS}
          onChange={chosen => stores.view.getState().changeStages({ draw: chosen })}
        />
      </h3>
      <Words mark={mark} distribution={distribution} tokenizer={tokenizer} exact={exact} />
      {view === 'picture' ? (
        <div className={styles.frame}>
          <div className={styles.bar} aria-hidden="true">
            {line.map(part => (
              <Part
                key={part.lo}
                part={part}
                hit={u !== null && part.lo <= u && u < part.hi}
                tokenizer={tokenizer}
                onFollow={onFollow}
              />
            ))}
            {own !== null && <span className={styles.mark} style={{ left: `${own * 100}%` }} />}
            {tried !== null && (
              <span className={cx(styles.mark, styles.triedMark)} style={{ left: `${tried * 100}%` }} />
            )}
          </div>
          <div className={styles.ends} aria-hidden="true">
            <span>0</span>
            <span>shares after sampling, in id order</span>
            <span>1</span>
          </div>
        </div>
      ) : (
        <Table line={line} tokenizer={tokenizer} exact={exact} u={u} onFollow={onFollow} />
      )}
      <Try distribution={distribution} tokenizer={tokenizer} exact={exact} u={tried} onChange={setTried} />
    </section>
  );
}
