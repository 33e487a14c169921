// The line of the text: probability, rank, surprisal or entropy of each token, in step with the tint of the text.
import { useMemo, useState } from 'react';
import { formatBits, formatCount, formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useStores, useView } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import type { PlotY } from '../../ui/plot/lines.ts';
import type { Range } from './measures.ts';
import { PinTip } from './PinTip.tsx';
import { QUANTITIES, type Quantity, textLine } from './series.ts';
import styles from './TextView.module.css';
import { usePlaces } from './usePlaces.tsx';

const LABELS: Readonly<Record<Quantity, string>> = {
  probability: 'Probability',
  rank: 'Rank',
  surprisal: 'Surprisal',
  entropy: 'Entropy',
};

const bits = (value: number): string => formatBits(value * Math.LN2);
const tick = (value: number): string => String(value);

const AXES: Readonly<Record<Quantity, PlotY>> = {
  probability: {
    label: 'probability before sampling',
    scale: 'linear',
    from: 0,
    to: 1,
    format: formatProbability,
    tick: value => `${Math.round(value * 100)} %`,
  },
  rank: { label: 'rank before sampling (1 is the likeliest)', scale: 'log', format: formatCount },
  surprisal: { label: 'surprisal, bits', scale: 'linear', format: bits, tick },
  entropy: { label: 'entropy, bits', scale: 'linear', format: bits, tick },
};

export function TextPlot({ tokens, range }: { tokens: readonly DocumentToken[]; range: Range }) {
  const { view } = useStores();
  const tint = useView(s => s.tint);
  /** What is shown while the text has no tint. */
  const [own, setOwn] = useState<Quantity>('surprisal');
  const quantity = tint === 'none' ? own : tint;
  const places = usePlaces(tokens);
  const values = useMemo(() => textLine(tokens, quantity, range), [tokens, quantity, range]);
  const lines = useMemo(() => [{ key: quantity, name: quantity, look: 'main' as const, values }], [quantity, values]);
  return (
    <div className={styles.part}>
      <div className={styles.heading}>
        <h2>Token by token</h2>
        <Choice
          label="The line and the tint of the text show"
          value={quantity}
          options={QUANTITIES.map(value => ({ value, label: LABELS[value] }))}
          onChange={value => {
            setOwn(value);
            if (tint !== 'none') view.getState().setTint(value);
          }}
        />
      </div>
      <LinePlot
        label={`${LABELS[quantity]} of each token`}
        lines={lines}
        x={{ label: 'position', count: tokens.length + 1 }}
        y={AXES[quantity]}
        {...places}
        tip={point => <PinTip tokens={tokens} position={point} />}
      />
    </div>
  );
}
