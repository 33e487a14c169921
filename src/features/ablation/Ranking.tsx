// A sweep: every part switched off alone, ranked by what that does to one token.
import { useMemo, useState } from 'react';
import { formatBits, formatChange, formatCount, formatDuration, formatLogit } from '../../lib/format.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { useModel } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { partKey } from './parts.ts';
import styles from './Ranking.module.css';
import { RowsTable } from './RowsTable.tsx';
import { type RankedBy, rankEffects } from './ranking.ts';
import { shortName, switchName } from './switchGrid.ts';
import { TokenPicker } from './TokenPicker.tsx';
import type { Sweep } from './types.ts';
import { useAblation, useAblationStore } from './useAblation.ts';
import { EFFECT } from './words.ts';

const SCOPES = [
  { value: 'heads', label: 'Heads' },
  { value: 'all', label: 'All parts', title: 'Heads and both parts of every layer' },
] as const;

const ORDERS = [
  { value: 'effect', label: 'By change' },
  { value: 'divergence', label: 'By divergence' },
] as const;

const COLUMNS = [
  { label: 'part' },
  { label: 'change', width: '17%' },
  { label: 'rank', width: '12%' },
  { label: 'KL', width: '15%' },
  { label: 'likeliest', width: '20%' },
  { label: 'switch', width: '62px' },
];

/** Above this the words of the button say that it takes a while, seconds. */
const LONG = 60;

function SweepControls({ parts }: { parts: number }) {
  const ablation = useAblationStore();
  const target = useAblation(s => s.target);
  const sweep = useAblation(s => s.sweep);
  const current = useAblation(s => s.sweepCurrent);
  const task = useAblation(s => s.sweepTask);
  const seconds = useAblation(s => s.sweepSeconds);
  const scope = useAblation(s => s.scope);
  const start = () => void ablation.getState().runSweep();
  if (task.status === 'working') {
    return (
      <div className={styles.working}>
        <Progress label="Ranking the parts" share={task.total > 0 ? task.done / task.total : null}>
          <span>
            {formatCount(task.done)} of {formatCount(task.total)} parts
          </span>
        </Progress>
        <Button icon="stop" onClick={() => ablation.getState().stopSweep()}>
          Stop ranking
        </Button>
      </div>
    );
  }
  const came = sweep?.swept.length ?? 0;
  const goesOn = current && came > 0 && came < parts;
  const left = seconds === null ? null : (seconds * (goesOn ? parts - came : parts)) / parts;
  return (
    <div className={styles.start}>
      <Choice label="Parts to rank" value={scope} options={SCOPES} onChange={ablation.getState().setScope} />
      <Button variant={current && !goesOn ? 'plain' : 'primary'} disabled={target === null} onClick={start}>
        {goesOn ? `Go on with ${formatCount(parts - came)} parts` : `Rank ${formatCount(parts)} parts`}
      </Button>
      <span className={styles.estimate}>
        {target === null
          ? 'Nothing predicts the first token: select a later one.'
          : left !== null &&
            `about ${formatDuration(Math.max(10, left * 1000))}${left > LONG ? '; you can stop it and go on' : ''}`}
      </span>
      {task.status === 'failed' && task.error && <ErrorNotice error={task.error} retry={start} />}
    </div>
  );
}

const NO_MIXERS: LoadedModel['mixers'] = [];

/** Without the unit, which stands in the head of the column. */
const bits = (nats: number): string => formatBits(nats).replace(' bits', '');

function Ranked({ sweep, tokenizer, stale }: { sweep: Sweep; tokenizer: Tokenizer; stale: boolean }) {
  const ablation = useAblationStore();
  const mixers = useModel(s => (s.load.status === 'ready' ? s.load.model.mixers : NO_MIXERS));
  const [by, setBy] = useState<RankedBy>('effect');
  const rows = useMemo(
    () =>
      rankEffects(sweep, by).map(({ part, logprob, rank, divergence, effect, topId }) => ({
        key: partKey(part),
        exact: `${switchName(part, mixers)}: log-prob ${logprob}, change ${effect} nats; divergence ${divergence / Math.LN2} bits.`,
        cells: [
          <span key="part">
            <span aria-hidden="true">{shortName(part, mixers)}</span>
            <span className="visually-hidden">{switchName(part, mixers)}</span>
          </span>,
          <span key="change" className="num" title={String(effect)}>
            {formatChange(effect)}
          </span>,
          <span key="rank" className="num">
            {formatCount(rank)}
          </span>,
          <span key="divergence" className="num" title={String(divergence / Math.LN2)}>
            {bits(divergence)}
          </span>,
          <TokenText key="likeliest" {...faceOf(tokenizer, topId)} />,
          <button
            key="only"
            type="button"
            className={styles.only}
            aria-label={`Only ${switchName(part, mixers)} off`}
            onClick={() => ablation.getState().only(part)}
          >
            only off
          </button>,
        ],
      })),
    [sweep, by, tokenizer, ablation, mixers],
  );
  const { plain } = sweep;
  return (
    <>
      <Choice label="Order of the ranking" value={by} options={ORDERS} onChange={setBy} />
      <p className={styles.caption}>
        {plain && (
          <>
            All on: log-prob of <TokenText {...faceOf(tokenizer, sweep.id)} />{' '}
            <span className="num" title={String(plain.logprob)}>
              {formatLogit(plain.logprob)}
            </span>{' '}
            nats, rank <span className="num">{formatCount(plain.rank)}</span>, likeliest{' '}
            <TokenText {...faceOf(tokenizer, plain.topId)} />. Changes in nats, KL divergence in bits, before sampling.
          </>
        )}
      </p>
      <RowsTable
        key={by}
        label="Parts by effect"
        columns={COLUMNS}
        rows={rows}
        hint="The largest first. Look at a row for its exact numbers."
        stale={stale}
      />
    </>
  );
}

export function Ranking({ tokenizer, parts }: { tokenizer: Tokenizer; parts: number }) {
  const sweep = useAblation(s => s.sweep);
  const current = useAblation(s => s.sweepCurrent);
  return (
    <div className={styles.ranking}>
      <TokenPicker tokenizer={tokenizer} />
      <SweepControls parts={parts} />
      {sweep === null ? (
        <p className={styles.caption}>
          Each part is switched off alone, with everything else on, and ranked by its{' '}
          <Explain meaning={EFFECT}>effect</Explain> on the token. The grid takes the colours of the effects.
        </p>
      ) : (
        <>
          {!current && (
            <Notice tone="hint">
              This ranking is of another place, token, baseline or text. Rank again to bring it up to date.
            </Notice>
          )}
          <Ranked sweep={sweep} tokenizer={tokenizer} stale={!current} />
        </>
      )}
    </div>
  );
}
