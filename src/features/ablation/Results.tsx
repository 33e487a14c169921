// What the switches change: the place that is looked at, how far the computing is, and the tables.
import { useState } from 'react';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Tabs } from '../../ui/controls/Tabs.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { faceOf, spokenFace } from '../shared/tokenFace.ts';
import styles from './Ablation.module.css';
import { NextToken } from './NextToken.tsx';
import { Ranking } from './Ranking.tsx';
import { TextChange } from './TextChange.tsx';
import type { Comparison } from './types.ts';
import { useAblation, useAblationStore } from './useAblation.ts';

const TABS = [
  { key: 'next', label: 'Next token' },
  { key: 'text', label: 'The text' },
  { key: 'ranking', label: 'Ranking' },
] as const;

const NOTHING =
  'There is nothing to compare yet: the first token has no prediction. Write some text, or press Run, and select a token or the end.';

/** The place, and what the switches are. */
function Place({ comparison, tokenizer }: { comparison: Comparison; tokenizer: Tokenizer }) {
  const { ids, position, off, baseline } = comparison;
  const id = ids[position];
  const parts = off.length === 0 ? 'everything on' : `${off.length} ${off.length === 1 ? 'part' : 'parts'} off`;
  return (
    <p className={styles.place}>
      {id === undefined ? (
        'What comes next'
      ) : (
        <>
          <TokenText {...faceOf(tokenizer, id)} /> at position <span className="num">{position}</span>
        </>
      )}
      , {parts}
      {off.length > 0 && `, ${baseline} as baseline`}
    </p>
  );
}

/** What came of the switches, for readers of the screen: said when a comparison arrives. */
function Spoken({ comparison, tokenizer }: { comparison: Comparison; tokenizer: Tokenizer }) {
  const { plain, ablated, off } = comparison;
  const [before, after] = [plain.row?.order[0], ablated.row?.order[0]];
  if (before === undefined || after === undefined || off.length === 0) return null;
  const word = (id: number): string => spokenFace(faceOf(tokenizer, id));
  const parts = `${off.length} ${off.length === 1 ? 'part' : 'parts'} off.`;
  if (before === after) return `${parts} The likeliest token is still ${word(after)}.`;
  return `${parts} The likeliest token is now ${word(after)}, not ${word(before)}.`;
}

const WORDS: ProbeWords = {
  name: 'The comparison',
  inWords: 'ablation',
  takes: 'The model must read the text anew, which takes',
  compute: 'Compute',
  rest: 'Compute',
  stop: 'Stop computing',
  stopped: 'Stopped before it was done.',
  running: 'What the switches change here follows after the run.',
  progress: (done, total) => `pass ${Math.min(total, done + 1)} of ${total}`,
};

/** How far the computing is, why there is no result that is up to date, and the way on. */
function Status() {
  const { compute, stop } = useAblationStore().getState();
  const probe = useAblation(s => s.probe);
  return <ProbeStatus state={probe} words={WORDS} compute={() => void compute()} stop={stop} />;
}

function Panel({
  comparison,
  tokenizer,
  shown,
}: {
  comparison: Comparison;
  tokenizer: Tokenizer;
  shown: 'next' | 'text';
}) {
  const current = useAblation(s => s.probe.status === 'ready');
  const chosen = useAblation(s => s.chosenTarget);
  const { plain, ablated, ids, position } = comparison;
  if (shown === 'text') return <TextChange comparison={comparison} tokenizer={tokenizer} stale={!current} />;
  if (!plain.row || !ablated.row) {
    return (
      <p className={styles.words}>The first token has no prediction: nothing comes before it. Select a later one.</p>
    );
  }
  const target = chosen ?? ids[position] ?? plain.row.order[0] ?? 0;
  return (
    <NextToken
      comparison={comparison}
      plain={plain.row}
      ablated={ablated.row}
      tokenizer={tokenizer}
      target={target}
      stale={!current}
    />
  );
}

export function Results({ tokenizer, parts }: { tokenizer: Tokenizer; parts: number }) {
  const [shown, setShown] = useState<(typeof TABS)[number]['key']>('next');
  const status = useAblation(s => s.probe.status);
  const comparison = useAblation(s => s.comparison);
  const current = useAblation(s => s.probe.status === 'ready');
  if (status === 'empty') return <p className={styles.words}>{NOTHING}</p>;
  return (
    <div className={styles.results} aria-busy={status === 'working'} data-current={current}>
      <div className={styles.state}>
        {comparison && <Place comparison={comparison} tokenizer={tokenizer} />}
        {comparison && !current && <span className={styles.outdated}>outdated</span>}
      </div>
      <p className="visually-hidden" role="status">
        {comparison && current && <Spoken comparison={comparison} tokenizer={tokenizer} />}
      </p>
      <div className={styles.halted}>
        <Status />
      </div>
      <Tabs label="Changes" tabs={TABS} value={shown} onChange={setShown}>
        {shown === 'ranking' ? (
          <Ranking tokenizer={tokenizer} parts={parts} />
        ) : comparison ? (
          <Panel comparison={comparison} tokenizer={tokenizer} shown={shown} />
        ) : (
          <p className={styles.words}>The model with everything on and with parts off, side by side, appears here.</p>
        )}
      </Tabs>
    </div>
  );
}
