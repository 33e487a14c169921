// The text of a column as tokens that can be looked at: one stop of the Tab key, arrows go from token to token.
import { Fragment, type KeyboardEvent, memo, useMemo } from 'react';
import { formatProbability } from '../../lib/format.ts';
import { quiet } from '../../lib/shapeless.ts';
import { groupEnd, layoutTokens } from '../../tokenizer/text.ts';
import { cx } from '../../ui/controls/cx.ts';
import { spokenText } from '../../ui/controls/visible.ts';
import { breaksBefore } from './breaks.ts';
import styles from './Compare.module.css';
import { distanceAt } from './measures.ts';
import type { ColumnResult, Distance } from './types.ts';
import { distanceWords } from './words.ts';

/** Tokens that are shown; a column is for a look, the text is for reading on. */
const SHOWN = 300;

/** Steps of the tint, as lower ends in nats: how far a row is from that of the reference. */
const STEPS = [0.01, 0.1, 0.5, 1, 2];

function stepOf(distance: Distance | null): number {
  if (distance?.kind !== 'known') return 0;
  const above = STEPS.findIndex(end => distance.least < end);
  return above < 0 ? STEPS.length : above;
}

interface ColumnTextProps {
  result: ColumnResult;
  /** Null: it is the reference itself, or that has no result. */
  reference: ColumnResult | null;
  parts: number | null;
  place: number | null;
  number: number;
  onLook: (place: number) => void;
}

function titleOf({ tokens }: ColumnResult, at: number, distance: Distance | null): string {
  const { stats } = tokens[at] ?? {};
  const p = stats ? `${formatProbability(Math.exp(stats.logprob))} before sampling` : 'no numbers yet';
  return distance === null ? p : `${p}, KL ${distanceWords(distance)}`;
}

export const ColumnText = memo(function ColumnText(props: ColumnTextProps) {
  const { result, reference, parts, place, number, onLook } = props;
  const { tokens } = result;
  const layout = useMemo(() => layoutTokens(tokens.map(({ bytes }) => bytes)), [tokens]);
  const pieces = useMemo(
    () => tokens.slice(0, SHOWN).map((_, at) => layout.text.slice(layout.starts[at], layout.starts[at + 1])),
    [tokens, layout],
  );
  const breaks = useMemo(() => breaksBefore(pieces), [pieces]);
  const distances = useMemo(
    () => tokens.slice(0, SHOWN).map((_, at) => (reference === null ? null : distanceAt(reference, result, at))),
    [tokens, reference, result],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const buttons: HTMLElement[] = [...event.currentTarget.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    onLook(Number(next.dataset.at));
  };
  const stop = place !== null && place < Math.min(tokens.length, SHOWN) ? place : 0;
  if (tokens.length === 0) return <p className={styles.text} />;
  return (
    // The arrows go from button to button within.
    <p className={styles.text} translate="no" onKeyDown={onKeyDown}>
      {tokens.slice(0, SHOWN).map((token, at) => {
        const text = pieces[at] ?? '';
        const differs = parts !== null && at >= parts && at < groupEnd(layout, parts);
        const distance = distances[at] ?? null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place.
          <Fragment key={at}>
            {breaks[at] && <wbr />}
            <button
              type="button"
              data-at={at}
              data-step={stepOf(distance)}
              tabIndex={at === stop ? 0 : -1}
              aria-pressed={place === at}
              aria-label={`${spokenText(text) || 'part of a character'}, token ${at + 1} of column ${number}${differs ? ', the first that differs' : ''}`}
              title={titleOf(result, at, distance)}
              className={cx(styles.token, differs && styles.differs, token.special && styles.special)}
              onClick={() => onLook(at)}
            >
              {quiet(text).replaceAll('\n', '↵')}
            </button>
            {text.includes('\n') && <br />}
          </Fragment>
        );
      })}
      {tokens.length > SHOWN && <span className={styles.more}> and {tokens.length - SHOWN} tokens more</span>}
    </p>
  );
});
