// What each step of sampling did here, in order: how many tokens it cut, their mass, and what became of one candidate.
import { useState } from 'react';
import { formatCount, formatProbability } from '../../lib/format.ts';
import { useSettings, useView } from '../../stores/react.ts';
import { Choice } from '../../ui/Choice.tsx';
import { TokenText } from '../../ui/TokenText.tsx';
import { faceOf } from '../tokenFace.ts';
import type { Inspected } from './inspected.ts';
import styles from './StepsTable.module.css';
import { activeSteps, STEP_WORDS, stepValue } from './steps.ts';

const SIDES = [
  { value: 'drawn', label: 'As drawn' },
  { value: 'now', label: 'With these settings' },
] as const;

export function StepsTable({
  inspected: { drawn, now, token, tokenizer, ranked, nothingLeft },
}: {
  inspected: Inspected;
}) {
  const settings = useSettings(s => s.settings);
  const candidate = useView(s => s.candidate);
  const [side, setSide] = useState<'drawn' | 'now'>('now');
  const both = drawn !== null && now !== null;
  const isNow = now !== null && (side === 'now' || drawn === null);
  const distribution = isNow ? now : drawn;
  if (nothingLeft) return <p className={styles.words}>These settings leave no token to draw. Reset the logit bias.</p>;
  if (!distribution || !tokenizer) {
    return <p className={styles.words}>The steps appear here with the whole distribution of this place.</p>;
  }
  const values = isNow ? settings : (token?.draw?.settings ?? settings);
  const idle = distribution.steps.filter(step => !step.active);
  const followed = candidate ?? token?.id ?? ranked?.ids[0] ?? 0;
  return (
    <div className={styles.steps}>
      {both && <Choice label="Which settings" value={side} options={SIDES} onChange={setSide} />}
      <table className={styles.table}>
        <caption className="visually-hidden">What each step of sampling did, in order</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">value</th>
            <th scope="col">tokens left</th>
            <th scope="col">mass cut</th>
            <th scope="col">
              <TokenText {...faceOf(tokenizer, followed)} />
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">before sampling</th>
            <td />
            <td className="num">{formatCount(distribution.row.finite.ids.length)}</td>
            <td />
            <td className="num">{formatProbability(distribution.pBefore(followed))}</td>
          </tr>
          {activeSteps(distribution.steps).map(step => (
            <tr key={step.name}>
              <th scope="row">{STEP_WORDS[step.name]}</th>
              <td className="num">{stepValue(step.name, values)}</td>
              <td className="num">{formatCount(step.kept)}</td>
              <td className="num">{step.removed > 0 ? formatProbability(step.massRemoved) : ''}</td>
              <td className="num">{formatProbability(distribution.probabilityAfter(followed, step.name))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {idle.length > 0 && <p className={styles.off}>Off: {idle.map(step => STEP_WORDS[step.name]).join(', ')}.</p>}
    </div>
  );
}
