// What an ablation does to the text as it stands: the log-probability of every token from a place on, all on and ablated.
import { useMemo } from 'react';
import { formatChange, formatCount, formatLogit } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import type { PlotLine } from '../../ui/plot/lines.ts';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Ablation.module.css';
import { byChange, type TokenChange, tokenChanges, totalChange } from './differences.ts';
import { Fact } from './Fact.tsx';
import { RowsTable } from './RowsTable.tsx';
import type { Comparison } from './types.ts';
import { useAblation, useAblationStore } from './useAblation.ts';
import { TOTAL } from './words.ts';

const STARTS = [
  { value: 'selected', label: 'From the selected token' },
  { value: 'text', label: 'Whole text' },
] as const;

const COLUMNS = [
  { label: 'token' },
  { label: 'position', width: '18%' },
  { label: 'all on', width: '20%' },
  { label: 'ablated', width: '20%' },
  { label: 'change', width: '20%' },
];

const CHANGE_AXIS = { label: 'change of log-prob, nats', scale: 'linear', format: formatChange } as const;

interface TextChangeProps {
  comparison: Comparison;
  tokenizer: Tokenizer;
  stale: boolean;
}

function Total({ changes }: { changes: readonly TokenChange[] }) {
  const total = useMemo(() => totalChange(changes), [changes]);
  const each = total.change / Math.max(1, total.tokens);
  return (
    <dl className={styles.facts} aria-label="Before sampling">
      <Fact
        term={`log-prob of ${formatCount(total.tokens)} ${total.tokens === 1 ? 'token' : 'tokens'}, nats`}
        meaning={TOTAL}
        exact={`${total.plain} to ${total.ablated}, a change of ${total.change}`}
      >
        <span className="num">
          {formatLogit(total.plain)} → {formatLogit(total.ablated)}
        </span>{' '}
        <span className="num" data-testid="total-change" title={String(total.change)}>
          ({formatChange(total.change)})
        </span>
      </Fact>
      <Fact
        term="per token"
        meaning="The change of the log-probability, divided by the number of tokens."
        exact={String(each)}
      >
        <span className="num">{formatChange(each)}</span>
      </Fact>
    </dl>
  );
}

export function TextChange({ comparison, tokenizer, stale }: TextChangeProps) {
  const { document } = useStores();
  const ablation = useAblationStore();
  const start = useAblation(s => s.start);
  const { ids, position } = comparison;
  const choosable = position > 1 && position < ids.length;
  const from = choosable && start === 'selected' ? position : 1;
  const changes = useMemo(() => tokenChanges(comparison, from), [comparison, from]);
  const line = useMemo((): PlotLine => {
    const values = changes.map(({ change }) => change);
    return { key: 'change', name: 'change of log-prob', look: 'main', values };
  }, [changes]);
  const positions = useMemo(() => changes.map(change => change.position), [changes]);
  const rows = useMemo(
    () =>
      byChange(changes).map(change => ({
        key: String(change.position),
        current: change.position === position,
        exact: `Position ${change.position}: all on ${change.plain}, ablated ${change.ablated}, change ${change.change} nats.`,
        cells: [
          <TokenText key="token" {...faceOf(tokenizer, change.id)} />,
          <span key="position" className="num">
            {formatCount(change.position)}
          </span>,
          <span key="plain" className="num" title={String(change.plain)}>
            {formatLogit(change.plain)}
          </span>,
          <span key="ablated" className="num" title={String(change.ablated)}>
            {formatLogit(change.ablated)}
          </span>,
          <span key="change" className="num" title={String(change.change)}>
            {formatChange(change.change)}
          </span>,
        ],
      })),
    [changes, position, tokenizer],
  );
  if (changes.length === 0) {
    return (
      <p className={styles.words}>
        The text has one token, and the first token has no prediction. Write more, or press Run.
      </p>
    );
  }
  return (
    <div className={styles.panel}>
      {choosable && <Choice label="Tokens" value={start} options={STARTS} onChange={ablation.getState().setStart} />}
      <Total changes={changes} />
      <LinePlot
        label="Change of the log-probability of each token, nats, before sampling"
        lines={[line]}
        x={{ label: 'position', count: changes.length, values: positions }}
        y={CHANGE_AXIS}
        height={120}
        marked={position < ids.length && position >= from ? position - from : null}
        onSelect={point => document.getState().selectToken(changes[point]?.position ?? 'end')}
        pointFace={point => <TokenText {...faceOf(tokenizer, changes[point]?.id ?? 0)} />}
      />
      <p className={styles.caption}>The tokens changed most. Log-probabilities before sampling, nats.</p>
      <RowsTable
        key={from}
        label="Tokens changed most, all on and ablated"
        columns={COLUMNS}
        rows={rows}
        hint="Look at a row for its exact numbers."
        stale={stale}
      />
    </div>
  );
}
