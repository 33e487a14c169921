// Where the time goes: every kernel of a step on this GPU, beside what the adapter does at most, and a token of a run beside its floor.
import { useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { ProfiledStep } from '../../protocol/debug.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useDocument, useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import styles from './Profile.module.css';
import { ProfileResult } from './ProfileResult.tsx';
import { useProfile } from './useProfile.ts';

const KINDS = [
  { value: 'decode', label: 'A decode step' },
  { value: 'prefill', label: 'A prefill step' },
] as const satisfies readonly { value: ProfiledStep['kind']; label: string }[];
const POSITIONS = [1, 128, 512, 1024, 4096, 16_384] as const;
const ROWS = [16, 64, 128, 256] as const;

/** Of a text of `tokens`, in a context of `allowed`. */
function stepOf(kind: ProfiledStep['kind'], chosen: number, tokens: number): ProfiledStep {
  if (kind === 'prefill') return { kind, rows: chosen };
  return { kind, position: chosen < 0 ? tokens - 1 : chosen };
}

function Where({
  kind,
  value,
  tokens,
  allowed,
  onChange,
}: {
  kind: ProfiledStep['kind'];
  value: number;
  tokens: number;
  allowed: number;
  onChange: (value: number) => void;
}) {
  const label = kind === 'decode' ? 'at position' : 'of so many tokens';
  const numbers = kind === 'decode' ? POSITIONS : ROWS;
  return (
    <label className={styles.where}>
      {label}{' '}
      <select value={value} onChange={event => onChange(Number(event.target.value))}>
        {kind === 'decode' && (
          <option value={-1}>{`${formatCount(Math.max(0, tokens - 1))}, the end of the text`}</option>
        )}
        {numbers
          .filter(number => number < allowed)
          .map(number => (
            <option key={number} value={number}>
              {formatCount(number)}
            </option>
          ))}
      </select>
    </label>
  );
}

export function ProfilePane() {
  const load = useModel(modelItself);
  const allowed = useModel(s => s.context?.allowed ?? 0);
  const tokens = useDocument(s => s.tokens.length);
  const [kind, setKind] = useState<ProfiledStep['kind']>('decode');
  const [chosen, setChosen] = useState<Readonly<Record<ProfiledStep['kind'], number>>>({ decode: -1, prefill: 64 });
  const { state, measure, stop } = useProfile();
  const model = load.status === 'ready' ? load.model : null;
  return (
    <section className={styles.pane}>
      <p className={styles.words}>
        Each kernel of a step is timed on this GPU and held against what the adapter reads and computes at most, which
        is measured first. The text stays as it is; a run comes before the measurement.
      </p>
      <div className={styles.controls}>
        <Choice label="Step" value={kind} options={KINDS} onChange={setKind} />
        <Where
          kind={kind}
          value={chosen[kind]}
          tokens={tokens}
          allowed={allowed}
          onChange={value => setChosen({ ...chosen, [kind]: value })}
        />
        {state.status === 'working' ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button
            variant="primary"
            disabled={model === null || tokens === 0}
            onClick={() => measure(stepOf(kind, chosen[kind], tokens))}
          >
            Measure
          </Button>
        )}
      </div>
      {model === null && <Notice tone="hint">No model is open.</Notice>}
      {model !== null && tokens === 0 && <Notice tone="hint">The text is empty: there is no token to measure.</Notice>}
      {state.status === 'working' && (
        <Progress label="Measuring" share={state.share}>
          <span role="status">Measuring</span>
        </Progress>
      )}
      {state.status === 'stopped' && <Notice tone="hint">Stopped: nothing was measured to its end.</Notice>}
      {state.status === 'failed' && <Notice tone="bad">{state.text}</Notice>}
      {state.status === 'ready' && model !== null && (
        <ProfileResult profile={state.profile} model={model} measured={state.measured} />
      )}
    </section>
  );
}
