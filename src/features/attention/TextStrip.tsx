// On a phone the sheet covers the text: here it stands once more, tinted by the weights as the text beneath is.
import { memo } from 'react';
import { useAttentionTint } from '../../stores/react.ts';
import { cx } from '../../ui/controls/cx.ts';
import { useMedia } from '../../ui/controls/useMedia.ts';
import tinted from '../shared/TintedToken.module.css';
import { weightStep } from '../shared/weightSteps.ts';
import { tokenWords } from './heads.ts';
import styles from './TextStrip.module.css';
import type { AttentionRow } from './types.ts';
import { useTokensOf } from './useTokensOf.ts';

/** The first token and the last ones: those between are in the table. */
const MOST_TOKENS = 400;

interface PieceProps {
  text: string;
  step: number;
  own: boolean;
}

const Piece = memo(function Piece({ text, step, own }: PieceProps) {
  return (
    <span className={cx(tinted.tinted, styles.token, own && styles.own)} data-step={step}>
      {text}
    </span>
  );
});

export function TextStrip({ row }: { row: AttentionRow }) {
  const tokens = useTokensOf(row.ids);
  const attentionTint = useAttentionTint(s => s.shown);
  const narrow = useMedia('(max-width: 760px)');
  if (!narrow || attentionTint === null) return null;
  const from = Math.max(0, row.position + 1 - MOST_TOKENS);
  const shown = tokens.slice(from, row.position + 1);
  return (
    <p className={cx(styles.strip, 'mono')} translate="no" aria-hidden="true" data-testid="attention-strip">
      {from > 0 && <span className={styles.cut}>{from} tokens before … </span>}
      {shown.map((token, i) => (
        <Piece
          // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other identity than its position.
          key={from + i}
          text={tokenWords(token).replaceAll('·', ' ')}
          step={weightStep(attentionTint.weights[from + i] ?? 0)}
          own={from + i === row.position}
        />
      ))}
    </p>
  );
}
