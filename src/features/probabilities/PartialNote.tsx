// Where a server shows only the likeliest tokens: how many, and what all others have together.
import { formatCount, formatProbability } from '../../lib/format.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import type { Ranked } from '../shared/ranked.ts';
import styles from './PartialNote.module.css';

const MEANING =
  'A server shows the likeliest tokens and no others. Their probabilities before sampling are those of the whole vocabulary; what is left of 1 is the most that all others can have together. Settings reshape the shown tokens alone, and draws come from these: a cut that would reach beyond them ends with them. Rank and entropy are at least what they say.';

export function PartialNote({ ranked }: { ranked: Ranked | null }) {
  if (ranked?.outside === undefined) return null;
  return (
    <p className={styles.note} data-partial>
      <Explain meaning={MEANING}>Partial</Explain>: the server shows{' '}
      <span className="num">{formatCount(ranked.ids.length)}</span> tokens; all others share{' '}
      <span className="num">{formatProbability(ranked.outside)}</span>. Settings reshape the shown ones alone.
    </p>
  );
}
