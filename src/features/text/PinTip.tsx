// The pinned tokens at one position, in the tip of a plot that shows something else.
import { formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument } from '../../stores/react.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './TextView.module.css';
import { usePinLines } from './usePinLines.ts';

export function PinTip({ tokens, position }: { tokens: readonly DocumentToken[]; position: number }) {
  const lines = usePinLines(tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  if (!tokenizer || lines.length === 0) return null;
  return (
    <ul className={styles.tipPins}>
      {lines.map(({ pin, values }) => (
        <li key={pin.id}>
          <LineSwatch look={pin.look} />
          <TokenText {...faceOf(tokenizer, pin.id)} />
          <span className="num">{formatProbability(values[position] ?? Number.NaN)}</span>
        </li>
      ))}
    </ul>
  );
}
