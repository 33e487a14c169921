// The next-token distribution of the selected place, with everything on and with parts off, side by side.
import { useMemo } from 'react';
import { formatBits, formatChange, formatLogit, formatPoints, formatProbability } from '../../lib/format.ts';
import { divergence, logprobOf } from '../../sampling/compare.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { BarScaleSwitch } from '../shared/BarScaleSwitch.tsx';
import { ShareBar } from '../shared/ShareBar.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Ablation.module.css';
import { type CandidateChange, candidateChanges } from './differences.ts';
import { Fact } from './Fact.tsx';
import { RowsTable } from './RowsTable.tsx';
import type { Comparison } from './types.ts';
import { KL, LIKELIEST, TARGET } from './words.ts';

/** Taken from the head of each distribution. */
const EACH = 8;

const COLUMNS = [
  { label: 'token' },
  { label: 'all on', width: '29%' },
  { label: 'ablated', width: '29%' },
  { label: 'change', width: '20%' },
];

function Share({ p, largest }: { p: number; largest: number }) {
  return (
    <span className={styles.share}>
      <ShareBar share={p} largest={largest} tone="before" />
      <span className="num" title={String(p)}>
        {formatProbability(p).replace(/^< .*/, '<10⁻⁴ %')}
      </span>
    </span>
  );
}

const exactly = ({ plain, ablated }: CandidateChange): string =>
  `All on ${plain}, ablated ${ablated}, change ${ablated - plain}.`;

interface NextTokenProps {
  comparison: Comparison;
  plain: RankedRow;
  ablated: RankedRow;
  tokenizer: Tokenizer;
  /** The token whose log-probability is told. */
  target: number;
  stale: boolean;
}

function Facts({ plain, ablated, tokenizer, target }: Omit<NextTokenProps, 'comparison' | 'stale'>) {
  const nats = useMemo(() => divergence(plain, ablated), [plain, ablated]);
  const [before, after] = [logprobOf(plain, target), logprobOf(ablated, target)];
  const [first = 0, now = 0] = [plain.order[0], ablated.order[0]];
  return (
    <dl className={styles.facts} aria-label="Before sampling">
      <Fact term="KL divergence" meaning={KL} exact={`${nats / Math.LN2} bits`}>
        <span className="num">{formatBits(nats)}</span>
      </Fact>
      <Fact term="likeliest" meaning={LIKELIEST}>
        <TokenText {...faceOf(tokenizer, first)} />
        {now !== first && (
          <>
            {' → '}
            <TokenText {...faceOf(tokenizer, now)} />
          </>
        )}
      </Fact>
      <Fact term="log-prob, nats" meaning={TARGET} exact={`${before} to ${after}, a change of ${after - before}`}>
        <TokenText {...faceOf(tokenizer, target)} />{' '}
        <span className="num">
          {formatLogit(before)} → {formatLogit(after)}
        </span>{' '}
        <span className="num" data-testid="target-change" title={String(after - before)}>
          ({formatChange(after - before)})
        </span>
      </Fact>
    </dl>
  );
}

export function NextToken({ comparison, plain, ablated, tokenizer, target, stale }: NextTokenProps) {
  const actual = comparison.ids[comparison.position];
  const rows = useMemo(() => {
    const also = actual === undefined ? [target] : [actual, target];
    const changes = candidateChanges(plain, ablated, EACH, also);
    const largest = changes.reduce((most, { plain: p, ablated: q }) => Math.max(most, p, q), 0);
    return changes.map(change => ({
      key: String(change.id),
      current: change.id === actual,
      exact: exactly(change),
      cells: [
        <TokenText key="token" {...faceOf(tokenizer, change.id)} />,
        <Share key="plain" p={change.plain} largest={largest} />,
        <Share key="ablated" p={change.ablated} largest={largest} />,
        <span key="change" className="num" title={String(change.ablated - change.plain)}>
          {formatPoints(change.ablated - change.plain)}
        </span>,
      ],
    }));
  }, [plain, ablated, tokenizer, actual, target]);
  return (
    <div className={styles.panel}>
      <Facts {...{ plain, ablated, tokenizer, target }} />
      <div className={styles.captionLine}>
        <p className={styles.caption}>Probabilities before sampling; changes in percentage points (pp).</p>
        <BarScaleSwitch />
      </div>
      <RowsTable
        label="Next token, all on and ablated"
        columns={COLUMNS}
        rows={rows}
        hint={
          actual === undefined ? 'Look at a row for its exact numbers.' : 'The tinted row is the token in the text.'
        }
        stale={stale}
      />
    </div>
  );
}
