// One token in all columns: the distributions it was drawn from, side by side, before and after sampling.
import { memo, useMemo } from 'react';
import { formatProbability } from '../../lib/format.ts';
import { type Distribution, sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { drawnFlags, idsOf, mirostatDrawn } from '../../stores/document/sequence.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import pane from '../shared/Pane.module.css';
import { ShareBar } from '../shared/ShareBar.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Compare.module.css';
import { distanceAt, rowAt } from './measures.ts';
import type { Column, ColumnResult } from './types.ts';
import { useCompare, useCompareStore } from './useCompare.ts';
import { distanceWords } from './words.ts';

const LISTED = 8;

/** What the token was drawn from; null where the whole row is not there, or guidance would need a second one. */
function distributionAt(
  { base, tokens, rows, settings, seed, tokenizer, eosIds }: ColumnResult,
  place: number,
): Distribution | null {
  const logits = rows.get(place);
  if (logits === undefined || settings.guidance_scale !== 1) return null;
  const before = base.concat(tokens.slice(0, place));
  const pAfter = mirostatDrawn(before, settings);
  const history = {
    ids: idsOf(before),
    drawn: drawnFlags(before),
    seed,
    bytesOf: (id: number) => tokenizer.bytes(id),
    ...(pAfter === null ? {} : { pAfter }),
  };
  return sample(rankRow(logits), settings, history, settings.end_of_text === 'never' ? eosIds : []);
}

interface ShownRow {
  readonly id: number;
  readonly before: number;
  /** Null where it is not known. */
  readonly after: number | null;
}

/** The likeliest candidates, and the token that stands there where it is none of them. */
function candidates(result: ColumnResult, place: number): readonly ShownRow[] {
  const row = rowAt(result, place);
  if (row === null) return [];
  const distribution = distributionAt(result, place);
  const top = result.tokens[place]?.top;
  const ids = top ? Array.from(top.ids.subarray(0, LISTED)) : [];
  const own = result.tokens[place]?.id;
  if (own !== undefined && !ids.includes(own)) ids.push(own);
  const logitOf = (id: number): number => {
    if (row.kind === 'whole') return row.logits[id] ?? Number.NEGATIVE_INFINITY;
    const at = row.ids.indexOf(id);
    const { stats } = result.tokens[place] ?? {};
    return at >= 0
      ? (row.logits[at] ?? Number.NEGATIVE_INFINITY)
      : (stats?.logprob ?? Number.NEGATIVE_INFINITY) + row.logZ;
  };
  return ids.map(id => ({ id, before: Math.exp(logitOf(id) - row.logZ), after: distribution?.pAfter(id) ?? null }));
}

const ColumnRow = memo(function ColumnRow(props: {
  column: Column;
  number: number;
  place: number;
  reference: Column | undefined;
}) {
  const { column, number, place, reference } = props;
  const { result } = column;
  const shown = useMemo(() => (result === null ? [] : candidates(result, place)), [result, place]);
  if (result === null) return null;
  const largest = shown.reduce((most, { before, after }) => Math.max(most, before, after ?? 0), 0);
  const other = reference?.result && reference.id !== column.id ? reference.result : null;
  const after = shown.some(each => each.after !== null);
  return (
    <div className={styles.place}>
      <h3>
        Column {number}
        {other && <span className={styles.distance}> KL {distanceWords(distanceAt(other, result, place))}</span>}
      </h3>
      {shown.length === 0 ? (
        <p className={pane.words}>No token here.</p>
      ) : (
        <table className={styles.candidates}>
          <thead>
            <tr>
              <th scope="col">token</th>
              <th scope="col">before</th>
              <th scope="col">after sampling</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, before, after: drawn }) => (
              <tr key={id} data-own={id === result.tokens[place]?.id}>
                <th scope="row">
                  <TokenText {...faceOf(result.tokenizer, id)} />
                </th>
                <td className="num" title={String(before)}>
                  <ShareBar share={before} largest={largest} tone="before" />
                  {formatProbability(before)}
                </td>
                <td className="num" title={drawn === null ? undefined : String(drawn)}>
                  <ShareBar share={drawn ?? 0} largest={largest} tone="after" />
                  {drawn === null ? '–' : drawn === 0 ? 'cut' : formatProbability(drawn)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length > 0 && !after && (
        <p className={pane.words}>
          {result.rows.has(place)
            ? 'With guidance, what was left after sampling is not shown.'
            : 'The whole row is not here: its likeliest candidates alone, before sampling.'}
        </p>
      )}
    </div>
  );
});

export function PlaceView({ place }: { place: number }) {
  const store = useCompareStore();
  const columns = useCompare(s => s.columns);
  const reference = useCompare(s => s.columns.find(({ id }) => id === s.reference));
  return (
    <section className={cx(pane.card, styles.places)} aria-label={`Distributions at token ${place + 1}`}>
      <header className={styles.head}>
        <h2>Token {place + 1} in each column</h2>
        <IconButton icon="close" label="Close the distributions" onClick={() => void store.getState().look(null)} />
      </header>
      <div className={styles.placeColumns}>
        {columns.map((column, i) => (
          <ColumnRow key={column.id} {...{ column, place, reference }} number={i + 1} />
        ))}
      </div>
    </section>
  );
}
