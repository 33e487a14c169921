// The text up to a position, each token tinted by the weight it gets.
import { formatCount, formatProbability } from '../../lib/format.ts';
import { quiet } from '../../lib/shapeless.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { textOfBytes } from '../shared/tokenFace.ts';
import { weightStep } from '../shared/weightSteps.ts';
import styles from './PaintedText.module.css';

/** Tokens painted at most: the first one and the latest. */
const MOST = 300;

export function PaintedText({ tokens, weights }: { tokens: readonly DocumentToken[]; weights: Float32Array }) {
  const all = Array.from(weights, (weight, at) => ({ weight, at, token: tokens[at] }));
  const cut = Math.max(0, all.length - MOST);
  const shown = cut === 0 ? all : [...all.slice(0, 1), ...all.slice(cut + 1)];
  return (
    <p
      className={styles.text}
      translate="no"
      role="img"
      aria-label="The text, tinted by weight; the table has the numbers"
    >
      {shown.map(({ weight, at, token }) => (
        <span key={at}>
          <span
            className={styles.token}
            data-step={weightStep(weight)}
            title={`position ${at}: ${formatProbability(weight)}`}
          >
            {quiet((token && textOfBytes(token.bytes)) ?? '·')}
          </span>
          {cut > 0 && at === 0 && <span className={styles.cut}> … {formatCount(cut)} tokens … </span>}
        </span>
      ))}
    </p>
  );
}
