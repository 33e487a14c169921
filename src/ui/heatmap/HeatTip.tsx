// The exact numbers of one cell of a heatmap, beside the picture and above everything else; for the eye, since the cell itself says the same to readers.
import { useLayoutEffect, useRef } from 'react';
import { type Box, tipPlace } from '../controls/popover.ts';
import styles from './HeatTip.module.css';

export interface CellWords {
  readonly title: string;
  readonly facts: readonly (readonly [term: string, value: string])[];
}

/** The same in one line. */
export function spokenCell({ title, facts }: CellWords): string {
  return [title, ...facts.map(([term, value]) => `${term} ${value}`)].join(', ');
}

interface HeatTipProps {
  words: CellWords;
  /** The cell, in px of the window. */
  anchor: Box;
  /** The whole picture, px of the window: the tip keeps off it where it can. */
  picture: Box;
  /** How the cell is picked; empty where it cannot be. */
  hint: string;
}

export function HeatTip({ words, anchor, picture, hint }: HeatTipProps) {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = tip.current;
    if (!element) return;
    if (!element.matches(':popover-open')) element.showPopover();
    const { clientWidth, clientHeight } = document.documentElement;
    const { left, top } = tipPlace(anchor, element.getBoundingClientRect(), clientWidth, clientHeight, picture);
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  });
  return (
    <div ref={tip} popover="manual" className={styles.tip} aria-hidden="true">
      <p className={styles.title}>{words.title}</p>
      <dl className={styles.facts}>
        {words.facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
      {hint && <p className={styles.hint}>{hint}</p>}
    </div>
  );
}
